package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/platform/spelling"
)

// suggestion ends an error about an unknown name with the nearest known one, spelled as a variable if it has a prefix.
func suggestion(name, prefix string) string {
	near, found := spelling.Nearest(name, slices.Sorted(maps.Keys(types)))
	if !found {
		return "; portico serve --help lists them all"
	}
	if prefix != "" {
		near = prefix + strings.ToUpper(near)
	}
	return "; did you mean " + near + "?"
}
