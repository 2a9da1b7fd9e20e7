package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/web/view"
)

// zoo is a description with one of everything that a reference page can show.
const zoo = `{"openapi": "3.1.0", "info": {"title": "Zoo", "version": "1"},
"security": [{"key": []}, {"login": ["read", "feed"]}],
"paths": {"/animals": {"post": {
	"operationId": "admit", "tags": ["animals"], "summary": "Admit an animal", "servers": [{"url": "https://gate.example", "description": "The gate"}],
	"parameters": [{"name": "tags", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string"}}}],
	"requestBody": {"required": true, "content": {
		"application/json": {"schema": {"$ref": "#/components/schemas/Animal"},
			"examples": {"lion": {"summary": "A lion", "value": {"kind": "cat"}}, "elsewhere": {"externalValue": "https://example.com/a.json"}}},
		"multipart/form-data": {"schema": {"type": "object", "properties": {"photo": {"type": "string"}}}, "encoding": {"photo": {"contentType": "image/png"}}}}},
	"responses": {
		"201": {"description": "Admitted.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Cat"}}}, "links": {"look": {"operationId": "look"}}},
		"404": {"description": "None.", "content": {"application/json": {"example": {"error": "x"}}}},
		"409": {"description": "Full.", "content": {"application/json": {"example": {"error": "x"}}}}},
	"callbacks": {"admitted": {"{$request.body#/url}": {"post": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Cat"}}}}, "responses": {"204": {"description": "Noted."}}}}}}},
  "get": {"operationId": "look", "tags": ["animals"], "responses": {"200": {"description": "All."}}}}},
"webhooks": {"escaped": {"post": {"operationId": "escaped", "responses": {"200": {"description": "Run."}}}}},
"components": {
  "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Zoo", "description": "From the office."},
	"login": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://zoo.example/token", "scopes": {"read": "See the animals", "feed": ""}}}}},
  "schemas": {
	"Animal": {"oneOf": [{"$ref": "#/components/schemas/Cat"}], "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}}},
	"Cat": {"description": "It **purrs**.", "deprecated": true, "allOf": [{"$ref": "#/components/schemas/Named"}, {"properties": {"home": {"properties": {
		"cage": {"properties": {"door": {"properties": {"lock": {"type": "string"}}}}}}}, "kittens": {"type": "array", "items": {"$ref": "#/components/schemas/Cat"}}}}]},
	"Named": {"required": ["name"], "properties": {"name": {"type": "string"}}}}}}`

func TestAnOperationTellsEverything(t *testing.T) {
	p := newPortal(t)
	p.described(t, []byte(zoo))
	expect(t, p.get(t, p.Owner, "/apis/described/1/operations/admit"), http.StatusOK,
		`<summary><bdi>animals</bdi>`, `aria-current="page"><span class="method method-post">POST</span> <span dir="auto">Admit an animal</span>`,
		"Use any one of these.", "key: API key in the header X-Zoo", "From the office.", "<code>feed</code>", "See the animals",
		"https://gate.example", "The gate", "Style form, not exploded",
		`<a href="/apis/described/1/schemas/animal">Animal</a>`, "<code>kind</code> says which:", "<code>cat</code> → ", `href="/apis/described/1/schemas/cat">Cat</a>`,
		"A lion (application/json)", "elsewhere (application/json)",
		`href="/apis/described/1/operations/look">look</a>`, `data-choice="response 404"`, `data-choice="response 409"`,
		"The API calls you back after this one.", "{$request.body#/url}", "<h3>admitted</h3>", "<h5>",
	)
	expect(t, p.get(t, p.Owner, "/apis/described/1/operations/admit?example=elsewhere"), http.StatusOK, `href="https://example.com/a.json"`)
	expect(t, p.get(t, p.Owner, "/apis/described/1/operations/admit?example=multipart%2Fform-data"), http.StatusOK, "<code>photo</code> is sent as image/png")
	expect(t, p.get(t, p.Owner, "/apis/described/1/operations/admit?response=409"), http.StatusOK, `aria-label="Response 409"`)
	expect(t, p.get(t, p.Owner, "/apis/described/1/operations/escaped"), http.StatusOK, "The API calls you")
	expect(t, p.get(t, p.Owner, "/apis/described/1"), http.StatusOK, `<h2 id="webhooks"`, `href="/apis/described/1/schemas">3 schemas`)
}

func TestASchemaTellsEverything(t *testing.T) {
	p := newPortal(t)
	p.described(t, []byte(zoo))
	page := p.get(t, p.Owner, "/apis/described/1/schemas/cat")
	expect(t, page, http.StatusOK,
		"It <strong>purrs</strong>.", "Deprecated", `Includes <a class="type" href="/apis/described/1/schemas/named">Named</a>`,
		"1 field<span class=\"sr-only\">&nbsp;of home</span>", "1 field<span class=\"sr-only\">&nbsp;of cage</span>", `<div id="home.cage.door.lock">`, `href="#home.cage.door.lock"><code>lock</code>`,
		"Used by 1 operation<", "Admit an animal", "Part of 1 schema<", `rel="prev" href="/apis/described/1/schemas/animal"`, `rel="next" href="/apis/described/1/schemas/named"`,
	)
	expect(t, p.get(t, p.Owner, "/apis/described/1/schemas?q=NAM"), http.StatusOK, `href="/apis/described/1/schemas/named"`)
	if strings.Contains(p.get(t, p.Owner, "/apis/described/1/schemas?q=NAM").Body.String(), "schemas/cat") {
		t.Error("the filter left in what does not match")
	}
	expect(t, p.get(t, p.Owner, "/apis/described/1/schemas?q=nothing"), http.StatusOK, "No schema matches “nothing”", "Show all 3 schemas")
	expectRedirect(t, p.get(t, p.Owner, "/apis/described/1/schemas?schema=cat"), "/apis/described/1/schemas/cat")
	expect(t, p.get(t, p.Owner, "/apis/described/1/schemas?schema=gone"), http.StatusOK, "1 has no such schema")
}

