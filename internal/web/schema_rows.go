package web

import (
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
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
}

func (r reference) schema(page string) string { return r.Schemas + "/" + url.PathEscape(page) }

func (r reference) operation(slug string) string { return r.Operations + "/" + url.PathEscape(slug) }

// typePart is a piece of a type's text, with the page that it leads to.
type typePart struct{ Text, Page string }

// typeParts cuts a type's text at the names that have pages. Links that do not fit the text are left out.
func typeParts(value catalog.ValueType) []typePart {
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

// deeperFrom is the depth from which rows are folded away.
const deeperFrom = 2

// rowGroup is a row with those below it that are folded away.
type rowGroup struct {
	Row    catalog.SchemaRow
	Deeper []catalog.SchemaRow
}

// rowGroups sorts rows that begin at a depth: two levels are shown at once, what lies below them is folded.
func rowGroups(rows []catalog.SchemaRow, from int) []rowGroup {
	var groups []rowGroup
	for _, row := range rows {
		if row.Depth < from+deeperFrom || len(groups) == 0 {
			groups = append(groups, rowGroup{Row: row})
			continue
		}
		last := &groups[len(groups)-1]
		last.Deeper = append(last.Deeper, row)
	}
	return groups
}

// count counts the rows of the first folded level.
func (g rowGroup) count() int64 {
	var n int64
	for _, row := range g.Deeper {
		if row.Depth == g.Deeper[0].Depth {
			n++
		}
	}
	return n
}

// rowName is what a row is called.
func rowName(row catalog.SchemaRow) string {
	switch {
	case row.Rest && row.Name == "":
		return "any other name"
	case row.Rest:
		return "names like " + row.Name
	}
	return nameText(row.Name)
}

// brief renders a short text of an author. Most of them are a plain sentence, which needs no reading as markdown.
func brief(text string) templ.Component {
	if plainSentence(text) {
		return templ.Raw("<p>" + html.EscapeString(text) + "</p>")
	}
	return markdown(text, 3)
}

// plainSentence reports whether markdown would make nothing of a text but a paragraph.
func plainSentence(text string) bool {
	if text == "" || strings.ContainsAny(text, "\\`*_[]<>#|~&\n\r\t@\x00") || strings.Contains(text, "://") || strings.Contains(text, "www.") {
		return false
	}
	first := text[0] | 0x20
	return first >= 'a' && first <= 'z' && text[len(text)-1] != ' '
}

// styleText words how a parameter's lists and objects are spelled.
func styleText(parameter catalog.Parameter) string {
	text := "Style " + parameter.Style
	if parameter.Explode {
		return text + ", exploded"
	}
	return text + ", not exploded"
}
