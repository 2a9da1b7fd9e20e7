package reference

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/web/view"
)

// longestShownName is the maximum length of an author's name on a page.
const longestShownName = 200

// nameText returns a name for a page: shortened if it is very long, or a placeholder if it is empty.
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

// reference holds the URLs of a version's reference.
type reference struct {
	// Schemas and Operations are the URL prefixes of schema and operation pages. Page is the URL of the page itself.
	Schemas, Operations, Page string
	// Anchors holds the anchors that the page already uses. Path holds the names of the enclosing fields, the outermost
	// first.
	Anchors anchors
	Path    []string
	// Value is the shown example's value at this place. Discriminator tells which alternative it is. Both may be nil.
	Value         any
	Discriminator *openapi.Discriminator
}

func (r reference) schema(page string) string { return r.Schemas + "/" + url.PathEscape(page) }

func (r reference) operation(slug string) string { return r.Operations + "/" + url.PathEscape(slug) }

// typePart is a piece of a type's text, with the page that it leads to.
type typePart struct{ Text, Page string }

// typeParts splits a type's text at the names that have pages. It omits links that do not match the text.
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

// rowGroup is a row with the rows inside it.
type rowGroup struct {
	Row    openapi.SchemaRow
	Inside []openapi.SchemaRow
	// Open is set if the rows inside are shown expanded.
	Open bool
}

// rowGroups groups rows under the rows that have the depth of the first one.
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
	for i, group := range groups {
		groups[i].Open = len(group.Inside) <= fewRows && group.Row.Depth == 0
	}
	return groups
}

// fewRows is the maximum number of inner rows that are shown expanded.
const fewRows = 6

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

// rowName returns the name of a row.
func rowName(row openapi.SchemaRow) string {
	switch {
	case row.Rest && row.Name == "":
		return "any other name"
	case row.Rest:
		return "names like " + row.Name
	}
	return nameText(row.Name)
}

// styleText describes how a parameter's lists and objects are encoded.
func styleText(parameter openapi.Parameter) string {
	text := "Style " + parameter.Style
	if parameter.Explode {
		return text + ", exploded"
	}
	return text + ", not exploded"
}
