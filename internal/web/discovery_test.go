package web

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/reference"
)

const market = `
site: {name: Acme Portal, welcome: "Everything you *need*.\n\nMore.", public: PUBLIC}
products:
  - slug: open
    name: Open [data]
    description: For everybody.
    audience: public
    documents: docs
    versions:
      - {name: "1", deprecated: true, spec: spec.json}
      - {name: "2", spec: spec.json, environments: {production: {base_path: /open/v2, upstream: "https://open.example"}}}
      - {name: draft, published: false, spec: spec.json}
  - {slug: members, name: Members, audience: signed-in, documents: docs, versions: [{name: "1", spec: spec.json}]}
  - {slug: secret, name: Secret, audience: {teams: [Acme]}, documents: docs, versions: [{name: "1", spec: spec.json}]}
  - {slug: unpublished, name: Unpublished, audience: public, published: false, documents: docs, versions: [{name: "1", spec: spec.json}]}
`

func (p *portal) openMarket(t *testing.T, public string) *portal {
	t.Helper()
	p.publish(t, fstest.MapFS{
		"portico.yaml":    {Data: []byte(strings.ReplaceAll(market, "PUBLIC", public))},
		"docs/1-start.md": {Data: []byte("# Start\n\nHere.")},
		"spec.json":       {Data: []byte(`{"openapi": "3.0.3", "info": {"title": "A", "version": "1"}, "paths": {"/a": {"get": {"responses": {"200": {"description": "A."}}}}}}`)},
	})
	return p
}

// TestListsNameWhatVisitorsMaySee checks that every list for programs has exactly the pages that a visitor may see, and
// that its links work for them.
func TestListsNameWhatVisitorsMaySee(t *testing.T) {
	all := []string{"/apis/open", "/apis/members", "/apis/secret", "/apis/unpublished", "/draft"}
	for _, test := range []struct {
		public, path string
		sees         map[string]int // the number of entries by visitor
	}{
		{"true", "/llms.txt", map[string]int{"visitor": 1, "other": 2, "acme": 3, "staff": 3}},
		{"true", address.APICatalog, map[string]int{"visitor": 1, "other": 2, "acme": 3, "staff": 3}},
		{"true", "/sitemap.xml", map[string]int{"visitor": 1, "other": 1, "acme": 1, "staff": 1}},
		{"false", "/llms.txt", map[string]int{"visitor": 0, "other": 2, "acme": 3, "staff": 3}},
		{"false", address.APICatalog, map[string]int{"visitor": 0, "other": 2, "acme": 3, "staff": 3}},
		{"false", "/sitemap.xml", map[string]int{"visitor": 0, "other": 0, "acme": 0, "staff": 0}},
	} {
		p := newPortal(t).openMarket(t, test.public)
		for name, who := range map[string]identity.Principal{"visitor": p.Visitor, "other": p.OtherOwner, "acme": p.Viewer, "staff": p.Staff} {
			answer := p.get(t, who, test.path)
			expect(t, answer, http.StatusOK)
			for i, part := range all {
				if seen := strings.Contains(answer.Body.String(), part); seen != (i < test.sees[name]) {
					t.Errorf("%s (public: %s) for %s: contains %s: %v", test.path, test.public, name, part, seen)
				}
			}
			for _, address := range addresses(answer.Body.String()) {
				if page := p.get(t, who, address); page.Code >= http.StatusBadRequest {
					t.Errorf("%s for %s links to %s, which returns %d", test.path, name, address, page.Code)
				}
			}
		}
	}
}

// addresses returns the portal's URLs in a text.
func addresses(text string) []string {
	var found []string
	for _, part := range strings.Split(text, "https://portal.example")[1:] {
		end := strings.IndexAny(part, `<>)" `+"\n")
		found = append(found, strings.TrimRight(part[:end], "."))
	}
	return found
}

func TestLLMSText(t *testing.T) {
	p := newPortal(t).openMarket(t, "true")
	answer := p.get(t, p.Visitor, "/llms.txt")
	want := `# Acme Portal

> Everything you \*need\*.

Every page about an API is there in markdown too: put ~.md~ behind its address, or send ~Accept: text/markdown~. Calls go to https://gateway.example with a key in the header ~X-Api-Key~.

This lists what everybody may read. People who are signed in see here what is meant for them.

## APIs

- [Open \[data\]](https://portal.example/apis/open.md): For everybody.

## Versions

- [Open \[data\] 2](https://portal.example/apis/open/2.md): its operations; [OpenAPI](https://portal.example/apis/open/2/openapi)
- [Open \[data\] 1](https://portal.example/apis/open/1.md): deprecated; its operations; [OpenAPI](https://portal.example/apis/open/1/openapi)

## Documents

- [Open \[data\]: Start](https://portal.example/apis/open/documents/start.md)

## Optional

- [Keys and subscriptions](https://portal.example/profile): for people who are signed in
- [Catalogue for programs](https://portal.example/.well-known/api-catalog): every version with its OpenAPI document, as a link set
`
	if diff := cmp.Diff(strings.ReplaceAll(want, "~", "`"), answer.Body.String()); diff != "" {
		t.Error(diff)
	}
}

// mostListed is the maximum number of entries of one kind in /llms.txt.
const mostListed = 300

