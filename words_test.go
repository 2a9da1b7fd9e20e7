package portico_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// riddles are words that our texts do without: CONTRIBUTING.md says how to write instead.
var riddles = regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|dear to)\b`)

// pageRiddles are words that pages of the site do without as well.
var pageRiddles = regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|dear to|it stands|stands (in|on|at)|of theirs|at present|e-mails?|mails? (tells|them)|for good|goes? on (working|under)|(make|makes|made) (a|an|one|the|its|your|their) (key|application|account|team|link|plan)s?|is made)\b`)

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

// TestPagesArePlain reads the templates and scripts of the site and the texts in its Go files.
func TestPagesArePlain(t *testing.T) {
	read := 0
	err := filepath.WalkDir("internal/web", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !slices.Contains([]string{".templ", ".ts"}, filepath.Ext(name)) {
			return err
		}
		read++
		content, err := os.ReadFile(name)
		for number, line := range strings.Split(string(content), "\n") {
			if words := pageRiddles.FindString(line); words != "" {
				t.Errorf("%s:%d: %q in: %s", name, number+1, words, strings.TrimSpace(line))
			}
		}
		return err
	})
	if err != nil || read < 60 {
		t.Fatalf("read %d templates and scripts: %v", read, err)
	}
	for _, file := range goFiles(t) {
		if !strings.HasPrefix(file.name, "internal/web/") || strings.HasSuffix(file.name, "_templ.go") || strings.HasSuffix(file.name, "_test.go") {
			continue
		}
		for _, text := range literalsOf(t, file.name) {
			if words := pageRiddles.FindString(text.value); words != "" {
				t.Errorf("%s: %q in: %s", text.position, words, text.value)
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
// pages: tests use such words as data, and TestPagesArePlain reads pages.
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
	return append(texts, literalsOf(t, name)...)
}

// literalsOf returns the string literals of a Go file.
func literalsOf(t *testing.T, name string) []foundText {
	t.Helper()
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var texts []foundText
	ast.Inspect(parsed, func(node ast.Node) bool {
		if literal, is := node.(*ast.BasicLit); is && literal.Kind == token.STRING && literal.Value != unixUser {
			texts = append(texts, foundText{files.Position(literal.Pos()), literal.Value})
		}
		return true
	})
	return texts
}
