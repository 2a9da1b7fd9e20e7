package reference

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// markPart is a piece of a text; a marked one is the beginning of a word that was searched for.
type markPart struct {
	Text   string
	Marked bool
}

// markParts splits a text at the beginnings of words that match a word of the query.
func markParts(text, query string) []markPart {
	words := strings.FieldsFunc(query, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var parts []markPart
	plain, inWord := 0, false
	for at := 0; at < len(text); {
		first, size := utf8.DecodeRuneInString(text[at:])
		isWord := unicode.IsLetter(first) || unicode.IsDigit(first)
		if length := longestBeginning(text[at:], words); isWord && !inWord && length > 0 {
			if at > plain {
				parts = append(parts, markPart{Text: text[plain:at]})
			}
			parts = append(parts, markPart{text[at : at+length], true})
			at += length
			plain, inWord = at, true
			continue
		}
		inWord = isWord
		at += size
	}
	if plain < len(text) {
		parts = append(parts, markPart{Text: text[plain:]})
	}
	return parts
}

// longestBeginning returns the length in bytes of the longest word that the text begins with, ignoring case.
func longestBeginning(text string, words []string) int {
	longest := 0
	for _, word := range words {
		if len(word) > longest && len(word) <= len(text) && strings.EqualFold(text[:len(word)], word) {
			longest = len(word)
		}
	}
	return longest
}
