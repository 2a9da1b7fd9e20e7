package reference

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// anchors are the names that parts of a page have in addresses, each used once.
type anchors map[string]bool

// newAnchors leaves out the names that pages use themselves.
func newAnchors() anchors {
	taken := anchors{}
	for _, name := range []string{
		"announcer", "content", "notices", "request", "response", "responses", "samples", "search-results", "tree", "tree-operations", "try", "try-panel",
	} {
		taken[name] = true
	}
	return taken
}

const longestAnchor = 120

// take returns the name that a part gets. A name that is taken gets a number.
func (a anchors) take(parts ...string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '_'
		}
		return r
	}, strings.Join(parts, "."))
	if len(name) > longestAnchor {
		name = strings.ToValidUTF8(name[:longestAnchor], "")
	}
	free := name
	for n := 2; a[free]; n++ {
		free = name + "-" + strconv.Itoa(n)
	}
	a[free] = true
	return free
}

// below returns the reference for what is inside of a part: anchors there begin with its name.
func (r reference) below(parts ...string) reference {
	r.Path = append(slices.Clip(r.Path), parts...)
	return r
}

func (r reference) anchor(parts ...string) string {
	return r.Anchors.take(append(slices.Clip(r.Path), parts...)...)
}

func anchorURL(anchor string) templ.SafeURL { return templ.SafeURL("#" + url.PathEscape(anchor)) }

// limits writes what a value must be in short: "≤ 60 characters", "1 – 30000", "default false".
func limits(value openapi.ValueType, example string) []string {
	var texts []string
	for _, text := range value.Constraints {
		texts = append(texts, shortLimit(text))
	}
	texts = joinBounds(texts)
	if value.Default != "" {
		texts = append(texts, "default "+value.Default)
	}
	if example != "" {
		texts = append(texts, "example "+example)
	}
	return texts
}

func shortLimit(text string) string {
	for _, words := range [...]struct{ long, short string }{
		{"at least ", "≥ "}, {"at most ", "≤ "}, {"more than ", "> "}, {"less than ", "< "}, {"pattern ", ""},
	} {
		if rest, is := strings.CutPrefix(text, words.long); is {
			return words.short + rest
		}
	}
	return text
}

// joinBounds makes one text of a lower bound and the upper bound behind it, if both are of the same thing.
func joinBounds(texts []string) []string {
	var joined []string
	for _, text := range texts {
		upper, isUpper := strings.CutPrefix(text, "≤ ")
		if n := len(joined); isUpper && n > 0 {
			lower, isLower := strings.CutPrefix(joined[n-1], "≥ ")
			lowest, unit, _ := strings.Cut(lower, " ")
			if _, of, _ := strings.Cut(upper, " "); isLower && of == unit {
				joined[n-1] = lowest + " – " + upper
				continue
			}
		}
		joined = append(joined, text)
	}
	return joined
}

// statusTone is the tone of a response's status.
func statusTone(status string) string {
	switch status[:min(1, len(status))] {
	case "2":
		return "good"
	case "4":
		return "warn"
	case "5":
		return "bad"
	}
	return "plain"
}
