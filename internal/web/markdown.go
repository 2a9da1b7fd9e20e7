package web

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/catalog"
)

// markdown renders a text of an API's author below a heading of the page. The catalogue lets no script or style through.
func markdown(text string, below int) templ.Component {
	rendered, _ := catalog.RenderMarkdown(text)
	return templ.Raw(relevel(rendered, below+1))
}

// document renders a page of documentation under its title, once: most documents begin with it themselves.
func document(shown catalog.Document) templ.Component {
	rendered, headings := catalog.RenderMarkdown(shown.Markdown)
	if len(headings) > 0 && headings[0].Level == 1 && strings.HasPrefix(rendered, "<h1") {
		return templ.Raw(relevel(rendered, 1))
	}
	return titled(shown.Title, templ.Raw(relevel(rendered, 2)))
}

var headingTag = regexp.MustCompile(`<(/?)h([1-6])([ >])`)

// relevel makes the headings of a rendered text begin at the level and go deeper by single steps, whatever levels its
// author chose: those who navigate by headings find the text within the page.
func relevel(rendered string, top int) string {
	var open []int
	return headingTag.ReplaceAllStringFunc(rendered, func(tag string) string {
		parts := headingTag.FindStringSubmatch(tag)
		written, _ := strconv.Atoi(parts[2])
		if parts[1] == "" {
			for len(open) > 0 && open[len(open)-1] >= written {
				open = open[:len(open)-1]
			}
			open = append(open, written)
		}
		level := min(top+max(len(open), 1)-1, 6)
		return "<" + parts[1] + "h" + strconv.Itoa(level) + parts[3]
	})
}

// firstParagraph is what lists show of a longer text, as plain words.
func firstParagraph(text string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n\n")
	return strings.Join(strings.Fields(strings.NewReplacer("**", "", "`", "", "#", "").Replace(first)), " ")
}
