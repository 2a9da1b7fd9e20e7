// Package text rejects input that PostgreSQL cannot store, on both databases, so that it is the sender's error and not
// an internal one.
//
// The domain checks lengths and characters of each field. Surfaces call it (web, api/rest).
package text

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/fault"
)

// longestName limits how much of a field name an error repeats, because clients choose it.
const longestName = 64

// Keepable reports whether a text can be stored and searched: UTF-8 without NUL.
func Keepable(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// CheckValues rejects a form or a query with a text that cannot be stored, and names the first such field.
func CheckValues(values url.Values) error {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !Keepable(name) {
			return refuse("")
		}
		if slices.ContainsFunc(values[name], func(value string) bool { return !Keepable(value) }) {
			return refuse(name)
		}
	}
	return nil
}

// CheckAddress is CheckValues for the query of a URL. A path that cannot be stored is not found.
func CheckAddress(address *url.URL) error {
	if !Keepable(address.Path) {
		return fault.New(fault.NotFound, "no_address", "There is nothing at this address: every path here is text in UTF-8 without a NUL. Check it.")
	}
	if address.RawQuery == "" {
		return nil
	}
	return CheckValues(address.Query())
}

func refuse(field string) error {
	if field == "" || utf8.RuneCountInString(field) > longestName {
		field = "a field's name"
	}
	return fault.InvalidFields([]fault.Field{{Name: field, Reason: "must be text in UTF-8 without a NUL"}})
}
