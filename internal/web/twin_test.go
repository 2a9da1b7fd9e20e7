package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/identity"
)

const bookshop = `
products:
  - slug: books
    name: Books
    description: "Sells *books*.\n\n# Why\n\nThey are read."
    audience: {teams: [Acme]}
    documents: docs
    versions:
      - {name: "1", deprecated: true, spec: spec.yaml}
      - {name: "1.md", spec: spec.yaml}
      - name: "2"
        spec: spec.yaml
        environments:
          production: {base_path: /books/v2, upstream: "https://books.example"}
          sandbox: {base_path: /sandbox/books, upstream: "https://books.example"}
`

const bookshopSpec = `
openapi: 3.0.3
info: {title: Books, version: "2", description: "All about books.\n\n# Words\n\nA **book**."}
tags: [{name: Shelves, description: Where books stand.}]
paths:
  /books/{isbn}:
    put:
      operationId: putBook
      summary: Put a book on a shelf
      tags: [Shelves]
      description: "Takes its place.\n\n## Notes\n\n- Once."
      deprecated: true
      security: [{key: []}]
      parameters:
        - {name: isbn, in: path, required: true, description: As printed., schema: {type: string, pattern: "^[0-9]+$"}, example: "978"}
        - {name: shelf, in: query, description: "Which one.\n\n- the upper\n- the lower", schema: {type: string, enum: [upper, lower], default: upper}}
      requestBody:
        required: true
        description: The book.
        content:
          application/json:
            schema:
              type: object
              required: [title]
              properties:
                title: {type: string, maxLength: 80, description: On the cover.}
                author: {type: object, properties: {name: {type: string, readOnly: true}}}
            example: {title: Emma}
      responses:
        "204": {description: It stands there., headers: {X-Shelf: {description: The shelf., schema: {type: string}}}}
  /books:
    get: {operationId: listBooks, responses: {"200": {description: Books.}}}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Api-Key}}
`

func bookshopPortal(t *testing.T) *portal {
	t.Helper()
	p := newPortal(t)
	p.publish(t, fstest.MapFS{
		"portico.yaml": {Data: []byte(bookshop)}, "spec.yaml": {Data: []byte(bookshopSpec)},
		"docs/1-start.md": {Data: []byte("# Start\n\n## First\n\nRead [on](on).\n\n# Second")}, "docs/2-on.md": {Data: []byte("# On\n\nMore.")},
	})
	return p
}

var wantedTwins = map[string]string{
	"/apis/books.md": `# Books

Sells *books*.

### Why

They are read.

## Versions

- [Version 2](https://portal.example/apis/books/2.md)
  - production: ~https://gateway.example/books/v2~
  - sandbox: ~https://gateway.example/sandbox/books~
- [Version 1.md](https://portal.example/apis/books/1.md.md)
  - Documentation only: it is not called through this portal's gateway
- [Version 1](https://portal.example/apis/books/1.md), deprecated
  - Documentation only: it is not called through this portal's gateway

## Documents

- [Start](https://portal.example/apis/books/documents/start.md)
- [On](https://portal.example/apis/books/documents/on.md)
`,
	"/apis/books/2.md": `# Books 2

A version of [Books](https://portal.example/apis/books.md)

- production: ~https://gateway.example/books/v2~
- sandbox: ~https://gateway.example/sandbox/books~
- OpenAPI: https://portal.example/apis/books/2/openapi

All about books.

### Words

A **book**.

## Shelves

Where books stand.

- [Put a book on a shelf](https://portal.example/apis/books/2/operations/put-book.md): ~PUT /books/{isbn}~, deprecated

## Other operations

- [GET /books](https://portal.example/apis/books/2/operations/list-books.md): ~GET /books~
`,
	"/apis/books/2/operations/put-book.md": `# Put a book on a shelf

~PUT /books/{isbn}~ of [Books](https://portal.example/apis/books.md), [Version 2](https://portal.example/apis/books/2.md)

This operation is deprecated.

- production: ~PUT https://gateway.example/books/v2/books/{isbn}~
- sandbox: ~PUT https://gateway.example/sandbox/books/books/{isbn}~

Takes its place.

### Notes

- Once.

## Authentication

Send your key with each call, in the header ~X-Api-Key: YOUR_KEY~ where your plan names no other. Keys are on https://portal.example/profile for people who are signed in.

The description of the API asks for one of:

- key: API key in the header X-Api-Key

## Path parameters

- ~isbn~ (~string~, required, pattern ~^[0-9]+$~, example ~978~): As printed.

## Query parameters

- ~shelf~ (~string~, one of ~upper~, ~lower~, default ~upper~, example ~upper~)

  Which one.

  - the upper
  - the lower

## Request body (required)

The book.

~application/json~ (~object~)

- ~title~ (~string~, required, at most 80 characters): On the cover.
- ~author~ (~object~)
  - ~name~ (~string~, read only)

Example:

~~~json
{
  "title": "Emma"
}
~~~

## Responses

### 204

It stands there.

Headers:

- ~X-Shelf~ (~string~): The shelf.

## See also

- All operations of [Version 2](https://portal.example/apis/books/2.md)
- Next: [GET /books](https://portal.example/apis/books/2/operations/list-books.md): ~GET /books~
`,
	"/apis/books/documents/start.md": `# Start

Documentation of [Books](https://portal.example/apis/books.md)

### First

Read [on](on).

## Second
`,
}

