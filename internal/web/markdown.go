package web

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
)

// markdown renders a text of an API's author below a heading of the page. The catalogue lets no script or style through.
func markdown(text string, below int) templ.Component {
	rendered, _ := catalog.RenderMarkdown(text)
	return templ.Raw(fitted(rendered, below+1))
}

// document renders a page of documentation under its title, once: most documents begin with it themselves. The headings
// are those of the text below the title.
func document(shown catalog.Document) (templ.Component, []catalog.Heading) {
	rendered, headings := catalog.RenderMarkdown(shown.Markdown)
	if len(headings) > 0 && headings[0].Level == 1 && strings.HasPrefix(rendered, "<h1") {
		return templ.Raw(fitted(rendered, 1)), headings[1:]
	}
	return titled(shown.Title, templ.Raw(fitted(rendered, 2))), headings
}

// firstParagraph is what lists show of a longer text, as plain words.
func firstParagraph(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "", "#", "").Replace(first)), " ")
}
