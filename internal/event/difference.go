package event

import (
	"fmt"
	"reflect"
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
			differing = append(differing, Difference{part.Name, fmt.Sprint(part.Before), fmt.Sprint(part.After)})
		}
	}
	return differing
}

// Names lists the differences by name.
func Names(differences []Difference) []string {
	var names []string
	for _, difference := range differences {
		names = append(names, difference.Name)
	}
	return names
}
