package web

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"
)

func TestVersionSwitchKeepsTheOperation(t *testing.T) {
	p := newPortal(t).stocked(t)
	page := p.get(t, p.Owner, "/apis/parcels/2/operations/read-parcel")
	expect(t, page, http.StatusOK, `href="/apis/parcels/1?operation=read-parcel"`, "export PORTICO_KEY=",
		"&#39;https://gateway.example/parcels/v2/parcels/P1&#39;")
	expectRedirect(t, p.get(t, p.Owner, "/apis/parcels/1?operation=read-parcel"), "/apis/parcels/1/operations/read-parcel")
	expect(t, p.get(t, p.Owner, "/apis/parcels/1?operation=ask-quote"), http.StatusOK, "1 has no such operation")
}

func TestListsCanBeFiltered(t *testing.T) {
	p := newPortal(t).stocked(t)
	expect(t, p.get(t, p.Owner, "/apis?q=PARCELS+send"), http.StatusOK, `href="/apis/parcels"`)
	expect(t, p.get(t, p.Owner, "/apis?q=weather"), http.StatusOK, "No API matches “weather”", "Show all 1 API")
	page := p.get(t, p.Owner, "/apis/parcels/2?q=post+quotes")
	expect(t, page, http.StatusOK, "Ask for a price")
	if strings.Contains(page.Body.String(), "Read one parcel") {
		t.Error("the filtered list contains APIs that do not match")
	}
}

func TestDownloadNamesTheGateway(t *testing.T) {
	p := newPortal(t).stocked(t)
	answer := p.get(t, p.Owner, "/apis/parcels/1/openapi")
	expect(t, answer, http.StatusOK, "https://gateway.example/parcels/v1")
	if got := answer.Header().Get("Content-Disposition"); got != "attachment; filename=parcels-1.yaml" {
		t.Errorf("the file is sent as %q", got)
	}
	if got := answer.Header().Get("Content-Type"); got != "application/yaml" {
		t.Errorf("the type is %q", got)
	}
}

func TestVisitorsAreOfferedToSignInOnUnknownPaths(t *testing.T) {
	p := newPortal(t).stocked(t)
	hidden := p.get(t, p.Visitor, "/apis/parcels")
	none := p.get(t, p.Visitor, "/apis/nothing")
	expect(t, hidden, http.StatusNotFound, `btn-primary" href="/sign-in?return_to=%2Fapis%2Fparcels"`)
	if hidden.Body.String() != strings.ReplaceAll(none.Body.String(), "nothing", "parcels") {
		t.Error("a hidden page differs from a missing one")
	}
	for _, path := range []string{"/", "/apis"} {
		if strings.Contains(p.get(t, p.OtherOwner, path).Body.String(), "/apis/parcels") {
			t.Errorf("%s shows another team's product", path)
		}
	}
}

const hostile = `<script>alert(1)</script><img src=x onerror=alert(2)>"><svg onload=alert(3)>'--></style></title>{{7*7}} [x](javascript:alert(4))`

