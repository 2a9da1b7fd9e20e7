package view

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/catalog/markdown"
)

func TestTextsFitTheirPlace(t *testing.T) {
	for written, want := range map[string]string{
		`<h1 id="a">A</h1><h3>B</h3><h2>C</h2>`:              `<h3 id="a">A</h3><h4>B</h4><h4>C</h4>`,
		`<h3>A</h3><h1>B</h1><h6>C</h6>`:                     `<h3>A</h3><h3>B</h3><h4>C</h4>`,
		`<h1>1</h1><h2>2</h2><h3>3</h3><h4>4</h4><h5>5</h5>`: `<h3>1</h3><h4>2</h4><h5>3</h5><h6>4</h6><h6>5</h6>`,
		`</h2><hr><p>x<br/>y</p>`:                            `<hr/><p>x<br/>y</p>`,
		`</div></section>x`:                                  `x`,
		`<a href="x"><b>x`:                                   `<a href="x"><b>x</b></a>`,
		`<p><a href="x">x</p>y`:                              `<p><a href="x">x</a></p>y`,
		`<details><summary>x</p>`:                            `<details><summary>x</summary></details>`,
		`<p><li><div><li>x`:                                  `<p></p><li><div></div></li><li>x</li><p></p>`,
		`a &lt;/div&gt; <em>b</em>`:                          `a &lt;/div&gt; <em>b</em>`,
	} {
		if got := fitted(written, 3); got != want {
			t.Errorf("%s becomes\n%s, want\n%s", written, got, want)
		}
	}
}

// TestTextsDoNotAffectTheRestOfThePage puts random markup into a page and checks that the content after it is
// unaffected.
func TestTextsDoNotAffectTheRestOfThePage(t *testing.T) {
	pieces := []string{
		"<div>", "</div>", "<p>", "</p>", "<a href='/x'>", "</a>", "<b>", "</b>", "<table>", "</table>", "<tr>", "<td>", "<ul>", "<li>",
		"</ul>", "<h2>", "</h3>", "<details>", "<summary>", "<pre>", "<code>", "</main>", "</body>", "<script>", "<!--", "-->", "<br>",
		"text", "\n\n", "# x\n", "- y\n", "> z\n", "```\n", "|a|b|\n|-|-|\n|c|d|\n", "<", ">", "&lt;", "*", "_", "`", "[l](/m)",
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		rendered, _ := markdown.Render(text)
		page, err := html.Parse(strings.NewReader(`<body><section><div>` + fitted(rendered, 2) + `</div></section><footer>after</footer></body>`))
		if err != nil {
			t.Fatal(err)
		}
		var body *html.Node
		for node := range page.Descendants() {
			if node.Data == "body" && node.Type == html.ElementNode {
				body = node
			}
		}
		section, footer := body.FirstChild, body.LastChild
		if section.FirstChild.NextSibling != nil || footer.Data != "footer" || footer.FirstChild == nil || footer.FirstChild.Data != "after" || footer.PrevSibling != section {
			t.Fatalf("%q affects the rest of the page: %s", text, fitted(rendered, 2))
		}
	})
}
