package markdown

import (
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// embedRounds is how often a text is corrected before it is shown as code instead.
const embedRounds = 6

// lowestHeading is the lowest level of headings in markdown.
const lowestHeading = 6

// Embed returns an author's markdown in a form that fits into a text of Portico, below a heading of this level.
//
// Its headings get lower levels, HTML is escaped, and open code blocks are closed. A text beyond 1 MiB is cut.
func Embed(source string, below int) string {
	return embed("", unified(source), below)
}

// EmbedLine is like Embed for a text that continues a line of Portico's text.
//
// It returns several lines only if the source has several. The caller must indent those in a block of their own, which
// is safe because they contain no tabs.
func EmbedLine(source string) string {
	source = strings.ReplaceAll(unified(source), "\t", "    ")
	if strings.Contains(source, "\n") {
		return embed("", source, lowestHeading-1)
	}
	return embed("x ", source, lowestHeading-1)
}

// unified returns the text with uniform line breaks, without control characters and surrounding space.
func unified(source string) string {
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(bounded(source))
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, source))
}

// embed corrects the text until both common kinds of markdown read it as intended.
func embed(lead, source string, below int) string {
	if !strings.ContainsAny(source, "<#=~`-") {
		return source
	}
	for range embedRounds {
		corrected := source
		for _, reader := range embedReaders() {
			made, deeper := corrector{source: lead + corrected, below: below}.corrected(reader)
			if deeper {
				return CodeBlock("", source) // nested too deep to check; a parser with a higher limit may read it differently
			}
			corrected = made[len(lead):]
		}
		if corrected == source {
			return source
		}
		source = corrected
	}
	return CodeBlock("", source)
}

// embedReaders parse GitHub's and plain markdown, which differ in tables.
var embedReaders = sync.OnceValue(func() []parser.Parser {
	return []parser.Parser{converter().Parser(), boundedParser()}
})

// CodeBlock returns a fenced code block, with more backticks than the text has in a row.
func CodeBlock(language, code string) string {
	fence := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return fence + language + "\n" + strings.TrimSuffix(code, "\n") + "\n" + fence
}

// longestRun returns the length of the longest run of the letter.
func longestRun(text string, letter byte) int {
	longest, run := 0, 0
	for i := range len(text) {
		if text[i] != letter {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// corrector collects and applies the edits of a text.
type corrector struct {
	source string
	below  int
	edits  []edit
}

// embedEdit puts another text in the place of a part of the source.
type edit struct {
	from, to int
	with     string
}

// afterwards is parsed after the text, to check that the text does not absorb it.
const afterwards = "\n\nafterwards"

// corrected returns the corrected text, and whether it nests deeper than the limit.
func (c corrector) corrected(reader parser.Parser) (made string, deeper bool) {
	reading := parser.NewContext()
	root := reader.Parse(text.NewReader([]byte(c.source+afterwards)), parser.WithContext(reading))
	var found []*ast.Heading
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			found = append(found, n)
		case *ast.CodeSpan:
			return ast.WalkSkipChildren, nil
		case *ast.HTMLBlock:
			c.escape(n.Lines())
		case *ast.RawHTML:
			c.escape(n.Segments)
		case *ast.Text:
			c.escapeBetween(n.Segment.Start, n.Segment.Stop)
		}
		return ast.WalkContinue, nil
	})
	c.demote(found)
	return c.applied() + c.closing(root), reading.Get(deeperKey) != nil
}

func (c *corrector) escape(segments *text.Segments) {
	for _, segment := range segments.Sliced(0, segments.Len()) {
		c.escapeBetween(segment.Start, segment.Stop)
	}
}

// escapeBetween escapes every character that could open a tag, even in text that our parser skips.
func (c *corrector) escapeBetween(from, to int) {
	for at := from; at < min(to, len(c.source)-1); at++ {
		if c.source[at] != '<' || !opensTag(c.source[at+1]) {
			continue
		}
		before := strings.TrimRight(c.source[:at], `\`)
		if (at-len(before))%2 == 0 {
			c.edits = append(c.edits, edit{at, at, `\`})
		}
	}
}

func opensTag(letter byte) bool {
	return letter == '/' || letter == '!' || letter == '?' || letter >= 'a' && letter <= 'z' || letter >= 'A' && letter <= 'Z'
}

// demote lowers all headings by the same number of levels, so that the highest one fits.
func (c *corrector) demote(found []*ast.Heading) {
	highest := lowestHeading
	for _, heading := range found {
		highest = min(highest, heading.Level)
	}
	by := c.below + 1 - highest
	if by <= 0 {
		return
	}
	for _, heading := range found {
		marks := strings.Repeat("#", min(heading.Level+by, lowestHeading))
		at := heading.Pos()
		if end := at + heading.Level; c.isMarked(at, end) {
			c.edits = append(c.edits, edit{at, end, marks})
			continue
		}
		c.unline(heading, marks)
	}
}

// isMarked reports whether the heading has marks before it, not a line below it.
func (c *corrector) isMarked(at, end int) bool {
	if at < 0 || end > len(c.source) || strings.Trim(c.source[at:end], "#") != "" {
		return false
	}
	return end == len(c.source) || strings.IndexByte(" \t\n", c.source[end]) >= 0
}

// unline replaces the line under a heading by number signs before it. A heading of several lines becomes a paragraph.
func (c *corrector) unline(heading *ast.Heading, marks string) {
	lines := heading.Lines()
	if lines.Len() == 0 {
		return
	}
	last := lines.At(lines.Len() - 1)
	at := strings.IndexByte(c.source[last.Start:], '\n')
	if at < 0 {
		return
	}
	line, _, _ := strings.Cut(c.source[last.Start+at+1:], "\n")
	end := last.Start + at + 1 + len(strings.TrimRight(line, " \t"))
	begin := last.Start + at + 1 + len(strings.TrimRight(strings.TrimRight(line, " \t"), "=-"))
	c.edits = append(c.edits, edit{begin, end, ""})
	if lines.Len() == 1 {
		c.edits = append(c.edits, edit{lines.At(0).Start, lines.At(0).Start, marks + " "})
	}
}

func (c *corrector) applied() string {
	slices.SortStableFunc(c.edits, func(a, b edit) int { return a.from - b.from })
	c.edits = slices.Compact(c.edits)
	var made strings.Builder
	end := 0
	for _, edit := range c.edits {
		if edit.from < end {
			continue // the next iteration handles it
		}
		made.WriteString(c.source[end:edit.from] + edit.with)
		end = edit.to
	}
	return made.String() + c.source[end:]
}

// closing returns the closing fence for a code block that is left open.
func (c *corrector) closing(root ast.Node) string {
	open, is := root.LastChild().(*ast.FencedCodeBlock)
	if !is || open.Pos() < 0 || open.Pos() >= len(c.source) {
		return ""
	}
	opening := c.source[open.Pos():]
	mark := strings.TrimLeft(opening, opening[:1])
	return "\n" + opening[:len(opening)-len(mark)]
}
