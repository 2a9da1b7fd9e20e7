package event

import (
	"fmt"
	"reflect"
	"unicode/utf8"
)

// Difference is a part of a thing before and after a change.
type Difference struct {
	Name          string
	Before, After any
}

// Differing keeps the parts that are not as they were.
func Differing(parts ...Difference) []Difference {
	var differing []Difference
	for _, part := range parts {
		if !reflect.DeepEqual(part.Before, part.After) {
			differing = append(differing, part)
		}
	}
	return differing
}

// Names lists the parts by name.
func Names(differences []Difference) []string {
	var names []string
	for _, difference := range differences {
		names = append(names, difference.Name)
	}
	return names
}

// longestDetail is how much of a value an audit record keeps.
const longestDetail = 200

// Details are an audit record's: what the thing is called, and what each part was and is.
func Details(name string, differences []Difference) map[string]string {
	details := map[string]string{"name": name}
	for _, difference := range differences {
		details[difference.Name] = shortened(difference.Before) + " → " + shortened(difference.After)
	}
	return details
}

func shortened(value any) string {
	text := fmt.Sprint(value)
	if utf8.RuneCountInString(text) <= longestDetail {
		return text
	}
	return string([]rune(text)[:longestDetail]) + "…"
}
