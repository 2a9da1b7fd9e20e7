package markdown

import (
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark/ast"
	extended "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Kind is the kind of a Node.
type Kind string

// The kinds of nodes. A text block is the paragraph of an item in a tight list.
const (
	HeadingNode       Kind = "heading"
	ParagraphNode     Kind = "paragraph"
	QuoteNode         Kind = "quote"
	TextBlockNode     Kind = "text block"
	BreakNode         Kind = "break"
	CodeBlockNode     Kind = "code block"
	ListNode          Kind = "list"
	ListItemNode      Kind = "list item"
	TextNode          Kind = "text"
	EmphasisNode      Kind = "emphasis"
	CodeNode          Kind = "code"
	LinkNode          Kind = "link"
	ImageNode         Kind = "image"
	StrikethroughNode Kind = "strikethrough"
	TableNode         Kind = "table"
	TableHeaderNode   Kind = "table header"
	TableRowNode      Kind = "table row"
	TableCellNode     Kind = "table cell"
	CheckboxNode      Kind = "checkbox"
)

// Node is a part of a markdown text, for clients that render it themselves. The kind tells which fields are set.
type Node struct {
	Kind Kind
	// Level is the level of a heading, 1 to 6, or of emphasis: 1 italic, 2 bold.
	Level int
	// Text is the content of a text, or the alternative text of an image.
	Text string
	// Language is the language of a code block.
	Language string
	// Address is the address of a link or image: http, https, mailto or relative. It is empty if it was unsafe.
	Address, Title string
	// HardBreak and SoftBreak tell how a text ends at the end of its line.
	HardBreak, SoftBreak bool
	Ordered, Checked     bool
	// Alignments are the alignments of a table's columns: left, right, center or none. A cell has one.
	Alignments []string
	Children   []Node
}

// Parse returns the tree of the markdown that Render accepts. HTML in it is reduced to its text.
func Parse(source string) []Node {
	markup := []byte(bounded(source))
	return nodesBelow(converter().Parser().Parse(text.NewReader(markup)), markup)
}

func nodesBelow(parent ast.Node, source []byte) []Node {
	var nodes []Node
	for child := parent.FirstChild(); child != nil; child = child.NextSibling() {
		nodes = append(nodes, nodesOf(child, source)...)
	}
	return nodes
}

// nodesOf returns a node with its children, or only the children of a node that is not visible.
func nodesOf(read ast.Node, source []byte) []Node {
	if leaf, is := leafOf(read, source); is {
		return leaf
	}
	children := nodesBelow(read, source)
	made := Node{Children: children}
	switch read := read.(type) {
	case *ast.Heading:
		made.Kind, made.Level = HeadingNode, read.Level
	case *ast.Paragraph:
		made.Kind = ParagraphNode
	case *ast.Blockquote:
		made.Kind = QuoteNode
	case *ast.TextBlock:
		made.Kind = TextBlockNode
	case *ast.List:
		made.Kind, made.Ordered = ListNode, read.IsOrdered()
	case *ast.ListItem:
		made.Kind = ListItemNode
	case *ast.Emphasis:
		made.Kind, made.Level = EmphasisNode, min(read.Level, 2)
	case *ast.CodeSpan:
		made.Kind = CodeNode
	case *ast.Link:
		made.Kind, made.Address, made.Title = LinkNode, safeAddress(read.Destination), string(read.Title)
	case *extended.Strikethrough:
		made.Kind = StrikethroughNode
	case *extended.Table:
		made.Kind, made.Alignments = TableNode, alignments(read.Alignments)
	case *extended.TableHeader:
		made.Kind, made.Alignments = TableHeaderNode, alignments(columnsOf(read))
	case *extended.TableRow:
		made.Kind, made.Alignments = TableRowNode, alignments(read.Alignments)
	case *extended.TableCell:
		made.Kind, made.Alignments = TableCellNode, alignments([]extended.Alignment{read.Alignment})
	default:
		return children
	}
	return []Node{made}
}

// leafOf returns the node if it is a leaf.
func leafOf(read ast.Node, source []byte) ([]Node, bool) {
	var made Node
	switch read := read.(type) {
	case *ast.ThematicBreak:
		made.Kind = BreakNode
	case *ast.FencedCodeBlock:
		made = codeBlock(string(read.Language(source)), read.Lines(), source)
	case *ast.CodeBlock:
		made = codeBlock("", read.Lines(), source)
	case *ast.HTMLBlock:
		words := strings.TrimSpace(withoutTags().Sanitize(string(read.Lines().Value(source))))
		if words == "" {
			return nil, true
		}
		made = Node{Kind: ParagraphNode, Children: []Node{{Kind: TextNode, Text: words}}}
	case *ast.RawHTML:
		return nil, true
	case *ast.Text:
		made = Node{Kind: TextNode, Text: written(read, source), HardBreak: read.HardLineBreak(), SoftBreak: read.SoftLineBreak()}
	case *ast.String:
		made = Node{Kind: TextNode, Text: string(read.Value)}
	case *ast.AutoLink:
		label := Node{Kind: TextNode, Text: string(read.Label(source))}
		made = Node{Kind: LinkNode, Address: safeAddress(read.URL(source)), Children: []Node{label}}
		if read.AutoLinkType == ast.AutoLinkEmail {
			made.Address = "mailto:" + strings.TrimPrefix(made.Address, "mailto:")
		}
	case *ast.Image:
		made = Node{Kind: ImageNode, Address: safeAddress(read.Destination), Title: string(read.Title), Text: plainText(read, source)}
	case *extended.TaskCheckBox:
		made = Node{Kind: CheckboxNode, Checked: read.IsChecked}
	default:
		return nil, false
	}
	return []Node{made}, true
}

func codeBlock(language string, lines *text.Segments, source []byte) Node {
	return Node{Kind: CodeBlockNode, Language: language, Children: []Node{{Kind: TextNode, Text: string(lines.Value(source))}}}
}

// written returns a text with escapes and entities resolved, except in code.
func written(read *ast.Text, source []byte) string {
	value := read.Segment.Value(source)
	if read.IsRaw() || read.Parent() != nil && read.Parent().Kind() == ast.KindCodeSpan {
		return string(value)
	}
	return string(util.ResolveNumericReferences(util.ResolveEntityNames(util.UnescapePunctuations(value))))
}

var withoutTags = sync.OnceValue(bluemonday.StrictPolicy)

// safeAddress returns the address, or "" if it could run code.
func safeAddress(destination []byte) string {
	address, err := url.Parse(strings.TrimSpace(string(destination)))
	if err != nil || !slices.Contains([]string{"", "http", "https", "mailto"}, strings.ToLower(address.Scheme)) {
		return ""
	}
	return address.String()
}

// columnsOf returns the alignments of the table that the header belongs to.
func columnsOf(header *extended.TableHeader) []extended.Alignment {
	if table, is := header.Parent().(*extended.Table); is {
		return table.Alignments
	}
	return nil
}

func alignments(columns []extended.Alignment) []string {
	words := make([]string, len(columns))
	for i, column := range columns {
		words[i] = column.String()
	}
	return words
}
