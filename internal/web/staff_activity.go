package web

import (
	"maps"
	"slices"
	"strings"
)

// detailsText writes down what a record of the audit trail knows, in one order.
func detailsText(details map[string]string) string {
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(details)) {
		if details[name] != "" {
			texts = append(texts, strings.ReplaceAll(name, "_", " ")+": "+details[name])
		}
	}
	return strings.Join(texts, ", ")
}
