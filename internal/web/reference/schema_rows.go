package reference

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/web/view"
)

// longestShownName is how much of an author's name a page shows.
const longestShownName = 200

// nameText is a name as a page shows it: the beginning of a very long one, and a word where there is none.
func nameText(name string) string {
	if strings.TrimSpace(name) == "" {
		return "(no name)"
	}
	if len(name) <= longestShownName {
		return name
	}
	end := longestShownName
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return name[:end] + "…"
}

// reference is where the pages of a version's reference lie.
type reference struct {
	// Schemas and Operations are the addresses that theirs begin with, Page is that of the page itself.
	Schemas, Operations, Page string
	// Anchors are those of the page, and Path is where in the page's fields this is.
	Anchors anchors
	Path    []string
}

func (r reference) schema(page string) string { return r.Schemas + "/" + url.PathEscape(page) }

func (r reference) operation(slug string) string { return r.Operations + "/" + url.PathEscape(slug) }

// typePart is a piece of a type's text, with the page that it leads to.
type typePart struct{ Text, Page string }

// typeParts cuts a type's text at the names that have pages. Links that do not fit the text are left out.
func typeParts(value openapi.ValueType) []typePart {
	var parts []typePart
	end := 0
	linked := false
	for _, link := range value.Links {
		if link.From < end || link.To <= link.From || link.To > len(value.Type) {
			continue
		}
		if link.From > end {
			parts = append(parts, typePart{Text: value.Type[end:link.From]})
		}
		parts = append(parts, typePart{value.Type[link.From:link.To], link.Page})
		linked = linked || link.Page == value.Page
		end = link.To
	}
	if end < len(value.Type) {
		parts = append(parts, typePart{Text: value.Type[end:]})
	}
	if value.Page != "" && !linked {
		parts = append(parts, typePart{Text: " "}, typePart{nameText(value.Ref), value.Page})
	}
	return parts
}

// rowGroup is a row with those inside it.
type rowGroup struct {
	Row    openapi.SchemaRow
	Inside []openapi.SchemaRow
}

// rowGroups puts rows under those of the first one's depth.
func rowGroups(rows []openapi.SchemaRow) []rowGroup {
	var groups []rowGroup
	for _, row := range rows {
		if len(groups) == 0 || row.Depth <= rows[0].Depth {
			groups = append(groups, rowGroup{Row: row})
			continue
		}
		last := &groups[len(groups)-1]
		last.Inside = append(last.Inside, row)
	}
	return groups
}

// fewRows is how many rows inside another one are shown without unfolding it.
const fewRows = 6

func (g rowGroup) open() bool { return len(g.Inside) <= fewRows && g.Row.Depth == 0 }

// insideText says what is inside a row: "4 fields".
func (g rowGroup) insideText() string {
	properties, choices := 0, 0
	for _, row := range g.Inside {
		switch {
		case row.Depth > g.Inside[0].Depth:
		case row.Variant:
			choices++
		default:
			properties++
		}
	}
	var texts []string
	if properties > 0 {
		texts = append(texts, strconv.Itoa(properties)+view.Plural(properties, " field", " fields"))
	}
	if choices > 0 {
		texts = append(texts, strconv.Itoa(choices)+view.Plural(choices, " alternative", " alternatives"))
	}
	return strings.Join(texts, " and ")
}

// rowName is what a row is called.
func rowName(row openapi.SchemaRow) string {
	switch {
	case row.Rest && row.Name == "":
		return "any other name"
	case row.Rest:
		return "names like " + row.Name
	}
	return nameText(row.Name)
}

// styleText words how a parameter's lists and objects are spelled.
func styleText(parameter openapi.Parameter) string {
	text := "Style " + parameter.Style
	if parameter.Explode {
		return text + ", exploded"
	}
	return text + ", not exploded"
}
