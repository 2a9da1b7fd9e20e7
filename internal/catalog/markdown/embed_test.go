package markdown_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/catalog/markdown"
)

func TestEmbed(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"text", "a *b* [c](/d) `e`\n\n- f", "a *b* [c](/d) `e`\n\n- f"},
		{"headings move together", "# A\n\n## B\n\n##### C #", "### A\n\n#### B\n\n###### C #"},
		{"headings of low levels stay", "### A\n\n#### B", "### A\n\n#### B"},
		{"underlined headings", "A\n===\nb\n\nC\n---\nd", "### A\n\nb\n\n#### C\n\nd"},
		{"an underlined heading of two lines", "A\nB\n===\nc", "A\nB\n\nc"},
		{"quoted headings", "> # A\n> b\n> ---", "> ### A\n> #### b\n> "},
		{"an empty heading", "#\n\na", "###\n\na"},
		{"no heading", "#a\n\n\\# b\n\n```\n# c\n```", "#a\n\n\\# b\n\n```\n# c\n```"},
		{"tags", "a <b>c</b> List<String>", "a \\<b>c\\</b> List\\<String>"},
		{"comparisons", "a < b, c <3", "a < b, c <3"},
		{"tags in code", "`<b>`\n\n    <c>", "`<b>`\n\n    <c>"},
		{"escaped tags", `\<b> \\<c>`, `\<b> \\\<c>`},
		{"addresses", "<https://a.example>", "<https://a.example>"},
		{"blocks of tags", "<div>\n# A\n\n</div>", "\\<div>\n### A\n\n\\</div>"},
		{"an unclosed comment", "<!-- a\n\n# B", "\\<!-- a\n\n### B"},
		{"open code", "a\n\n````json\n{\n```", "a\n\n````json\n{\n```\n````"},
		{"open code of the other kind", "~~~~\na", "~~~~\na\n~~~~"},
		{"line breaks", "a\r\nb\rc\x00\x1b", "a\nb\nc"},
		{"what is code only outside of tables", "|a|b|\n|-|-|\n|`|<b>`|", "|a|b|\n|-|-|\n|`|\\<b>`|"},
		{"what is code only within tables", "|a|b|\n|-|-|\n|`|`<b>`|", "|a|b|\n|-|-|\n|`|`\\<b>`|"},
		{"more tags than the limit", strings.Repeat("<b> ", 15_000), strings.TrimSpace(strings.Repeat("\\<b> ", 15_000))},
		{"deeper than the limit", strings.Repeat(">", 30) + " # a", "```\n" + strings.Repeat(">", 30) + " # a\n```"},
		{"empty", " \n", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, markdown.Embed(test.source, 2)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEmbedLine(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"text", "  a *b*\t`c`\n", "a *b*    `c`"},
		{"no heading within a line", "# a", "# a"},
		{"no list within a line", "- a", "- a"},
		{"no code block within a line", "```json", "```json"},
		{"a tag that would be an address", "[a]: <b>", "[a]: \\<b>"},
		{"tabs are no code", "a\n\n\t<b>", "a\n\n    <b>"},
		{"several lines", "# a\n\n<b>", "###### a\n\n\\<b>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, markdown.EmbedLine(test.source)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCodeBlockFence(t *testing.T) {
	for source, want := range map[string]string{
		"a\n": "```\na\n```", "```\na\n```": "````\n```\na\n```\n````", "`````": "``````\n`````\n``````",
	} {
		if got := markdown.CodeBlock("", source); got != want {
			t.Errorf("got %q", got)
		}
	}
}

// TestEmbedRandom embeds random combinations of markdown and parses the result.
func TestEmbedRandom(t *testing.T) {
	pieces := append([]string{
		"# a", "## b", "a", "===", "---", "> ", "- ", "1. ", "  ", "    ", "\t", "\n", "\n\n", "```", "~~~", "`", "``", "<b>", "</b>", "<!--", "-->",
		"<?", "<script>", "<div", ">", "<", "[x]: ", "[x]", "(y)", "|a|b|\n|-|-|\n", "|", "\\", "*", "_", "<https://a.example>", "\"", "'", "&lt;",
	}, attacks...)
	readers := []goldmark.Markdown{goldmark.New(), goldmark.New(goldmark.WithExtensions(extension.GFM))}
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 25).Draw(t, "pieces"), "")
		for _, reader := range readers {
			embedded := markdown.Embed(source, 2)
			if wrong := misplaced(reader.Parser(), embedded+"\n\nafterwards\n", 2); wrong != "" {
				t.Fatalf("%s in\n%s\nout of\n%s", wrong, embedded, source)
			}
			line := markdown.EmbedLine(source)
			item := "- x: " + line
			if strings.Contains(line, "\n") {
				item = "- x\n\n  " + strings.ReplaceAll(line, "\n", "\n  ")
			}
			if wrong := misplaced(reader.Parser(), item+"\n\nafterwards\n", 5); wrong != "" {
				t.Fatalf("%s in\n%s\nout of\n%s", wrong, item, source)
			}
		}
	})
}

// misplaced returns what is wrong: HTML, a heading with too high a level, or that the next paragraph is swallowed.
func misplaced(reader parser.Parser, markdown string, below int) (wrong string) {
	root := reader.Parse(text.NewReader([]byte(markdown)))
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			wrong = "HTML"
		case *ast.Heading:
			if n.Level <= below {
				wrong = "a heading too high"
			}
		}
		return ast.WalkContinue, nil
	})
	last := root.LastChild()
	if last.Kind() != ast.KindParagraph || string(last.Lines().Value([]byte(markdown))) != "afterwards" {
		return "no end"
	}
	return wrong
}
