package event

import (
	"fmt"
	"reflect"
	"unicode/utf8"
)

// Part is a part of a thing before and after a change, as the program holds it.
type Part struct {
	Name          string
	Before, After any
}

// Differing are the parts that are not as they were, in words.
func Differing(parts ...Part) []Difference {
	var differing []Difference
	for _, part := range parts {
		if !reflect.DeepEqual(part.Before, part.After) {
			differing = append(differing, part.inWords())
		}
	}
	return differing
}

// longestDetail is how much of a value an audit record keeps.
const longestDetail = 200

func (p Part) inWords() Difference {
	told := Difference{p.Name, shortened(p.Before), shortened(p.After)}
	if told.Before == told.After {
		told.After += " (changed further on)"
	}
	return told
}

func shortened(value any) string {
	text := fmt.Sprint(value)
	if utf8.RuneCountInString(text) <= longestDetail {
		return text
	}
	return string([]rune(text)[:longestDetail]) + "…"
}

// Names lists the differences by name.
func Names(differences []Difference) []string {
	var names []string
	for _, difference := range differences {
		names = append(names, difference.Name)
	}
	return names
}
