package portico_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// riddles are words that our texts do without: CONTRIBUTING.md says how to write instead.
var riddles = regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|dear to)\b`)

// TestTextsArePlain reads the comments of Go files, the texts of those that are neither tests nor pages of the site,
// and the documents.
func TestTextsArePlain(t *testing.T) {
	for _, file := range goFiles(t) {
		if file.name == "words_test.go" || strings.HasSuffix(file.name, "_templ.go") {
			continue
		}
		for _, text := range textsOf(t, file.name) {
			if word := riddles.FindString(text.value); word != "" {
				t.Errorf("%s: %q in: %s", text.position, word, strings.TrimSpace(text.value))
			}
		}
	}
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, found...)
	}
	if len(documents) < 20 {
		t.Fatalf("found %d documents only", len(documents))
	}
	for _, name := range documents {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for number, line := range strings.Split(string(content), "\n") {
			if word := riddles.FindString(line); word != "" {
				t.Errorf("%s:%d: %q in: %s", name, number+1, word, line)
			}
		}
	}
}

// unixUser is the name of a user of the operating system.
const unixUser = `"nobody"`

type foundText struct {
	position token.Position
	value    string
}

// textsOf returns the comments of a Go file, and its string literals unless the file is a test or belongs to the site's
// pages: tests use such words as data.
func textsOf(t *testing.T, name string) []foundText {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	var texts []foundText
	for _, group := range parsed.Comments {
		for _, line := range group.List {
			texts = append(texts, foundText{files.Position(line.Pos()), line.Text})
		}
	}
	if strings.HasPrefix(name, "internal/web/") || strings.HasSuffix(name, "_test.go") {
		return texts
	}
	ast.Inspect(parsed, func(node ast.Node) bool {
		if literal, is := node.(*ast.BasicLit); is && literal.Kind == token.STRING && literal.Value != unixUser {
			texts = append(texts, foundText{files.Position(literal.Pos()), literal.Value})
		}
		return true
	})
	return texts
}
