package reference

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"github.com/portico-api/portico/internal/catalog/markdown"
)

// twinText builds a page in Markdown. It adds texts of other authors as plain words, as code, or as Markdown that the
// catalogue has sanitised, so that they cannot add headings, lists or code blocks to our structure.
type twinText struct {
	text strings.Builder
	// listing is true after a list item, which the next item follows without a blank line; depth is the item's depth.
	listing bool
	depth   int
	// schemas is the URL prefix of schema pages, empty if the text does not link to them.
	schemas string
}

func (t *twinText) String() string { return t.text.String() }

// block begins a new block after an empty line.
func (t *twinText) block(text string) {
	if text == "" {
		return
	}
	if t.text.Len() > 0 {
		t.text.WriteByte('\n')
	}
	t.text.WriteString(text + "\n")
	t.listing, t.depth = false, 0
}

func (t *twinText) heading(level int, words string) {
	t.block(strings.Repeat("#", level) + " " + cmp.Or(plain(words), "Untitled"))
}

// paragraph adds a paragraph of Markdown that Portico wrote.
func (t *twinText) paragraph(markdown string) { t.block(markdown) }

// prose adds an author's Markdown with its headings below the level.
func (t *twinText) prose(source string, below int) { t.block(markdown.Embed(source, below)) }

func (t *twinText) fence(language, text string) {
	if text != "" {
		t.block(markdown.CodeBlock(language, text))
	}
}

// item adds a list item: our own Markdown, then the author's. The author's stays on the same line if it is a single
// line.
func (t *twinText) item(depth int, lead, authored string) {
	if !t.listing && t.text.Len() > 0 {
		t.text.WriteByte('\n')
	}
	if depth > t.depth+1 {
		depth = t.depth + 1
	}
	t.listing, t.depth = true, depth
	indent := strings.Repeat("  ", depth)
	t.text.WriteString(indent + "- " + lead)
	switch embedded := markdown.EmbedLine(authored); {
	case embedded == "":
		t.text.WriteByte('\n')
	case !strings.Contains(embedded, "\n"):
		t.text.WriteString(": " + embedded + "\n")
	default:
		t.text.WriteString("\n\n")
		for line := range strings.SplitSeq(embedded, "\n") {
			t.text.WriteString(strings.TrimRight(indent+"  "+line, " ") + "\n")
		}
	}
}

// longestPlain is the maximum length of titles and names.
const longestPlain = 300

var markdownMarks = strings.NewReplacer(`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`,
	`#`, `\#`, `&`, `\&`, `~`, `\~`, `|`, `\|`)

// listMark matches the beginning of a line that Markdown reads as a list.
var listMark = regexp.MustCompile(`^([0-9]*)([-+=.)])`)

// plain returns a text on one line, escaped so that Markdown gives it no meaning.
func plain(text string) string {
	return listMark.ReplaceAllString(markdownMarks.Replace(oneLine(text, longestPlain)), `$1\$2`)
}

// oneLine joins the lines of a text and shortens it.
func oneLine(text string, longest int) string {
	line := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if letters := []rune(line); len(letters) > longest {
		return string(letters[:longest]) + "…"
	}
	return line
}

// code returns a text as a code span, with more backticks than the text has in a row.
func code(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	if strings.TrimSpace(text) == "" {
		return "(empty)"
	}
	marks := "`"
	for strings.Contains(text, marks) {
		marks += "`"
	}
	if strings.Contains(text, "`") || strings.HasPrefix(text, " ") {
		text = " " + text + " "
	}
	return marks + text + marks
}

// codes returns a list of texts as code spans.
func codes(texts []string) string {
	made := make([]string, len(texts))
	for i, text := range texts {
		made[i] = code(text)
	}
	return strings.Join(made, ", ")
}

// linked returns a link to a URL of the portal.
func linked(words, address string) string {
	return "[" + cmp.Or(plain(words), "Untitled") + "](" + address + ")"
}
