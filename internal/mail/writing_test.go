package mail

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/account"
)

// messageNames returns the names of all messages that the product may put into the outbox: constants that begin with
// Message, and literals.
func messageNames(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	note := func(value ast.Expr) {
		literal, ok := value.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(literal.Value); err == nil {
			found[text] = true
		}
	}
	look := func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.ValueSpec:
			for i, name := range node.Names {
				if strings.HasPrefix(name.Name, "Message") && i < len(node.Values) {
					note(node.Values[i])
				}
			}
		case *ast.CompositeLit:
			if kind, ok := node.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Message" {
				for _, element := range node.Elts {
					if pair, ok := element.(*ast.KeyValueExpr); ok && pair.Key.(*ast.Ident).Name == "Template" {
						note(pair.Value)
					}
				}
			}
		}
		return true
	}
	for _, area := range []string{"site", "account", "catalog", "plan", "publish", "access", "usage", "dataset"} {
		err := filepath.WalkDir(filepath.Join("..", area), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return nil // the directory may not exist yet
			}
			parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
			if err == nil {
				ast.Inspect(parsed, look)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func TestEveryMessageHasATemplate(t *testing.T) {
	known, left := slices.Sorted(maps.Keys(templates)), messageNames(t)
	if !slices.Equal(known, left) {
		t.Errorf("there are templates for %v; the product sends %v", known, left)
	}
	for name, said := range templates {
		if said.subject == "" || len(said.before) == 0 || (said.button == "") != (name == account.MessageRejected) {
			t.Errorf("%s says too little", name)
		}
	}
}
