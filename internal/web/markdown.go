package web

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
)

// markdown renders a text of an API's author. The catalogue lets no script, style or foreign image through.
func markdown(text string) templ.Component {
	rendered, _ := catalog.RenderMarkdown(text)
	return templ.Raw(rendered)
}

// document renders a page of documentation under its title, once: many documents begin with it themselves.
func document(shown catalog.Document) templ.Component {
	return templ.Raw("")
}

// firstParagraph is what lists show of a longer text, as plain words.
func firstParagraph(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "", "#", "").Replace(first)), " ")
}
