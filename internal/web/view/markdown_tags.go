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

// authorTag is a tag of a sanitised text, in which angle brackets stand for nothing else.
var authorTag = regexp.MustCompile(`<(/?)([a-z][a-z0-9]*)([^>]*)>`)

// fitted makes a sanitised text fit its place in a page. It closes what its author left open and drops what closes
// nothing, so that no text reaches beyond its end: an open link would go on to the foot of the page. Its headings begin
// at the level and go deeper by single steps, so that those who navigate by headings find the text within the page.
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

// settledWithin is how often a text is read until it stays as it is; hardly any needs a second time.
const settledWithin = 5

// settled is a text as a browser understands it: tags that match in their names may still close each other by their
// kinds, as one item of a list does another. What does not settle is shown as it was written.
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

// openTags are the elements that are open where one reads, and the levels of the headings that the place lies under.
type openTags struct {
	elements []openTag
	levels   []string
}

// openTag is an element as its author wrote it and as it stands in the page.
type openTag struct{ written, shown string }

// open notes an element and returns the name that it gets.
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

// close returns the end tags that close the innermost element of the name, none where none is open.
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