func TestADescriptionWithoutSchemasSaysSo(t *testing.T) {
	p := newPortal(t).stocked(t)
	expect(t, p.get(t, p.Owner, "/apis/parcels/1/schemas"), http.StatusOK, "No schemas", "The description names none.")
	if page := p.get(t, p.Owner, "/apis/parcels/1").Body.String(); strings.Contains(page, "/schemas") {
		t.Error("the index leads to schemas that are not there")
	}
}

// TestNamesOfAllKinds shows names that are empty, very long, from right to left and of pictures, everywhere.
func TestNamesOfAllKinds(t *testing.T) {
	long := strings.Repeat("long", 2_500)
	for name, text := range map[string]string{
		"empty": "", "blank": " ", "long": long, "right to left": "اسم\u202e", "emoji": "👩‍👩‍👧‍👦🏳️‍🌈", "combining": strings.Repeat("e\u0301\u0302", 900), "quotes": `"'<&>`,
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t)
			quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)
			page := p.described(t, []byte(strings.ReplaceAll(`{"openapi": "3.1.0", "info": {"title": "NAME", "version": "NAME"}, "tags": [{"name": "NAME", "description": "NAME"}],
				"paths": {"/NAME/{id}": {"get": {"operationId": "NAME", "summary": "NAME", "description": "NAME", "tags": ["NAME"], "security": [{"NAME": ["NAME"]}],
					"parameters": [{"name": "q NAME", "in": "query", "schema": {"$ref": "#/components/schemas/Any"}}],
					"responses": {"200": {"description": "NAME", "content": {"text/NAME": {"schema": {"$ref": "#/components/schemas/Any"}, "example": "NAME"}}}},
					"callbacks": {"NAME": {"NAME": {"post": {"summary": "NAME"}}}}}}},
				"components": {"schemas": {"NAME": {"title": "NAME"}, "Any": {"type": "object", "title": "NAME", "properties": {"NAME": {"enum": ["NAME"], "title": "NAME"}},
					"oneOf": [{"title": "NAME", "properties": {"NAME": {}}}]}}}}`, "NAME", quoted)))
			for _, path := range referencePages(page) {
				answer := p.get(t, p.Owner, path)
				if answer.Code != http.StatusOK || activeMarkup(answer.Body.String()) != "" || answer.Body.Len() > 120<<10 {
					t.Errorf("%s answers %d with %d bytes, %s", path[:min(len(path), 100)], answer.Code, answer.Body.Len(), activeMarkup(answer.Body.String()))
				}
			}
		})
	}
}

func TestPlainSentencesReadAsMarkdownWould(t *testing.T) {
	for _, text := range []string{
		"The owner.", "a", "It's fine (really); 50% more!", "x-y z", "one. two", "a/b c:d", "Ünder", "-", "1. one", "*a*", "a_b_c", "http://a.example", "www.a.example",
		"a@b.example", "a\nb", "# a", "a  ", "", "a & b", "<b>", "> q", "+ a", "a | b", "~~a~~", "[a](b)", "a\\b", "`a`", "ftp://a.example", "a = b", "mailto:a",
	} {
		if !view.PlainSentence(text) {
			continue
		}
		var quick, whole strings.Builder
		if err := view.Brief(text).Render(t.Context(), &quick); err != nil {
			t.Fatal(err)
		}
		if err := view.Markdown(text, 3).Render(t.Context(), &whole); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.TrimSpace(whole.String()), quick.String()); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	if !view.PlainSentence("The owner.") {
		t.Error("a plain sentence is taken for markdown")
	}
}

func TestTreeListsOperationsAsAPart(t *testing.T) {
	p := newPortal(t)
	p.described(t, []byte(zoo))
	found := p.get(t, p.Owner, "/apis/described/1/tree?at=admit&q=animal")
	expect(t, found, http.StatusOK, `data-announce="2 operations found."`, `aria-current="page"`, `href="/apis/described/1/operations/look"`)
	if page := found.Body.String(); strings.Contains(page, "<html") || strings.Contains(page, "escaped") {
		t.Errorf("the part holds too much:\n%s", page)
	}
	expect(t, p.get(t, p.Owner, "/apis/described/1/tree?q=nothing"), http.StatusOK, "No operation matches “nothing”")
	expect(t, p.get(t, p.Owner, "/apis/described/1/tree?tag=webhooks"), http.StatusOK, "<bdi>Webhooks</bdi>", `href="/apis/described/1/operations/escaped"`)
	expect(t, p.get(t, p.Owner, "/apis/described/1/tree?tag=lost"), http.StatusNotFound)
}
