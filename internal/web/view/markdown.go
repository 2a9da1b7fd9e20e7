package view

import (
	"html"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/markdown"
)

// Markdown renders a text of an API's author below a heading of the page. The catalogue lets no script or style
// through.
func Markdown(text string, below int) templ.Component {
	rendered, _ := markdown.Render(text)
	return templ.Raw(fitted(rendered, below+1))
}

// Document renders a page of documentation under its title, once: most documents begin with it themselves. The headings
// are those of the text below the title.
func Document(shown catalog.Document) (templ.Component, []markdown.Heading) {
	rendered, headings := markdown.Render(shown.Markdown)
	if len(headings) > 0 && headings[0].Level == 1 && strings.HasPrefix(rendered, "<h1") {
		return templ.Raw(fitted(rendered, 1)), headings[1:]
	}
	return titled(shown.Title, templ.Raw(fitted(rendered, 2))), headings
}

// FirstParagraph is what lists show of a longer text, as plain words.
func FirstParagraph(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "", "#", "").Replace(first)), " ")
}

// Brief renders a short text of an author. Most of them are a plain sentence, which needs no reading as markdown.
func Brief(text string) templ.Component {
	if PlainSentence(text) {
		return templ.Raw("<p>" + html.EscapeString(text) + "</p>")
	}
	return Markdown(text, 3)
}

// PlainSentence reports whether markdown would make nothing of a text but a paragraph.
func PlainSentence(text string) bool {
	if text == "" || strings.ContainsAny(text, "\\`*_[]<>#|~&\n\r\t@\x00") || strings.Contains(text, "://") || strings.Contains(text, "www.") {
		return false
	}
	first := text[0] | 0x20
	return first >= 'a' && first <= 'z' && text[len(text)-1] != ' '
}
