package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
)

// breakers are texts that try to break out of their place; the first one is harmless.
var breakers = []string{
	"harmless", "# Heading", "a\n===", "a\n---\nb", "```", "~~~\na", "`", "a `` b", "x` <img src=x onerror=alert(1)> `y", "````\n# x\n```", "</code></pre><script>alert(1)</script>",
	"<!--", "<!-- a\n\n# b", "<?php", "<div>\n\n# x", "<details><summary>a</summary>\n\n# b\n", "[x](javascript:alert(1))", "[x](", "[x]: <b>\n\n[x]", "![x](https://evil.example/x.png)",
	"a\n\n## Responses\n\n### 200\n\nb", "- item\n# x", "> # x\n> <b>", "1. one\n\n    # x\n\n<b>", "\t<b>\n\t# x", "-\t# x\n\n\t<b>", "|a|b|\n|-|-|\n|`|<b>`|", "||", `\`, "*a", "**", "&lt;b&gt; &#60;b&#62;",
	"- - - -", "1. ", "+ x", "😀 \u202e\u2028x", "a\r# b\r\n<b>\x0b", strings.Repeat("#", 10), strings.Repeat("> ", 30) + "# x", hostile,
}

// TestHostileTextsStayWithinTwins puts each breaker into every text of a portal. Each twin must have the same skeleton
// as with the harmless one.
func TestHostileTextsStayWithinTwins(t *testing.T) {
	p := newPortal(t)
	folder, products := fstest.MapFS{}, []any{}
	for i, breaker := range breakers {
		slug := fmt.Sprintf("p%d", i)
		// Names are shorter, and publishing refuses some letters in them.
		name := strings.Join(strings.Fields(strings.ReplaceAll(breaker, "\u202e\u2028", "")), " ")
		name = name[:min(len(name), 50)]
		products = append(products, map[string]any{
			"slug": slug, "name": "x " + name, "description": strings.ReplaceAll(breaker, "\x0b", ""), "documents": slug,
			"versions": []any{map[string]any{
				"name": "1", "spec": slug + ".json",
				"environments": map[string]any{"production": map[string]any{"base_path": "/" + slug, "upstream": "https://hostile.example"}},
			}},
		})
		folder[slug+".json"] = &fstest.MapFile{Data: encoded(t, hostileSpec(breaker))}
		folder[slug+"/1-page.md"] = &fstest.MapFile{Data: []byte("---\ntitle: " + string(encoded(t, "x "+name)) + "\n---\n\n" + strings.ReplaceAll(breaker, "\x0b", ""))}
	}
	folder["portico.yaml"] = &fstest.MapFile{Data: encoded(t, map[string]any{"products": products})}
	p.publish(t, folder)
	wanted := map[string]string{}
	for i, breaker := range breakers {
		product := fmt.Sprintf("/apis/p%d", i)
		found, err := p.Catalog.VersionPage(identity.With(t.Context(), p.Owner), fmt.Sprintf("p%d", i), "1")
		if err != nil || len(found.Operations) != 1 {
			t.Fatal(err, found.Operations)
		}
		for kind, path := range map[string]string{
			"product": product, "document": product + "/documents/page", "version": product + "/1",
			"operation": address.Operation(found.Product.Slug, found.Version.Name, found.Operations[0].Slug),
		} {
			answer := p.get(t, p.Owner, path+".md")
			expect(t, answer, http.StatusOK)
			got := skeleton(answer.Body.String(), kind == "operation")
			if i == 0 {
				wanted[kind] = got
			}
			if kind == "document" {
				got, wanted[kind] = strings.ReplaceAll(got, "2", ""), "1" // its own headings are below its title
			}
			if got != wanted[kind] {
				t.Errorf("%q in a %s produces %s instead of %s:\n%s", breaker, kind, got, wanted[kind], answer.Body)
			}
		}
	}
	if wanted["operation"] != "12222 code 23 code 332" {
		t.Errorf("a harmless operation is %s", wanted["operation"])
	}
}

func encoded(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func hostileSpec(breaker string) any {
	type object = map[string]any
	schema := object{"type": "object", "description": breaker, "required": []any{breaker}, "properties": object{
		"a":           object{"type": "object", "description": breaker, "properties": object{"b": object{"type": "string", "description": breaker, "pattern": breaker}}},
		"n" + breaker: object{"$ref": "#/components/schemas/Named"}, "z": object{"type": "string", "enum": []any{breaker, "x"}, "default": breaker, "format": breaker},
	}}
	asJSON := object{"application/json": object{"schema": schema, "example": object{"a": breaker}}}
	asText := object{"text/plain" + breaker: object{"example": breaker + "\n" + breaker + "\n" + breaker}}
	return object{
		"openapi": "3.0.3", "info": object{"title": breaker, "version": breaker, "description": breaker},
		"tags": []any{object{"name": breaker, "description": breaker}},
		"components": object{
			"schemas":         object{"Named": object{"type": "string", "description": breaker}},
			"securitySchemes": object{"key": object{"type": "apiKey", "in": "header", "name": breaker}},
		},
		"paths": object{"/x" + strings.Join(strings.Fields(strings.NewReplacer("{", "", "}", "", "?", "", "#", "").Replace(breaker)), "") + "/{id}": object{"post": object{
			"summary": "x " + breaker, "description": breaker, "tags": []any{breaker}, "security": []any{object{"key": []any{}}},
			"parameters": []any{
				object{"name": "id", "in": "path", "required": true, "description": breaker, "schema": object{"type": "string", "enum": []any{breaker}}, "example": breaker},
				object{"name": "q" + breaker, "in": "query", "description": breaker, "schema": object{"type": "string", "default": breaker}, "example": breaker},
			},
			"requestBody": object{"description": breaker, "content": asJSON},
			"responses": object{
				"200":     object{"description": breaker, "headers": object{"X-A": object{"description": breaker, "schema": object{"type": "string"}}}, "content": asJSON},
				"404":     object{"description": breaker, "content": asText},
				"default": object{"description": breaker},
			},
		}}},
	}
}

// skeleton returns Portico's own structure of a twin: the headings of the first two levels and any HTML. Below
// Responses, it includes the headings of the third level and JSON code blocks.
func skeleton(markdown string, operation bool) string {
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader([]byte(markdown)))
	var made strings.Builder
	responding := false
	_ = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.HTMLBlock, *ast.RawHTML:
			made.WriteString(" HTML ")
		case *ast.Heading:
			title := string(n.Lines().Value([]byte(markdown)))
			responding = operation && (responding && n.Level != 2 || n.Level == 2 && title == "Responses")
			if n.Level < 3 || responding && n.Level == 3 {
				fmt.Fprint(&made, n.Level)
			}
		case *ast.FencedCodeBlock:
			if string(n.Language([]byte(markdown))) == "json" {
				made.WriteString(" code ")
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(made.String())
}

// TestTwinsOfGitHub reads the twin of every operation of GitHub's description, which is fetched once by `make setup`.
func TestTwinsOfGitHub(t *testing.T) {
	document, err := os.ReadFile(cmp.Or(os.Getenv("PORTICO_GITHUB_DOCUMENT"), filepath.Join("..", "..", ".cache", "github", "api.github.com.json")))
	if err != nil {
		t.Fatalf("%v\nRun `make setup`, or point PORTICO_GITHUB_DOCUMENT at a copy of GitHub's description.", err)
	}
	p := newPortal(t)
	p.publish(t, fstest.MapFS{
		"portico.yaml": {Data: []byte("products: [{slug: github, name: GitHub, versions: [{name: v3, spec: github.json}]}]")},
		"github.json":  {Data: document},
	})
	index := p.get(t, p.Owner, "/apis/github/v3.md")
	expect(t, index, http.StatusOK)
	found, err := p.Catalog.VersionPage(identity.With(t.Context(), p.Owner), "github", "v3")
	if err != nil || len(found.Operations) < 1_200 {
		t.Fatal(len(found.Operations), err)
	}
	largest := 0
	for _, operation := range found.Operations {
		path := address.Operation("github", "v3", operation.Slug) + ".md"
		answer := p.get(t, p.Owner, path)
		markdown := answer.Body.String()
		largest = max(largest, len(markdown))
		if answer.Code != http.StatusOK || !strings.HasPrefix(markdown, "# ") || strings.Contains(skeleton(markdown, false), "HTML") {
			t.Errorf("%s returns %d\n%s", path, answer.Code, markdown)
		}
		if !strings.Contains(index.Body.String(), "("+p.site.server.Config.PortalURL+path+")") {
			t.Errorf("the index does not link to %s", path)
		}
	}
	t.Logf("the index has %d KiB, the largest of %d operations %d KiB", index.Body.Len()>>10, len(found.Operations), largest>>10)
	if largest > 512<<10 {
		t.Errorf("an operation has %d KiB", largest>>10)
	}
}
