package openapi

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
)

// longestSlug keeps addresses readable.
const longestSlug = 80

// slugs hands out the names that operations or schemas have in addresses, each once. It holds the number that the next one
// of the same name is tried with.
type slugs map[string]int

// take returns a slug made of the operation's id, or of its method and path where that gives none. It depends on
// nothing but the operation and, where two would be equal, on their order.
func (s slugs) take(operationID, method, path string, ordinal int) string {
	slug := slugOf(operationID)
	if slug == "" {
		slug = slugOf(method + " " + path)
	}
	if slug == strings.ToLower(method) && path != "/" {
		slug += "-" + strconv.Itoa(ordinal+1) // a path without a single Latin letter or digit
	}
	return s.unique(slug)
}

// takeName returns a slug made of a name, or of the other text where that gives none.
func (s slugs) takeName(name, otherwise string) string {
	return s.unique(cmp.Or(slugOf(name), otherwise))
}

func (s slugs) unique(slug string) string {
	unique := slug
	for s[unique] > 0 {
		s[slug]++
		unique = slug + "-" + strconv.Itoa(s[slug])
	}
	s[unique] = 1
	return unique
}

// slugOf keeps Latin letters and digits, parts words at capitals and at everything else, and writes them in lower case.
func slugOf(text string) string {
	var slug strings.Builder
	var before rune
	parted := false
	for _, r := range text {
		if slug.Len() >= longestSlug {
			break
		}
		if r >= unicode.MaxASCII || (!unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			parted, before = true, r
			continue
		}
		capital := unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsDigit(before))
		if (parted || capital) && slug.Len() > 0 {
			slug.WriteByte('-')
		}
		slug.WriteRune(unicode.ToLower(r))
		parted, before = false, r
	}
	return slug.String()
}
