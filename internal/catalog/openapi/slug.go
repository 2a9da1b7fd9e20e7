package openapi

import (
	"cmp"
	"strconv"
	"strings"
	"unicode"
)

// longestSlug keeps addresses readable.
const longestSlug = 80

// slugs creates unique slugs for operations or schemas. It holds the number of the last duplicate of each slug.
type slugs map[string]int

// take returns a slug from the operation's id, or from its method and path if the id gives none.
//
// It depends only on the operation and, for duplicates, on their order.
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

// takeName returns a slug from the name, or from the other text if the name gives none.
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

// slugOf returns the Latin letters and digits of a text in lower case, with hyphens between words.
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
