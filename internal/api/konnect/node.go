package konnect

import "github.com/portico-api/portico/internal/catalog/markdown"

// node is a part of a document on the wire: its type, its attributes and its children.
type node map[string]any

// nodeTypes are the protocol's words for the kinds of nodes.
var nodeTypes = map[markdown.Kind]string{
	markdown.HeadingNode: "heading", markdown.ParagraphNode: "paragraph", markdown.QuoteNode: "blockquote",
	markdown.TextBlockNode: "text_block", markdown.BreakNode: "break", markdown.CodeBlockNode: "code_block",
	markdown.ListNode: "list", markdown.ListItemNode: "list_item", markdown.TextNode: "text",
	markdown.EmphasisNode: "emphasis", markdown.CodeNode: "code", markdown.LinkNode: "link", markdown.ImageNode: "image",
	markdown.StrikethroughNode: "strikethrough", markdown.TableNode: "table", markdown.TableHeaderNode: "table_header",
	markdown.TableRowNode: "table_row", markdown.TableCellNode: "table_cell", markdown.CheckboxNode: "task_checkbox",
}

// nodesVersion is the version of the document format.
const nodesVersion = "1"

// spellNodes returns the root of a document.
func spellNodes(nodes []markdown.Node) node {
	return node{"type": "document", "version": nodesVersion, "children": spellChildren(nodes)}
}

func spellChildren(nodes []markdown.Node) []node {
	children := make([]node, len(nodes))
	for i, one := range nodes {
		children[i] = spellNode(one)
	}
	return children
}

func spellNode(of markdown.Node) node {
	spelled := node{"type": nodeTypes[of.Kind]}
	if len(of.Children) > 0 {
		spelled["children"] = spellChildren(of.Children)
	}
	switch of.Kind {
	case markdown.HeadingNode, markdown.EmphasisNode:
		spelled["level"] = of.Level
	case markdown.CodeBlockNode:
		spelled["lang"] = of.Language
	case markdown.ListNode:
		spelled["isOrdered"] = of.Ordered
	case markdown.TextNode:
		spelled["text"], spelled["hardBreak"], spelled["softBreak"] = of.Text, of.HardBreak, of.SoftBreak
	case markdown.LinkNode:
		spelled["href"], spelled["title"] = of.Address, of.Title
	case markdown.ImageNode:
		spelled["url"], spelled["alt"], spelled["title"] = of.Address, of.Text, of.Title
	case markdown.TableNode, markdown.TableHeaderNode, markdown.TableRowNode:
		spelled["alignments"] = of.Alignments
	case markdown.TableCellNode:
		spelled["alignment"] = of.Alignments[0]
	case markdown.CheckboxNode:
		spelled["checked"] = of.Checked
	default:
	}
	return spelled
}