// TestHostileTextsStayTexts publishes an API whose texts all attack the pages that show them.
func TestHostileTextsStayTexts(t *testing.T) {
	p := newPortal(t)
	quoted := `'` + strings.ReplaceAll(hostile, `'`, `''`) + `'`
	fill := func(text string) []byte {
		return []byte(strings.NewReplacer("HOSTILE", quoted, "LONG", strings.Repeat(quoted+", ", 100)+"1").Replace(text))
	}
	p.publish(t, fstest.MapFS{
		"portico.yaml": {Data: fill(`
site: {name: Portal, welcome: HOSTILE}
products:
  - slug: hostile
    name: '<script>alert(1)</script><b onclick=x>'
    description: HOSTILE
    audience: signed-in
    documents: docs
    versions:
      - name: "1"
        spec: spec.yaml
        environments: {production: {base_path: /hostile, upstream: "https://hostile.example"}}
`)},
		"docs/1-page.md": {Data: []byte("# " + hostile + "\n\n" + hostile + "\n\n```json\n" + hostile + "\n```\n")},
		"spec.yaml": {Data: fill(`
openapi: 3.1.0
info: {title: HOSTILE, version: HOSTILE, description: HOSTILE}
tags: [{name: HOSTILE, description: HOSTILE}]
paths:
  '/<script>alert(5)</script>/{id}':
    post:
      summary: HOSTILE
      description: HOSTILE
      tags: [HOSTILE]
      externalDocs: {description: HOSTILE, url: 'https://hostile.example/"onclick=alert(6)'}
      parameters:
        - {name: id, in: path, required: true, description: HOSTILE, schema: {type: string, enum: [HOSTILE], default: HOSTILE}, example: HOSTILE}
        - {name: HOSTILE, in: query, required: true, description: HOSTILE, schema: {type: string}, example: HOSTILE}
      servers: [{url: '/<script>alert(7)</script>', description: HOSTILE}]
      security: [{HOSTILE: [HOSTILE], oauth: [HOSTILE]}]
      callbacks:
        HOSTILE:
          HOSTILE:
            post:
              summary: HOSTILE
              description: HOSTILE
              parameters: [{name: HOSTILE, in: header, description: HOSTILE, schema: {$ref: '#/components/schemas/Hostile'}}]
              requestBody: {description: HOSTILE, content: {HOSTILE: {schema: {$ref: '#/components/schemas/Hostile'}}}}
              responses: {HOSTILE: {description: HOSTILE}}
      requestBody:
        description: HOSTILE
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Hostile'}
            examples:
              HOSTILE: {summary: HOSTILE, description: HOSTILE, value: HOSTILE}
              other: {summary: HOSTILE, value: {a: HOSTILE}}
          multipart/form-data:
            schema: {type: object, properties: {HOSTILE: {type: string, title: HOSTILE, description: HOSTILE, format: HOSTILE, pattern: HOSTILE, not: {enum: [HOSTILE]}}}}
            encoding: {HOSTILE: {contentType: HOSTILE, headers: {HOSTILE: {}}}}
      responses:
        "200":
          description: HOSTILE
          headers: {X-Hostile: {description: HOSTILE, schema: {type: string}}}
          content: {application/json: {example: HOSTILE}}
          links: {HOSTILE: {operationId: HOSTILE, description: HOSTILE}}
webhooks:
  HOSTILE: {post: {summary: HOSTILE, description: HOSTILE, responses: {"200": {description: HOSTILE}}}}
components:
  securitySchemes:
    HOSTILE: {type: apiKey, in: HOSTILE, name: HOSTILE, description: HOSTILE}
    oauth: {type: oauth2, flows: {implicit: {authorizationUrl: 'https://hostile.example', scopes: {HOSTILE: HOSTILE}}}}
  schemas:
    HOSTILE: {description: HOSTILE, allOf: [{$ref: '#/components/schemas/Hostile'}, {properties: {a: {const: HOSTILE}}}]}
    Hostile:
      title: HOSTILE
      description: HOSTILE
      externalDocs: {description: HOSTILE, url: 'https://hostile.example/'}
      oneOf: [{title: HOSTILE, description: HOSTILE, properties: {HOSTILE: {enum: [HOSTILE], default: HOSTILE}}}, {type: HOSTILE}]
      discriminator: {propertyName: HOSTILE, mapping: {HOSTILE: HOSTILE}}
      properties: {HOSTILE: {description: HOSTILE, properties: {HOSTILE: {properties: {HOSTILE: {example: HOSTILE}}}}}}
      patternProperties: {HOSTILE: {description: HOSTILE}}
      dependentRequired: {HOSTILE: [HOSTILE]}
      example: {HOSTILE: [LONG]}
`)},
	})
	found, err := p.Catalog.VersionPage(p.As(p.Owner), "hostile", "1")
	if err != nil || len(found.Operations) != 2 || len(found.Spec.Schemas) != 2 {
		t.Fatal(len(found.Operations), found.Spec.Schemas, err)
	}
	for _, path := range append(referencePages(found),
		"/", "/apis", "/apis/hostile", "/apis/hostile/documents/page",
		"/apis?q="+"%3Cscript%3Ealert(1)%3C/script%3E", "/apis/hostile/1?q=%22%3E%3Csvg%20onload=alert(1)%3E",
		"/apis/hostile/1?operation=%3Cscript%3E", "/sign-in?done=%3Cscript%3E&return_to=%22%3E%3Cscript%3E",
		"/search?q=script", "/search?q=onclick&kind=document",
		"/apis/hostile/1/schemas?q=%22%3E%3Csvg%20onload=alert(1)%3E", "/apis/hostile/1/schemas?schema=%3Cscript%3E",
	) {
		page := p.get(t, p.Owner, path)
		if page.Code >= http.StatusBadRequest {
			t.Errorf("%s returns %d", path, page.Code)
		}
		if found := activeMarkup(page.Body.String()); found != "" {
			t.Errorf("%s contains %s", path, found)
		}
	}
	whole := p.get(t, p.Owner, "/apis/hostile/1/schemas/hostile/examples/1")
	expect(t, whole, http.StatusOK, "<script>alert(1)</script>")
	if got := whole.Header().Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("the media type of an example is %s", got)
	}
}

// TestDocumentsShowTheirPictures opens a page and its picture, which is an SVG with a script.
func TestDocumentsShowTheirPictures(t *testing.T) {
	p := newPortal(t)
	p.stock(t, manifest)
	const picture = "/apis/parcels/documents/begin/map.svg"
	expect(t, p.get(t, p.Member, "/apis/parcels/documents/begin"), http.StatusOK, `<img src="begin/map.svg" alt="A map"`)
	expect(t, p.get(t, p.Member, "/apis/parcels/documents/begin.md"), http.StatusOK, "![A map](https://portal.example"+picture+")")
	answer := p.get(t, p.Member, picture)
	expect(t, answer, http.StatusOK, "<svg")
	if got := answer.Header().Get("Content-Type"); got != "image/svg+xml" {
		t.Errorf("the type is %s", got)
	}
	again := p.as(t, p.Member, http.MethodGet, picture, nil)
	again.Header.Set("If-None-Match", answer.Header().Get("ETag"))
	expect(t, p.send(again), http.StatusNotModified)
	expect(t, p.get(t, p.OtherOwner, picture), http.StatusNotFound)
	again = p.as(t, p.OtherOwner, http.MethodGet, picture, nil)
	again.Header.Set("If-None-Match", answer.Header().Get("ETag"))
	expect(t, p.send(again), http.StatusNotFound)
	for _, path := range []string{"/apis/parcels/documents/begin/%2e%2e%2fmap.svg", "/apis/parcels/documents/begin/map.svg%00", "/apis/parcels/documents//map.svg"} {
		if got := p.get(t, p.Member, path); got.Code != http.StatusNotFound {
			t.Errorf("%s returns %d", path, got.Code)
		}
	}
}