func TestTwins(t *testing.T) {
	p := bookshopPortal(t)
	for path, want := range wantedTwins {
		want = strings.ReplaceAll(want, "~", "`")
		page := strings.TrimSuffix(path, ".md")
		asked := p.as(t, p.Owner, http.MethodGet, page, nil)
		asked.Header.Set("Accept", "text/markdown, text/html;q=0.9, */*;q=0.8")
		for name, answer := range map[string]*httptest.ResponseRecorder{path: p.get(t, p.Owner, path), page + " asked for markdown": p.send(asked)} {
			expect(t, answer, http.StatusOK)
			if diff := cmp.Diff(want, answer.Body.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			header := answer.Header()
			if header.Get("Content-Type") != "text/markdown; charset=utf-8" || header.Get("Vary") != "Accept" || headerProblem(path, header) != "" {
				t.Errorf("%s has the headers %v", name, header)
			}
		}
		html := p.get(t, p.Owner, page)
		expect(t, html, http.StatusOK, `<link rel="alternate" type="text/markdown" href="`+path+`">`)
		if html.Header().Get("Vary") != "Accept" {
			t.Errorf("%s has no Vary header", page)
		}
		head := p.send(p.as(t, p.Owner, http.MethodHead, path, nil))
		expect(t, head, http.StatusOK)
	}
}

// TestPagesComeBeforeTwins has versions named 1 and 1.md: the URL of the first one's twin is that of the second one's
// page.
func TestPagesComeBeforeTwins(t *testing.T) {
	p := bookshopPortal(t)
	expect(t, p.get(t, p.Owner, "/apis/books/1.md"), http.StatusOK, "<title>Books 1.md")
	expect(t, p.get(t, p.Owner, "/apis/books/1.md.md"), http.StatusOK, "# Books 1.md\n")
	expect(t, p.get(t, p.Owner, "/apis/books/2%2Emd"), http.StatusOK, "# Books 2\n")
	asked := p.as(t, p.Owner, http.MethodGet, "/apis/books/1", nil)
	asked.Header.Set("Accept", "text/markdown")
	expect(t, p.send(asked), http.StatusOK, "# Books 1\n")
	asked = p.as(t, p.Owner, http.MethodGet, "/apis/books/2.md", nil)
	asked.Header.Set("Accept", "text/markdown")
	expect(t, p.send(asked), http.StatusOK, "# Books 2\n")
}

func TestMissingTwins(t *testing.T) {
	p := bookshopPortal(t)
	for _, path := range []string{
		"/apis/books.md", "/apis/books/2.md", "/apis/books/documents/start.md", "/apis/books/2/operations/put-book.md",
		"/apis/none.md", "/apis/.md", "/apis/books/9.md", "/apis/books/documents/none.md", "/apis/books/2/operations/none.md",
	} {
		answer := p.get(t, p.Visitor, path)
		expect(t, answer, http.StatusNotFound, "# We can't find that page\n", "https://portal.example/llms.txt", "https://portal.example/sign-in")
		if answer.Header().Get("Content-Type") != "text/markdown; charset=utf-8" || strings.Contains(answer.Body.String(), "Books") {
			t.Errorf("%s returns %v\n%s", path, answer.Header(), answer.Body)
		}
	}
	page := p.get(t, p.Owner, "/apis/none")
	if !strings.Contains(page.Body.String(), "<h1>") || strings.Contains(page.Body.String(), `rel="alternate"`) {
		t.Errorf("a missing page returns\n%s", page.Body)
	}
}

func TestDownloadIsNotSentAgain(t *testing.T) {
	p := bookshopPortal(t)
	for _, path := range []string{"/apis/books/1/openapi", "/apis/books/2/openapi"} {
		tag := p.get(t, p.Owner, path).Header().Get("ETag")
		for held, want := range map[string]int{
			"": 200, tag: 304, "W/" + tag: 304, `"other", ` + tag: 304, "*": 304, `"other"`: 200, strings.Trim(tag, `"`): 200,
		} {
			for who, status := range map[*identity.Principal]int{&p.Owner: want, &p.OtherOwner: 404} {
				request := p.as(t, *who, http.MethodGet, path, nil)
				request.Header.Set("If-None-Match", held)
				answer := p.send(request)
				if answer.Code != status || status == 304 && (answer.Body.Len() > 0 || answer.Header().Get("ETag") != tag) {
					t.Errorf("%s with the tag %q: %d %v", path, held, answer.Code, answer.Header())
				}
			}
		}
	}
}
