package spelling

import (
	"fmt"
	"slices"
	"strings"
)

// Advice returns a hint for an unknown name: the nearest known name, or all of them.
func Advice(written string, known []string) string {
	if near, ok := Nearest(written, known); ok {
		return fmt.Sprintf("Did you mean %q?", near)
	}
	if len(known) == 0 {
		return "There is none."
	}
	const most = 20
	if len(known) > most {
		return fmt.Sprintf("There are %s and %d more.", strings.Join(known[:most], ", "), len(known)-most)
	}
	return "Known are " + strings.Join(known, ", ") + "."
}

// List joins names. Semicolons separate them if a name has a comma, so that it does not read as two.
func List(names []string) string {
	if slices.ContainsFunc(names, func(name string) bool { return strings.Contains(name, ",") }) {
		return strings.Join(names, "; ")
	}
	return strings.Join(names, ", ")
}
