package event

import (
	"fmt"
	"reflect"
)

// Part is one part of an object before and after a change.
type Part struct {
	Name          string
	Before, After any
}

// Differing returns the changed parts as texts.
func Differing(parts ...Part) []Difference {
	var differing []Difference
	for _, part := range parts {
		if !reflect.DeepEqual(part.Before, part.After) {
			differing = append(differing, Difference{part.Name, fmt.Sprint(part.Before), fmt.Sprint(part.After)})
		}
	}
	return differing
}

// Names returns the names of the differences.
func Names(differences []Difference) []string {
	var names []string
	for _, difference := range differences {
		names = append(names, difference.Name)
	}
	return names
}
