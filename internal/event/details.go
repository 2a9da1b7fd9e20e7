package event

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// The suffixes of the names under which an audit record's details hold the values before and after a change.
const (
	before = ".before"
	after  = ".after"
)

// Difference is one changed value; Before is empty for a new value, After for a removed one.
type Difference struct{ Name, Before, After string }

// Detail is one value of a record that is not a difference.
type Detail struct{ Name, Text string }

// Note adds the changed values to an audit record's details. It shortens long texts and leaves out unchanged values.
func Note(details map[string]string, differences ...Difference) map[string]string {
	for _, one := range differences {
		if one.Before == one.After {
			continue
		}
		was, is := Shortened(one.Before), Shortened(one.After)
		if was == is {
			is += " (changed further on)"
		}
		details[one.Name+before], details[one.Name+after] = was, is
	}
	return details
}

// longestDetail is how much of a text is recorded, in characters.
const longestDetail = 200

// Shortened returns the beginning of a long text, and a short text unchanged.
func Shortened(text string) string {
	if utf8.RuneCountInString(text) <= longestDetail {
		return text
	}
	return string([]rune(text)[:longestDetail]) + "…"
}

// Differences returns the record's changed values, sorted by name.
func (a Audit) Differences() []Difference {
	var found []Difference
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		if plain, is := strings.CutSuffix(name, after); is {
			found = append(found, Difference{plain, a.Details[plain+before], a.Details[name]})
		}
	}
	return found
}

// Facts returns the record's other details, sorted by name, without empty ones and those that repeat a difference.
func (a Audit) Facts() []Detail {
	var found []Detail
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		if text := a.Details[name]; text != "" && text != a.Details[name+after] && !strings.HasSuffix(name, after) && !strings.HasSuffix(name, before) {
			found = append(found, Detail{name, text})
		}
	}
	return found
}
