package catalog

import (
	"strings"
	"unicode"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"golang.org/x/text/unicode/norm"
)

// Limits for what is indexed of one object, so that long texts cost little. Words are in characters, texts in bytes.
const (
	longestWord  = 40
	longestNames = 1 << 10
	longestBody  = 64 << 10
	wordsOfThing = 4_000
)

// SearchText is the indexed text of an object: words of letters and digits, in lower case, without accents.
//
// Names weigh most, then terms, then the body.
type SearchText struct{ Names, Terms, Body string }

// SearchText returns the indexed text of the product.
func (p Product) SearchText() SearchText {
	return SearchText{Names: indexed(longestNames, p.Name, p.Slug), Body: indexed(longestBody, p.Description)}
}

// SearchText returns the indexed text of the version of this product.
func (v Version) SearchText(of Product) SearchText {
	return SearchText{Names: indexed(longestNames, v.Name), Terms: indexed(longestNames, of.Name, of.Slug)}
}

// SearchText returns the indexed text of the document.
func (d Document) SearchText() SearchText {
	return SearchText{Names: indexed(longestNames, d.Title, d.Slug), Body: indexed(longestBody, d.Markdown)}
}

// OperationSearchText returns the indexed text of an operation.
func OperationSearchText(o openapi.Operation) SearchText {
	terms := append([]string{o.Method}, o.Tags...)
	for _, parameter := range o.Detail.Parameters {
		terms = append(terms, parameter.Name)
	}
	return SearchText{
		Names: indexed(longestNames, o.Path, o.OperationID, o.Summary),
		Terms: indexed(longestNames, terms...),
	}
}

var withoutJoints = strings.NewReplacer("_", "", "-", "")

// indexed returns every word of the texts once. Names such as parcelId or parcel_id are indexed in parts and as a
// whole.
func indexed(longest int, texts ...string) string {
	seen, known := map[string]bool{}, map[string]bool{}
	var words []string
	add := func(text string) {
		for _, word := range plainWords(text) {
			if !known[word] && len(words) < wordsOfThing {
				known[word] = true
				words = append(words, word)
			}
		}
	}
	for _, text := range texts {
		text = text[:min(len(text), longest)]
		for _, name := range strings.FieldsFunc(text, func(r rune) bool { return !searched(r) && r != '_' && r != '-' }) {
			if seen[name] {
				continue
			}
			seen[name] = true
			add(name)
			if parts := camelParts(name); len(parts) > 1 {
				for _, part := range parts {
					add(part)
				}
			}
			if whole := withoutJoints.Replace(name); whole != name {
				add(whole)
			}
		}
	}
	return strings.Join(words, " ")
}

// searched reports whether words can contain the character.
func searched(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// camelParts splits a name such as readParcel or APIKey at the capital letters.
func camelParts(name string) []string {
	runes := []rune(name)
	var parts []string
	from := 0
	for at := 1; at < len(runes); at++ {
		begins := unicode.IsUpper(runes[at]) &&
			(!unicode.IsUpper(runes[at-1]) || at+1 < len(runes) && unicode.IsLower(runes[at+1]))
		if begins {
			parts, from = append(parts, string(runes[from:at])), at
		}
	}
	return append(parts, string(runes[from:]))
}

// folded maps letters that do not decompose into a plain letter and an accent.
var folded = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

func withoutAccents(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0 {
		return text
	}
	return norm.NFKD.String(folded.Replace(text))
}

// plainWords returns the words of a text in lower case and without accents.
//
// In scripts without spaces between words, each character is a word.
func plainWords(text string) []string {
	var words []string
	var word strings.Builder
	length := 0
	end := func() {
		if length > 0 {
			words = append(words, word.String())
		}
		word.Reset()
		length = 0
	}
	for _, r := range withoutAccents(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case !searched(r):
			end()
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer):
			end()
			words = append(words, string(r))
		case length < longestWord:
			word.WriteRune(r)
			length++
		}
	}
	end()
	return words
}
