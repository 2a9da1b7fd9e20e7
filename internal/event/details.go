package event

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a name in an audit record's details ends in where the detail is what stood there before a change, or after it.
const (
	before = ".before"
	after  = ".after"
)

// Difference is one thing that a change made different; Before or After is empty where there was or is nothing.
type Difference struct{ Name, Before, After string }

// Detail is one thing that a record tells beside its differences.
type Detail struct{ Name, Text string }

// Note adds to an audit record's details what a change made different, the beginnings of long texts; what stayed the same is
// left out.
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

// longestDetail is how much of a text is told, in characters.
const longestDetail = 200

// Shortened is the beginning of a text, all of it where that is not long.
func Shortened(text string) string {
	if utf8.RuneCountInString(text) <= longestDetail {
		return text
	}
	return string([]rune(text)[:longestDetail]) + "…"
}

// Differences are what the record's change made different, by name.
func (a Audit) Differences() []Difference {
	var found []Difference
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		if plain, is := strings.CutSuffix(name, after); is {
			found = append(found, Difference{plain, a.Details[plain+before], a.Details[name]})
		}
	}
	return found
}

// Facts are the record's other details, by name. What is empty says nothing, and what a difference says is not said again.
func (a Audit) Facts() []Detail {
	var found []Detail
	for _, name := range slices.Sorted(maps.Keys(a.Details)) {
		if text := a.Details[name]; text != "" && text != a.Details[name+after] && !strings.HasSuffix(name, after) && !strings.HasSuffix(name, before) {
			found = append(found, Detail{name, text})
		}
	}
	return found
}
