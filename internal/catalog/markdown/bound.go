package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Limits for markdown, without which goldmark's time grows with the square of the text.
const (
	// mostMarks limits emphasis, links, code and tags within one paragraph, cell or heading.
	mostMarks = 1_000
	// deepestBlocks limits the nesting of lists and quotations.
	deepestBlocks = 24
)

// boundedParser returns goldmark's parser, which treats everything beyond the limits as plain text.
func boundedParser() parser.Parser {
	blocks, inlines := parser.DefaultBlockParsers(), parser.DefaultInlineParsers()
	for i, entry := range blocks {
		switch inner := entry.Value.(parser.BlockParser); string(inner.Trigger()) {
		case ">", string(parser.NewListParser().Trigger()):
			blocks[i].Value = boundedBlock{inner}
		}
	}
	for i, entry := range inlines {
		inlines[i].Value = boundedInline{entry.Value.(parser.InlineParser)}
	}
	return parser.NewParser(
		parser.WithBlockParsers(blocks...), parser.WithInlineParsers(inlines...),
		parser.WithParagraphTransformers(util.Prioritized(boundedReferences{parser.LinkReferenceParagraphTransformer}, 100)),
	)
}

type boundedReferences struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (b boundedReferences) Transform(paragraph *ast.Paragraph, reader text.Reader, pc parser.Context) {
	if paragraph.Lines().Len() <= mostMarks {
		b.ParagraphTransformer.Transform(paragraph, reader, pc)
	}
}

type boundedBlock struct{ parser.BlockParser }

// deeperKey is set in the context if a text nests deeper than the limit.
var deeperKey = parser.NewContextKey()

// Open implements parser.BlockParser.
func (b boundedBlock) Open(parent ast.Node, reader text.Reader, pc parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		if depth++; depth > deepestBlocks {
			pc.Set(deeperKey, true)
			return nil, parser.NoChildren
		}
	}
	return b.BlockParser.Open(parent, reader, pc)
}

type boundedInline struct{ parser.InlineParser }

// marks counts the marks in one block.
type marks struct {
	block ast.Node
	count int
}

var marksKey = parser.NewContextKey()

// Parse implements parser.InlineParser.
func (b boundedInline) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	seen, _ := pc.Get(marksKey).(*marks)
	if seen == nil || seen.block != parent {
		seen = &marks{block: parent}
		pc.Set(marksKey, seen)
	}
	if seen.count++; seen.count > mostMarks {
		return nil
	}
	return b.InlineParser.Parse(parent, block, pc)
}

// CloseBlock implements parser.CloseBlocker.
func (b boundedInline) CloseBlock(parent ast.Node, block text.Reader, pc parser.Context) {
	if closer, is := b.InlineParser.(parser.CloseBlocker); is {
		closer.CloseBlock(parent, block, pc)
	}
}
