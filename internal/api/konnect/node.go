package konnect

import "github.com/portico-api/portico/internal/catalog"

// node is a part of a document on the wire: its type, its attributes and its children.
type node map[string]any

// nodeTypes are the protocol's words for the kinds of nodes.
var nodeTypes = map[catalog.MarkdownKind]string{
	catalog.HeadingNode: "heading", catalog.ParagraphNode: "paragraph", catalog.QuoteNode: "blockquote",
	catalog.TextBlockNode: "text_block", catalog.BreakNode: "break", catalog.CodeBlockNode: "code_block",
	catalog.ListNode: "list", catalog.ListItemNode: "list_item", catalog.TextNode: "text",
	catalog.EmphasisNode: "emphasis", catalog.CodeNode: "code", catalog.LinkNode: "link", catalog.ImageNode: "image",
	catalog.StrikethroughNode: "strikethrough", catalog.TableNode: "table", catalog.TableHeaderNode: "table_header",
	catalog.TableRowNode: "table_row", catalog.TableCellNode: "table_cell", catalog.CheckboxNode: "task_checkbox",
}

// nodesVersion is the version of the document format.
const nodesVersion = "1"

// spellNodes returns the root of a document.
func spellNodes(nodes []catalog.MarkdownNode) node {
	return node{"type": "document", "version": nodesVersion, "children": spellChildren(nodes)}
}

func spellChildren(nodes []catalog.MarkdownNode) []node {
	children := make([]node, len(nodes))
	for i, one := range nodes {
		children[i] = spellNode(one)
	}
	return children
}

func spellNode(of catalog.MarkdownNode) node {
	spelled := node{"type": nodeTypes[of.Kind]}
	if len(of.Children) > 0 {
		spelled["children"] = spellChildren(of.Children)
	}
	switch of.Kind {
	case catalog.HeadingNode, catalog.EmphasisNode:
		spelled["level"] = of.Level
	case catalog.CodeBlockNode:
		spelled["lang"] = of.Language
	case catalog.ListNode:
		spelled["isOrdered"] = of.Ordered
	case catalog.TextNode:
		spelled["text"], spelled["hardBreak"], spelled["softBreak"] = of.Text, of.HardBreak, of.SoftBreak
	case catalog.LinkNode:
		spelled["href"], spelled["title"] = of.Address, of.Title
	case catalog.ImageNode:
		spelled["url"], spelled["alt"], spelled["title"] = of.Address, of.Text, of.Title
	case catalog.TableNode, catalog.TableHeaderNode, catalog.TableRowNode:
		spelled["alignments"] = of.Alignments
	case catalog.TableCellNode:
		spelled["alignment"] = of.Alignments[0]
	case catalog.CheckboxNode:
		spelled["checked"] = of.Checked
	default:
	}
	return spelled
}
