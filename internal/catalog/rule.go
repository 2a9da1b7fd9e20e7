package catalog

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/platform/spelling"
)

// Rule says what is wrong with a text as the end of a sentence that begins with its name, or nothing. Files and forms are
// read by the same rules.
type Rule func(text string) string

// Bounds of what is written by hand, in files and in forms.
const (
	MostTeams       = 1000
	ShortestTimeout = time.Millisecond
	LongestTimeout  = time.Hour
	LargestBody     = 10 << 30
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// ASlug is the rule for names in addresses.
func ASlug(text string) string {
	if len(text) > 60 || !slugPattern.MatchString(text) {
		return "must be up to 60 lower-case letters, digits and single hyphens, such as weather-data"
	}
	return ""
}

var versionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

// AVersionName is the rule for names of versions.
func AVersionName(text string) string {
	if !versionPattern.MatchString(text) {
		return "must be up to 60 letters, digits, dots and hyphens, such as v1 or 2026-03-01"
	}
	return ""
}

// AName is the rule for names that people read.
func AName(text string) string {
	switch {
	case strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > 100:
		return "must have 1 to 100 characters"
	case strings.ContainsFunc(text, isUnprintable):
		return "must not hold line breaks, control characters or marks that turn the direction of text"
	}
	return ""
}

// ADescription is the rule for texts about a thing.
func ADescription(text string) string {
	switch {
	case utf8.RuneCountInString(text) > 10_000:
		return "must have at most 10,000 characters; put more into documents"
	case strings.ContainsFunc(text, IsControl):
		return "must not hold control characters"
	}
	return ""
}

// isUnprintable is true of what hides or disguises a name: control characters and marks of direction.
func isUnprintable(character rune) bool {
	return unicode.IsControl(character) || character == '\u2028' || character == '\u2029' || character == '\uFEFF' ||
		character >= '\u202A' && character <= '\u202E' || character >= '\u2066' && character <= '\u2069'
}

// IsControl is true of characters that no text has a use for.
func IsControl(character rune) bool {
	return unicode.IsControl(character) && character != '\n' && character != '\t' && character != '\r'
}

// OneOf is the rule for a choice; it names the nearest known word.
func OneOf[T ~string](known ...T) Rule {
	return func(text string) string {
		if slices.Contains(known, T(text)) {
			return ""
		}
		names := make([]string, len(known))
		for i, name := range known {
			names[i] = string(name)
		}
		if near, ok := spelling.Nearest(text, names); ok {
			return fmt.Sprintf("is not known; perhaps %q is meant", near)
		}
		return "must be " + strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
	}
}

// Refusals are the ways of wording them that there are; a dialect's own joins when the dialect does.
func Refusals() []string { return []string{"apim"} }

var basePathPattern = regexp.MustCompile(`^(?:/[A-Za-z0-9._~-]+)+$`)

// ownPaths are the paths of the gateway itself.
var ownPaths = []string{"healthz", "readyz", "metrics"}

// ABasePath is the rule for paths at the gateway.
func ABasePath(text string) string {
	switch {
	case len(text) > 200 || !basePathPattern.MatchString(text) || path.Clean(text) != text:
		return "must be a path such as /weather/v1: letters, digits, dots, hyphens and underscores between single slashes, none at the end"
	case slices.Contains(ownPaths, strings.ToLower(strings.Split(text, "/")[1])):
		return "is needed by the gateway itself; choose another first part"
	}
	return ""
}

// BasePathKey is the same for base paths that cannot stand beside one another: those that differ in case alone are told
// apart by programs only.
func BasePathKey(basePath string) string { return strings.ToLower(basePath) }

const builtinScheme = "builtin:"

// AnUpstream is the rule for where calls go, given the names that may follow "builtin:"; nil lets every name pass.
func AnUpstream(builtins []string) Rule {
	return func(text string) string {
		if name, ok := strings.CutPrefix(text, builtinScheme); ok {
			return aBuiltin(name, builtins)
		}
		address, err := url.Parse(text)
		switch {
		case err != nil || len(text) > 2000:
			return "is no address"
		case address.Scheme != "http" && address.Scheme != "https":
			return "must begin with https://, http:// or builtin:"
		case address.User != nil:
			return "must not hold a user or password; they would be sent to the upstream and shown to whoever reads this"
		case address.Hostname() == "":
			return "names no host"
		case address.RawQuery != "" || address.ForceQuery || strings.Contains(text, "#"):
			return "must not have a query or a fragment"
		case strings.Contains("/"+address.Path+"/", "/../") || strings.Contains("/"+address.Path+"/", "/./"):
			return "must not have . or .. in its path"
		}
		return ""
	}
}

func aBuiltin(name string, known []string) string {
	switch {
	case ASlug(name) != "":
		return "must name what answers: builtin:NAME"
	case known == nil || slices.Contains(known, name):
		return ""
	}
	advice := spelling.Advice(name, known)
	return "is not built in; " + strings.ToLower(advice[:1]) + strings.TrimSuffix(advice[1:], ".")
}
