package markdown_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/markdown"
	"github.com/portico-api/portico/internal/testkit"
)

func TestRender(t *testing.T) {
	for _, test := range []struct{ name, source, want string }{
		{"text", "a *b* **c** ~~d~~ `e`", "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e</code></p>\n"},
		{"link", "[a](https://a.example/?b=1&c)", `<p><a href="https://a.example/?b=1&amp;c" rel="nofollow noopener" target="_blank">a</a></p>` + "\n"},
		{"link within", "[a](/apis/weather#b)", `<p><a href="/apis/weather#b" rel="nofollow">a</a></p>` + "\n"},
		{"link to a heading", "[a](#Über-uns--2) [b](errors#codes) [c](#doc-d)", `<p><a href="#doc-%C3%BCber-uns-2" rel="nofollow">a</a> ` +
			`<a href="errors#doc-codes" rel="nofollow">b</a> <a href="#doc-d" rel="nofollow">c</a></p>` + "\n"},
		{"links to headings elsewhere", "[a](https://a.example/#b) [c](/d#e)", `<p><a href="https://a.example/#b" rel="nofollow noopener" target="_blank">a</a> ` +
			`<a href="/d#e" rel="nofollow">c</a></p>` + "\n"},
		{"bare address", "https://a.example", `<p><a href="https://a.example" rel="nofollow noopener" target="_blank">https://a.example</a></p>` + "\n"},
		{"image", "![a](https://a.example/b.png \"t\")", `<p><img src="https://a.example/b.png" alt="a" title="t"></p>` + "\n"},
		{"image within", "![a](images/b.png)", `<p><img src="images/b.png" alt="a"></p>` + "\n"},
		{"tasks", "- [x] a\n- [ ] b", "<ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n"},
		{
			"table", "|a|b|\n|-|-:|\n|c|d<br>e|",
			"<table>\n<thead>\n<tr>\n<th>a</th>\n<th align=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>c</td>\n<td align=\"right\">d<br>e</td>\n</tr>\n</tbody>\n</table>\n",
		},
		{"code", "```json\n{\"a\": 1}\n```", `<pre class="chroma" tabindex="0"><code><span class="p">{</span><span class="nt">&#34;a&#34;</span>` +
			`<span class="p">:</span> <span class="mi">1</span><span class="p">}</span>` + "\n</code></pre>\n"},
		{"code in no language", "```\n<a>\n```", "<pre class=\"chroma\" tabindex=\"0\"><code>&lt;a&gt;\n</code></pre>\n"},
		{"code in an unknown language", "```\"><x\n&\n```", "<pre class=\"chroma\" tabindex=\"0\"><code>&amp;\n</code></pre>\n"},
		{"not UTF-8", "a\xffb", "<p>a\uFFFDb</p>\n"},
		{"nothing", "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, _ := markdown.Render(test.source)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestRenderHeadings(t *testing.T) {
	rendered, headings := markdown.Render("# Get *started* with `curl`\n\n## Über uns\n\n## Über uns\n\n### Über uns 2\n\n## ??\n\n> # quoted\n")
	want := []markdown.Heading{
		{Level: 1, Text: "Get started with curl", ID: "doc-get-started-with-curl"},
		{Level: 2, Text: "Über uns", ID: "doc-über-uns"},
		{Level: 2, Text: "Über uns", ID: "doc-über-uns-2"},
		{Level: 3, Text: "Über uns 2", ID: "doc-über-uns-2-2"},
		{Level: 2, Text: "??", ID: "doc-section"},
	}
	if diff := cmp.Diff(want, headings); diff != "" {
		t.Error(diff)
	}
	for _, heading := range want {
		if strings.Count(rendered, `id="`+heading.ID+`"`) != 1 {
			t.Errorf("the anchor %s is not there exactly once in %s", heading.ID, rendered)
		}
	}
}

// attacks are texts whose HTML must not run, load or submit anything, or imitate parts of the page.
var attacks = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)><a xlink:href="javascript:alert(1)">x</a></svg>`,
	`[a](javascript:alert(1))`, `[a](JaVaScRiPt&colon;alert(1))`, "[a](java\tscript:alert(1))", `[a](&#x6A;avascript:alert(1))`, `<javascript:alert(1)>`,
	`[a](data:text/html;base64,PHNjcmlwdD4=)`, `![a](data:image/svg+xml;base64,PHN2Zz4=)`, `[a](vbscript:x)`, `[a](file:///etc/passwd)`,
	`![a](http://a.example/x.png)`, `![a](//a.example/x.png)`, `![a](\\a.example/x.png)`, `![a](javascript:alert(1))`,
	`<iframe src="https://a.example"></iframe>`, `<object data="x"></object>`, `<embed src="x">`, `<base href="https://a.example">`,
	`<form action="https://a.example"><input name=password><button>Sign in</button></form>`, `<meta http-equiv=refresh content="0;url=x">`,
	`<link rel=stylesheet href=x>`, `<style>*{display:none}</style>`, `<p style="position:fixed">x</p>`, `<div class="modal" id="main">x</div>`,
	`<h2 id="main">x</h2>`, `<a id="main" name="main" href="#x" target="_top" ping="//a" download>x</a>`, `<span class="chroma btn">x</span>`,
	`<math><mtext><style><img src onerror=alert(1)></style></mtext></math>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	"```html\n</code></pre><script>alert(1)</script>\n```", "```\"onclick=\"alert(1)\nx\n```", "    </code></pre><script>alert(1)</script>",
	`[a](https://a.example "\" onclick=\"alert(1)")`, "# x {#main onclick=alert(1)}", `|<script>alert(1)</script>|` + "\n|-|", `<!--><script>alert(1)</script>-->`,
	`<a href="&#1;javascript:alert(1)">x</a>`, "<a href=\"jav\nascript:alert(1)\">x</a>", `<details open ontoggle=alert(1)>x</details>`,
	`<video src="https://a.example" autoplay></video>`, `<x-portal-admin hx-get="/x" hx-trigger="load">x</x-portal-admin>`, `<p hx-get="/profile" data-x="1">x</p>`,
}

var (
	anyTag     = regexp.MustCompile(`<[^>]*>?`)
	allowedTag = regexp.MustCompile(`^</?[a-z][a-z0-9]*(?: (?:` + strings.Join([]string{
		`href="(?:https?://[^"]*|mailto:[^"]*|[^":]*)"`, `src="(?:https://[^"]*|/?[^"/:\\][^":\\]*)"`, `rel="nofollow(?: noopener)?"`,
		`target="_blank"`, `(?:alt|title)="[^"]*"`, `class="(?:chroma|[a-z][a-z0-9]{0,2})"`, `tabindex="0"`, `id="doc-[^"]*"`,
	}, "|") + `))*>$`)
	forbiddenTag = regexp.MustCompile(`^</?(?:script|style|iframe|object|embed|base|form|input|button|meta|link|svg|math|video|noscript|x-)`)
)

func TestRenderSanitizes(t *testing.T) {
	for _, attack := range append(attacks, strings.Join(attacks, "\n\n")) {
		rendered, _ := markdown.Render(attack)
		for _, tag := range anyTag.FindAllString(rendered, -1) {
			if !allowedTag.MatchString(tag) || forbiddenTag.MatchString(tag) {
				t.Errorf("%s leaves %s in %s", shortened(attack), tag, shortened(rendered))
			}
		}
	}
}

func shortened(text string) string { return text[:min(len(text), 300)] }

// TestRenderTime repeats parts that make markdown parsers slow. Without limits, each case takes minutes.
func TestRenderTime(t *testing.T) {
	for _, test := range []struct {
		part string
		size int
	}{
		{"> ", 1 << 18}, {"1. ", 1 << 18}, {"- ", 1 << 18}, {"> - ", 1 << 18}, {"a*_", 1 << 18}, {"*a_ ", 1 << 18},
		{"[a](", 1 << 17}, {"[a]: /x\n", 1 << 20}, {"```zz\n```\n", 1 << 18}, {"[", 1 << 18}, {"`a", 1 << 18}, {"<a ", 1 << 18},
	} {
		done := make(chan struct{})
		go func() {
			defer close(done)
			markdown.Render(strings.Repeat(test.part, test.size/len(test.part)))
		}()
		select {
		case <-done:
		case <-time.After(testkit.Patience):
			t.Fatalf("rendering a repeated %q takes longer than %v", test.part, testkit.Patience)
		}
	}
}

func TestRenderCutsLongTexts(t *testing.T) {
	rendered, _ := markdown.Render(strings.Repeat("word ", 1<<18))
	if len(rendered) > 1<<20+100 || !strings.HasSuffix(rendered, "<p>…</p>\n") {
		t.Errorf("%d bytes end in %q", len(rendered), rendered[len(rendered)-20:])
	}
}
