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

// anchors holds the anchors in use on a page.
type anchors map[string]bool

// newAnchors returns the anchors that every page uses itself, so that no part of the content gets one of them.
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

// anchorName returns the anchor of a field; two fields of a page can get the same one.
func anchorName(parts ...string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return '_'
		}
		return r
	}, strings.Join(parts, "."))
	if len(name) > longestAnchor {
		name = strings.ToValidUTF8(name[:longestAnchor], "")
	}
	return name
}

// take returns an unused anchor for a part of the page. It adds a number to an anchor that is in use.
func (a anchors) take(parts ...string) string {
	name := anchorName(parts...)
	free := name
	for n := 2; a[free]; n++ {
		free = name + "-" + strconv.Itoa(n)
	}
	a[free] = true
	return free
}

// below returns the reference for the content of a part. Anchors in it begin with the part's name.
func (r reference) below(parts ...string) reference {
	r.Path = append(slices.Clip(r.Path), parts...)
	return r
}

func (r reference) anchor(parts ...string) string {
	return r.Anchors.take(append(slices.Clip(r.Path), parts...)...)
}

func anchorURL(anchor string) templ.SafeURL { return templ.SafeURL("#" + url.PathEscape(anchor)) }

// limits describes the allowed values in short: "≤ 60 characters", "1 – 30000", "default false".
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

// joinBounds joins a lower bound and the upper bound after it into one text, if both have the same unit.
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

// statusTone returns the tone of a response's status.
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
