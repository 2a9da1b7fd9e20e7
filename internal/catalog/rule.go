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

// Rule validates a text and returns what is wrong, or "". Files and forms use the same rules.
//
// The result continues a sentence that begins with the name of the field.
type Rule func(text string) string

// Limits for values in files and forms.
const (
	MostTeams       = 1000
	ShortestTimeout = time.Millisecond
	LongestTimeout  = time.Hour
	LargestBody     = 10 << 30
)

var slugPattern = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

// SlugRule validates slugs, the names in addresses.
func SlugRule(text string) string {
	if len(text) > 60 || !slugPattern.MatchString(text) {
		return "must be up to 60 lower-case letters, digits and single hyphens, such as weather-data"
	}
	return ""
}

var versionPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$`)

// VersionNameRule validates names of versions.
func VersionNameRule(text string) string {
	if !versionPattern.MatchString(text) {
		return "must be up to 60 letters, digits, dots and hyphens, such as v1 or 2026-03-01"
	}
	return ""
}

// NameRule validates display names.
func NameRule(text string) string {
	switch {
	case strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > 100:
		return "must have 1 to 100 characters"
	case strings.ContainsFunc(text, isUnprintable):
		return "must not contain line breaks, control characters or characters that change the direction of text"
	}
	return ""
}

// DescriptionRule validates descriptions.
func DescriptionRule(text string) string {
	switch {
	case utf8.RuneCountInString(text) > 10_000:
		return "must have at most 10,000 characters; put more into documents"
	case strings.ContainsFunc(text, IsControl):
		return "must not contain control characters"
	}
	return ""
}

// isUnprintable reports whether a character can hide or disguise a name: control and direction characters.
func isUnprintable(character rune) bool {
	return unicode.IsControl(character) || character == '\u2028' || character == '\u2029' || character == '\uFEFF' ||
		character >= '\u202A' && character <= '\u202E' || character >= '\u2066' && character <= '\u2069'
}

// IsControl reports whether a character is a control character other than a line break or tab.
func IsControl(character rune) bool {
	return unicode.IsControl(character) && character != '\n' && character != '\t' && character != '\r'
}

// OneOf returns a rule for a choice that suggests the nearest known value.
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
			return fmt.Sprintf("is unknown; perhaps you mean %q", near)
		}
		last := len(names) - 1
		if last == 0 {
			return "must be " + names[0]
		}
		return "must be " + strings.Join(names[:last], ", ") + " or " + names[last]
	}
}

// Refusals returns the available formats of the gateway's error responses.
func Refusals() []string { return []string{"apim"} }

var basePathPattern = regexp.MustCompile(`^(?:/[A-Za-z0-9._~-]+)+$`)

// ownPaths are the paths of the gateway itself.
var ownPaths = []string{"healthz", "readyz", "metrics"}

// BasePathRule validates base paths at the gateway.
func BasePathRule(text string) string {
	switch {
	case len(text) > 200 || !basePathPattern.MatchString(text) || path.Clean(text) != text:
		return "must be a path such as /weather/v1: letters, digits, dots, hyphens and underscores between single slashes, none at the end"
	case slices.Contains(ownPaths, strings.ToLower(strings.Split(text, "/")[1])):
		return "is reserved for the gateway; choose another first part"
	}
	return ""
}

// BasePathKey returns the key by which base paths must be unique: paths must differ in more than case.
func BasePathKey(basePath string) string { return strings.ToLower(basePath) }

const builtinScheme = "builtin:"

// UpstreamRule validates upstreams. The names may follow "builtin:"; nil allows every name.
func UpstreamRule(builtins []string) Rule {
	return func(text string) string {
		if name, ok := strings.CutPrefix(text, builtinScheme); ok {
			return builtinRule(name, builtins)
		}
		address, err := url.Parse(text)
		switch {
		case err != nil || len(text) > 2000:
			return "is not an address"
		case address.Scheme != "http" && address.Scheme != "https":
			return "must begin with https://, http:// or builtin:"
		case address.User != nil:
			return "must not contain a user or password: everyone who can read this would see them"
		case address.Hostname() == "":
			return "has no host"
		case address.RawQuery != "" || address.ForceQuery || strings.Contains(text, "#"):
			return "must not have a query or a fragment"
		case strings.Contains("/"+address.Path+"/", "/../") || strings.Contains("/"+address.Path+"/", "/./"):
			return "must not have . or .. in its path"
		}
		return ""
	}
}

func builtinRule(name string, known []string) string {
	switch {
	case SlugRule(name) != "":
		return "must have the form builtin:NAME"
	case known == nil || slices.Contains(known, name):
		return ""
	}
	advice := spelling.Advice(name, known)
	return "is not built in; " + strings.ToLower(advice[:1]) + strings.TrimSuffix(advice[1:], ".")
}