func TestLLMSTextIsBounded(t *testing.T) {
	p := newPortal(t)
	var manifest strings.Builder
	manifest.WriteString("products:\n")
	for i := range mostListed + 20 {
		fmt.Fprintf(&manifest, "  - {slug: p%d, name: P%d, description: %q, versions: [{name: a}, {name: b}]}\n", i, i, strings.Repeat("long ", 1_000))
	}
	p.publish(t, fstest.MapFS{"portico.yaml": {Data: []byte(manifest.String())}})
	answer := p.get(t, p.Owner, "/llms.txt")
	expect(t, answer, http.StatusOK, "And 20 more, which [the list of APIs](https://portal.example/apis) leads to", "And 340 more, which")
	if lines := strings.Count(answer.Body.String(), "\n- "); lines != 2*mostListed+4 || answer.Body.Len() > 200<<10 {
		t.Errorf("%d lines, %d bytes", lines, answer.Body.Len())
	}
}

// The XML of sitemap files, as a crawler reads it.
type (
	addressSet struct {
		XMLName   xml.Name
		Addresses []mapAddress `xml:"url"`
	}
	sitemapIndex struct {
		Parts []mapAddress `xml:"sitemap"`
	}
	mapAddress struct {
		Location string `xml:"loc"`
		Changed  string `xml:"lastmod"`
	}
)

func TestSitemapComesInParts(t *testing.T) {
	p := newPortal(t).openMarket(t, "true")
	var whole addressSet
	if err := xml.Unmarshal(p.get(t, p.Visitor, "/sitemap.xml").Body.Bytes(), &whole); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/", "/apis", "/apis/open", "/apis/open/documents/start", "/apis/open/2", "/apis/open/2/operations/get-a", "/apis/open/1", "/apis/open/1/operations/get-a",
	}
	if diff := cmp.Diff(want, paths(whole.Addresses)); diff != "" || whole.XMLName.Space != "http://www.sitemaps.org/schemas/sitemap/0.9" || whole.Addresses[2].Changed == "" {
		t.Errorf("%+v\n%s", whole, diff)
	}
	areaOf[*reference.Pages](t, p.site).SitemapSize = 4
	var index sitemapIndex
	if err := xml.Unmarshal(p.get(t, p.Visitor, "/sitemap.xml").Body.Bytes(), &index); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"/sitemap-1.xml", "/sitemap-2.xml"}, paths(index.Parts)); diff != "" {
		t.Error(diff)
	}
	var got []string
	for _, path := range paths(index.Parts) {
		var part addressSet
		if err := xml.Unmarshal(p.get(t, p.Visitor, path).Body.Bytes(), &part); err != nil {
			t.Fatal(err)
		}
		got = append(got, paths(part.Addresses)...)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, path := range []string{"/sitemap-3.xml", "/sitemap-0.xml", "/sitemap-999999.xml", "/sitemap-9999999.xml", "/sitemap-x.xml", "/sitemap-1.xml.md"} {
		expect(t, p.get(t, p.Visitor, path), http.StatusNotFound)
	}
}

func paths(addresses []mapAddress) []string {
	var found []string
	for _, address := range addresses {
		found = append(found, strings.TrimPrefix(address.Location, "https://portal.example"))
	}
	return found
}

func TestRobots(t *testing.T) {
	for public, want := range map[string]string{
		"false": "User-agent: *\nDisallow: /\n",
		"true": "User-agent: *\nDisallow: /profile\nDisallow: /sign-in\nDisallow: /set-up/\nDisallow: /search\n\n" +
			"Sitemap: https://portal.example/sitemap.xml\n",
	} {
		p := newPortal(t).openMarket(t, public)
		answer := p.get(t, p.Owner, "/robots.txt")
		if answer.Body.String() != want || answer.Header().Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("public: %s: %v\n%s", public, answer.Header(), answer.Body)
		}
	}
}

func TestAPICatalog(t *testing.T) {
	p := newPortal(t).openMarket(t, "true")
	const link = `<https://portal.example/.well-known/api-catalog>; rel="api-catalog"`
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		answer := p.send(p.as(t, p.Visitor, method, address.APICatalog, nil))
		if answer.Code != http.StatusOK || answer.Header().Get("Link") != link || answer.Header().Get("Content-Type") != `application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"` {
			t.Errorf("%s returns %d %v", method, answer.Code, answer.Header())
		}
	}
	if got := p.get(t, p.Visitor, "/").Header().Get("Link"); got != link {
		t.Errorf("the first page links to %q", got)
	}
	var got any
	if err := json.Unmarshal(p.get(t, p.Visitor, address.APICatalog).Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	entry := func(anchor, version string) any {
		page := "https://portal.example/apis/open/" + version
		return map[string]any{
			"anchor": anchor, "service-desc": []any{map[string]any{"href": page + "/openapi"}},
			"service-doc": []any{
				map[string]any{"href": page, "type": "text/html", "title": "Open [data] " + version},
				map[string]any{"href": page + ".md", "type": "text/markdown"},
			},
			"service-meta": []any{map[string]any{"href": "https://portal.example/apis/open.md", "type": "text/markdown"}},
		}
	}
	want := map[string]any{"linkset": []any{entry("https://gateway.example/open/v2", "2"), entry("https://portal.example/apis/open/1", "1")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
