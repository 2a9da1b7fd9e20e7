package markdown_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/catalog/markdown"
)

// outlined returns a short text for nodes: their kinds, fields and children.
func outlined(nodes []markdown.Node) string {
	parts := make([]string, len(nodes))
	for i, node := range nodes {
		said := ""
		for _, part := range []string{
			node.Text, node.Language, node.Address, node.Title, strings.Join(node.Alignments, "|"),
		} {
			if part != "" {
				said += " " + part
			}
		}
		if node.Level > 0 {
			said += fmt.Sprint(" ", node.Level)
		}
		for flag, set := range map[string]bool{"hard": node.HardBreak, "soft": node.SoftBreak, "ordered": node.Ordered, "checked": node.Checked} {
			if set {
				said += " " + flag
			}
		}
		parts[i] = string(node.Kind) + said
		if len(node.Children) > 0 {
			parts[i] += "(" + outlined(node.Children) + ")"
		}
	}
	return strings.Join(parts, ", ")
}

func TestParse(t *testing.T) {
	for source, want := range map[string]string{
		"# A & B\n\n---":                    "heading 1(text A &, text  B), break",
		"a\nb  \nc":                         "paragraph(text a soft, text b hard, text c)",
		"*a* **b** ~~c~~ `d&amp;`":          "paragraph(emphasis 1(text a), text  , emphasis 2(text b), text  , strikethrough(text c), text  , code(text d&amp;))",
		"a \\* &copy; &#65;":                "paragraph(text a * ©, text  A)",
		"> q":                               "quote(paragraph(text q))",
		"1. a\n2. b":                        "list ordered(list item(text block(text a)), list item(text block(text b)))",
		"- [x] a":                           "list(list item(text block(checkbox checked, text a)))",
		"```go\nx := 1\n```":                "code block go(text x := 1\n)",
		"    x":                             "code block(text x\n)",
		"[a](/b \"c\")":                     "paragraph(link /b c(text a))",
		"[a](javascript:alert(1))":          "paragraph(link(text a))",
		"<https://a.example>":               "paragraph(link https://a.example(text https://a.example))",
		"<me@a.example>":                    "paragraph(link mailto:me@a.example(text me@a.example))",
		"![a b](https://x.example/p \"t\")": "paragraph(image a b https://x.example/p t)",
		"![a](data:text/html,x)":            "paragraph(image a)",
		"| a | b |\n|:--|--:|\n| 1 | 2 |":   "table left|right(table header left|right(table cell left(text a), table cell right(text b)), table row left|right(table cell left(text 1), table cell right(text 2)))",
		"<div onclick=x>hi</div>":           "paragraph(text hi)",
		"a <b>c</b>":                        "paragraph(text a , text c)",
		"<script>alert(1)</script>":         "",
		"":                                  "",
	} {
		if got := outlined(markdown.Parse(source)); got != want {
			t.Errorf("%q:\n got %s\nwant %s", source, got, want)
		}
	}
}
