// Package text knows which texts can be kept: what PostgreSQL refuses is refused wherever something comes in, whatever the
// database, so that it is the sender's mistake and no failure of ours.
//
// It knows no names or lengths; those are the rules of whoever owns the field. Surfaces call it (web, api/rest).
package text

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/fault"
)

// longestName is how much is told of the name of a field, which strangers may choose.
const longestName = 64

// Keepable reports whether a text can be kept and found again: UTF-8 without a NUL.
func Keepable(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// CheckValues refuses a form or a query with a text that cannot be kept, and names the first such field.
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

// CheckAddress is CheckValues for the query of an address. A path that cannot be kept leads to nothing.
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
