// Package markdown reads what authors write in GitHub's kind of markdown.
//
// Render returns HTML that is safe on a page of the portal, Parse returns a tree for clients that render it themselves,
// and Embed returns markdown that fits into a text of the portal. Authors are not trusted: HTML is sanitized, and size
// and nesting are bounded. The package does not know documents, front matter or pages; packages web and konnect call
// it.
package markdown

import (
	"bytes"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MaxBytes is how much of a text is rendered; the rest is cut.
const MaxBytes = 1 << 20

// longestAnchor keeps addresses readable.
const longestAnchor = 80

// headingPrefix separates the anchors of headings from other ids on the page.
const headingPrefix = "doc-"

// Heading is a heading of a rendered text, for its table of contents.
type Heading struct {
	Level int
	Text  string
	// ID is the anchor of the heading within the page.
	ID string
}

// Render returns an author's markdown as HTML that is safe on our pages, and its headings.
//
// The markdown is GitHub's kind and may contain HTML. Code is highlighted with chroma's class names. A text beyond 1
// MiB is cut.
func Render(source string) (string, []Heading) {
	markup := []byte(bounded(source))
	ids := parser.NewContext(parser.WithIDs(&headingIDs{taken: map[string]int{}}))
	root := converter().Parser().Parse(text.NewReader(markup), parser.WithContext(ids))
	anchorLinks(root)
	var rendered bytes.Buffer
	if err := converter().Renderer().Render(&rendered, markup, root); err != nil {
		// A bytes.Buffer never fails, and our renderers return no other errors.
		return "", nil
	}
	return policy().Sanitize(rendered.String()), headings(root, markup)
}

// bounded cuts a text that is too long and replaces invalid UTF-8.
func bounded(source string) string {
	if len(source) > MaxBytes {
		end := MaxBytes
		for end > 0 && !utf8.RuneStart(source[end]) {
			end--
		}
		source = source[:end] + "\n\n…"
	}
	return strings.ToValidUTF8(source, "\uFFFD")
}

var converter = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParser(boundedParser()),
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough, extension.Linkify, extension.TaskList,
		),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
		goldmark.WithRendererOptions(
			// Authors use raw HTML in tables; the policy removes what is not allowed.
			html.WithUnsafe(),
			renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{}, 1)),
		),
	)
})

// policy allows the HTML of goldmark and chroma and simple HTML of authors.
//
// It removes styles, scripts, forms and frames, all ids except those of headings, and all classes except those of code.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li", "dl", "dt", "dd",
		"strong", "b", "em", "i", "u", "s", "del", "ins", "sub", "sup", "small", "mark", "kbd", "samp", "var", "q", "cite",
		"abbr", "code", "pre", "span", "div", "details", "summary", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td",
		"figure", "figcaption")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^`+headingPrefix+`[\p{L}\p{N}-]+$`)).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(regexp.MustCompile(`^[1-9][0-9]?$`)).OnElements("th", "td")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^chroma$`)).OnElements("pre")
	p.AllowAttrs("tabindex").Matching(regexp.MustCompile(`^0$`)).OnElements("pre")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^[a-z][a-z0-9]{0,2}$`)).OnElements("span")

	p.AllowStandardURLs() // http, https, mailto and relative; with nofollow
	p.AllowAttrs("href").OnElements("a")
	p.AddTargetBlankToFullyQualifiedLinks(true) // adds noopener
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^(https://[^\s]+|/?[\p{L}\p{N}._~%-][^:\\\s]*)$`)).OnElements("img")
	p.AllowAttrs("alt", "title").OnElements("img")
	p.AllowAttrs("title").OnElements("a", "abbr")
	return p
})

// headingIDs creates unique anchors for headings.
type headingIDs struct {
	// taken counts how often each anchor was requested.
	taken map[string]int
}

// Generate implements parser.IDs.
func (h *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	anchor := headingPrefix + anchorOf(string(value))
	unique := anchor
	for h.taken[unique] > 0 {
		h.taken[anchor]++
		unique = anchor + "-" + strconv.Itoa(h.taken[anchor])
	}
	h.taken[unique]++
	return []byte(unique)
}

// Put implements parser.IDs.
func (h *headingIDs) Put(value []byte) { h.taken[string(value)]++ }

// anchorLinks points links to headings, on this page or a neighbouring one, to our anchors.
func anchorLinks(root ast.Node) {
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		link, is := n.(*ast.Link)
		if !is || !entering {
			return ast.WalkContinue, nil
		}
		page, fragment, parted := strings.Cut(string(link.Destination), "#")
		name, err := url.PathUnescape(fragment)
		elsewhere := strings.HasPrefix(page, "/") || strings.Contains(page, ":")
		if parted && !elsewhere && err == nil && name != "" && !strings.HasPrefix(name, headingPrefix) {
			link.Destination = []byte(page + "#" + headingPrefix + anchorOf(name))
		}
		return ast.WalkContinue, nil
	})
}

// anchorOf returns the letters and digits of a heading, of every script, with hyphens between words.
func anchorOf(heading string) string {
	var anchor strings.Builder
	parted := false
	for _, r := range heading {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			parted = true
			continue
		}
		if anchor.Len() > longestAnchor {
			break
		}
		if parted && anchor.Len() > 0 {
			anchor.WriteByte('-')
		}
		anchor.WriteRune(unicode.ToLower(r))
		parted = false
	}
	if anchor.Len() == 0 {
		return "section"
	}
	return anchor.String()
}

func headings(root ast.Node, source []byte) []Heading {
	var list []Heading
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		heading, is := n.(*ast.Heading)
		if !is {
			continue
		}
		id, _ := heading.AttributeString("id")
		anchor, _ := id.([]byte)
		list = append(list, Heading{Level: heading.Level, Text: plainText(heading, source), ID: string(anchor)})
	}
	return list
}

// plainText returns the text of a heading without markup.
func plainText(n ast.Node, source []byte) string {
	var seen strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Text:
			seen.Write(n.Segment.Value(source))
		case *ast.String:
			seen.Write(n.Value)
		case *ast.AutoLink:
			seen.Write(n.Label(source))
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(seen.String())
}
