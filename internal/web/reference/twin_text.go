package reference

import (
	"cmp"
	"regexp"
	"strings"
	"unicode"

	"github.com/portico-api/portico/internal/catalog/markdown"
)

// twinText gathers a page in markdown. Texts of others come in as plain words, as code, or as markdown that the
// catalogue has made fit, and never change what is a heading, a list or a block of code.
type twinText struct {
	text strings.Builder
	// listing is set behind an item, which the next one follows without a blank line; depth is that of the item.
	listing bool
	depth   int
	// schemas is where the pages of schemas are, up to their names; empty where the text links to none.
	schemas string
}

func (t *twinText) String() string { return t.text.String() }

// block sets a block off from the one before.
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

// paragraph takes markdown of ours.
func (t *twinText) paragraph(markdown string) { t.block(markdown) }

// prose takes an author's markdown, and puts its headings below the level.
func (t *twinText) prose(source string, below int) { t.block(markdown.Embed(source, below)) }

func (t *twinText) fence(language, text string) {
	if text != "" {
		t.block(markdown.CodeBlock(language, text))
	}
}

// item is one of a list: markdown of ours, then an author's in the same line where it has only one.
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

// longestPlain cuts titles and names.
const longestPlain = 300

var markdownMarks = strings.NewReplacer(`\`, `\\`, "`", "\\`", `*`, `\*`, `_`, `\_`, `[`, `\[`, `]`, `\]`, `<`, `\<`, `>`, `\>`,
	`#`, `\#`, `&`, `\&`, `~`, `\~`, `|`, `\|`)

// listMark is what makes a list of a line that begins with it.
var listMark = regexp.MustCompile(`^([0-9]*)([-+=.)])`)

// plain makes one line of words of a text, without any meaning in markdown.
func plain(text string) string {
	return listMark.ReplaceAllString(markdownMarks.Replace(oneLine(text, longestPlain)), `$1\$2`)
}

// oneLine puts a text into one line and cuts it.
func oneLine(text string, longest int) string {
	line := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if letters := []rune(line); len(letters) > longest {
		return string(letters[:longest]) + "…"
	}
	return line
}

// code makes one line of code of a text, between more backticks than it holds in a row.
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

// codes lists texts as code.
func codes(texts []string) string {
	made := make([]string, len(texts))
	for i, text := range texts {
		made[i] = code(text)
	}
	return strings.Join(made, ", ")
}

// linked is words that lead to an address of ours.
func linked(words, address string) string {
	return "[" + cmp.Or(plain(words), "Untitled") + "](" + address + ")"
}
