package view

import (
	"html"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/markdown"
)

// Markdown renders an API author's text below a heading of the page. The catalogue has removed scripts and styles.
func Markdown(text string, below int) templ.Component {
	rendered, _ := markdown.Render(text)
	return templ.Raw(fitted(rendered, below+1))
}

// Document renders a page of documentation below its title, without repeating a title at the start of the text. It
// returns the headings below the title.
func Document(shown catalog.Document) (templ.Component, []markdown.Heading) {
	rendered, headings := markdown.Render(shown.Markdown)
	if len(headings) > 0 && headings[0].Level == 1 && strings.HasPrefix(rendered, "<h1") {
		return templ.Raw(fitted(rendered, 1)), headings[1:]
	}
	return titled(shown.Title, templ.Raw(fitted(rendered, 2))), headings
}

// FirstParagraph returns the first paragraph of a text as plain words, for lists.
func FirstParagraph(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "", "#", "").Replace(first)), " ")
}

// Brief renders an author's short text. Most of them are plain sentences, which it does not parse as Markdown.
func Brief(text string) templ.Component {
	if PlainSentence(text) {
		return templ.Raw("<p>" + html.EscapeString(text) + "</p>")
	}
	return Markdown(text, 3)
}

// PlainSentence reports whether Markdown would render the text as one plain paragraph.
func PlainSentence(text string) bool {
	if text == "" || strings.ContainsAny(text, "\\`*_[]<>#|~&\n\r\t@\x00") || strings.Contains(text, "://") || strings.Contains(text, "www.") {
		return false
	}
	first := text[0] | 0x20
	return first >= 'a' && first <= 'z' && text[len(text)-1] != ' '
}
