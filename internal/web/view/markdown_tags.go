package view

import (
	"errors"
	"html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// authorTag matches a tag of a sanitised text, whose angle brackets are all part of tags.
var authorTag = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)([^>]*)>`)

// fitted adapts a sanitised text to its place in a page. It closes open elements and removes unmatched end tags, so
// that an open link cannot extend over the rest of the page. Its headings begin at the level and go down in single
// steps, so that readers who navigate by headings find the text.
func fitted(rendered string, top int) string {
	var fitted strings.Builder
	var open openTags
	end := 0
	for _, at := range authorTag.FindAllStringSubmatchIndex(rendered, -1) {
		fitted.WriteString(rendered[end:at[0]])
		end = at[1]
		name, closes := rendered[at[4]:at[5]], at[3] > at[2]
		switch {
		case closes:
			fitted.WriteString(open.close(name))
		case name == "br" || name == "hr" || name == "img":
			fitted.WriteString(rendered[at[0]:at[1]])
		default:
			fitted.WriteString("<" + open.open(name, top) + rendered[at[6]:at[7]] + ">")
		}
	}
	fitted.WriteString(rendered[end:])
	fitted.WriteString(open.closeDown(0))
	return settled(fitted.String())
}

// settledWithin is the maximum number of passes over a text; few texts need a second one.
const settledWithin = 5

// settled returns a text as browsers parse it. Elements can close others implicitly, as a list item closes the one
// before. A text that keeps changing is shown as plain text.
func settled(balanced string) string {
	written := balanced
	for range settledWithin {
		read, err := reread(written)
		if err != nil { // nested too deeply for the parser
			break
		}
		if read == written {
			return read
		}
		written = read
	}
	return template.HTMLEscapeString(balanced)
}

func reread(written string) (string, error) {
	nodes, err := html.ParseFragment(strings.NewReader(written), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	var read strings.Builder
	for _, node := range nodes {
		err = errors.Join(err, html.Render(&read, node))
	}
	return read.String(), err
}

// openTags holds the open elements and the levels of the enclosing headings.
type openTags struct {
	elements []openTag
	levels   []string
}

// openTag is an element with its author's name and its name on the page.
type openTag struct{ written, shown string }

// open records an element and returns its name on the page.
func (o *openTags) open(name string, top int) string {
	shown := name
	if isHeading(name) {
		above, _ := slices.BinarySearch(o.levels, name)
		o.levels = append(o.levels[:above], name)
		shown = "h" + strconv.Itoa(min(top+above, 6))
	}
	o.elements = append(o.elements, openTag{name, shown})
	return shown
}

// close returns the end tags that close the innermost element with this name, or none if no such element is open.
func (o *openTags) close(name string) string {
	for at := len(o.elements) - 1; at >= 0; at-- {
		if o.elements[at].written == name {
			return o.closeDown(at)
		}
	}
	return ""
}

func (o *openTags) closeDown(to int) string {
	var closing strings.Builder
	for at := len(o.elements) - 1; at >= to; at-- {
		closing.WriteString("</" + o.elements[at].shown + ">")
	}
	o.elements = o.elements[:to]
	return closing.String()
}

func isHeading(name string) bool {
	return len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6'
}
