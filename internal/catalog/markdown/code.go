package markdown

import (
	"bytes"
	stdhtml "html"
	"strings"
	"sync"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark/ast"
	extensionast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// longestHighlight is the size of the largest code block that is highlighted. Larger ones are shown plain.
const longestHighlight = 32 << 10

// longestColumn is the size of the largest code that Code highlights: highlighted HTML is several times as large as the
// code.
const longestColumn = 6 << 10

// nodeRenderer writes code blocks, which can be scrolled with the keyboard, and tasks as text.
type nodeRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (nodeRenderer) RegisterFuncs(register renderer.NodeRendererFuncRegisterer) {
	register.Register(ast.KindFencedCodeBlock, renderCode)
	register.Register(ast.KindCodeBlock, renderCode)
	register.Register(extensionast.KindTaskCheckBox, renderTask)
}

func renderCode(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code bytes.Buffer
	for i := range n.Lines().Len() {
		line := n.Lines().At(i)
		code.Write(line.Value(source))
	}
	language := ""
	if fenced, is := n.(*ast.FencedCodeBlock); is {
		language = string(fenced.Language(source))
	}
	_, _ = w.WriteString(`<pre class="chroma" tabindex="0"><code>`)
	_, _ = w.WriteString(highlight(language, code.String()))
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

var formatter = chromahtml.New(chromahtml.WithClasses(true), chromahtml.PreventSurroundingPre(true))

// languages are the languages that are highlighted. Looking up an unknown one in chroma takes milliseconds.
var languages = func() map[string]func() chroma.Lexer {
	byName := map[string]func() chroma.Lexer{}
	for _, name := range [...]string{
		"bash", "c", "c#", "c++", "console", "cpp", "cs", "csharp", "css", "curl", "dart", "diff", "docker", "elixir", "go",
		"golang", "graphql", "hcl", "html", "http", "ini", "java", "javascript", "js", "json", "kotlin", "lua", "make",
		"markdown", "perl", "php", "powershell", "protobuf", "py", "python", "r", "rb", "ruby", "rust", "scala", "sh", "shell",
		"sql", "swift", "terraform", "toml", "ts", "typescript", "xml", "yaml", "yml",
	} {
		byName[name] = sync.OnceValue(func() chroma.Lexer {
			if name == "curl" {
				return lexers.Get("bash")
			}
			return lexers.Get(name)
		})
	}
	return byName
}()

// highlight returns code as HTML with chroma's classes, or only escaped if the language is unknown.
func highlight(language, code string) string {
	find, known := languages[strings.ToLower(language)]
	if !known || len(code) > longestHighlight {
		return stdhtml.EscapeString(code)
	}
	lexer := find()
	if lexer == nil {
		return stdhtml.EscapeString(code)
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return stdhtml.EscapeString(code)
	}
	var marked bytes.Buffer
	if err := formatter.Format(&marked, styles.Fallback, tokens); err != nil {
		return stdhtml.EscapeString(code)
	}
	return marked.String()
}

// Code returns code as HTML with chroma's classes. It reports whether each line is an element, so that the page can
// number them; short code has no such elements.
func Code(language, code string) (html string, lines bool) {
	code = strings.TrimSuffix(code, "\n")
	lines = strings.Count(code, "\n") >= mostUncounted
	tokens := []chroma.Token{{Type: chroma.Text, Value: code}}
	if find, known := languages[language]; known && len(code) <= longestColumn {
		if lexer := find(); lexer != nil {
			if read, err := chroma.Tokenise(chroma.Coalesce(lexer), nil, code); err == nil {
				tokens = read
			}
		}
	}
	var out strings.Builder
	for _, line := range chroma.SplitTokensIntoLines(tokens) {
		if lines {
			out.WriteString(`<span class="line">`)
		}
		for _, token := range line {
			writeToken(&out, token)
		}
		if lines {
			out.WriteString("</span>")
		}
	}
	return out.String(), lines
}

// mostUncounted is how many lines code may have before the page numbers them.
const mostUncounted = 8

func writeToken(out *strings.Builder, token chroma.Token) {
	text := stdhtml.EscapeString(token.Value)
	class := chroma.StandardTypes[token.Type]
	if class == "" || class == "w" || class == "n" || class == "nx" || strings.TrimSpace(token.Value) == "" {
		out.WriteString(text)
		return
	}
	out.WriteString(`<span class="` + class + `">` + text + "</span>")
}

func renderTask(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		mark := "☐ "
		if n.(*extensionast.TaskCheckBox).IsChecked {
			mark = "☑ "
		}
		_, _ = w.WriteString(mark)
	}
	return ast.WalkContinue, nil
}
