package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/net/html"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/web/address"
)

// The maximum sizes of a very large description's pages in bytes.
const (
	largestPage  = 150 << 10
	largestIndex = 450 << 10
)

// githubDocument reads GitHub's description of its REST API.
func githubDocument(t *testing.T) []byte {
	t.Helper()
	name := os.Getenv("PORTICO_GITHUB_DOCUMENT")
	if name == "" {
		name = filepath.Join("..", "..", ".cache", "github", "api.github.com.json")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("%v\nGitHub's description is fetched once: run `make setup`, or point PORTICO_GITHUB_DOCUMENT at a copy of api.github.com.json.", err)
	}
	return text
}

// described publishes a description and returns its version page.
func (p *portal) described(t *testing.T, spec []byte) catalog.VersionPage {
	t.Helper()
	p.publish(t, fstest.MapFS{
		"portico.yaml": {Data: []byte("products:\n  - {slug: described, name: Described, versions: [{name: '1', spec: spec.json}]}\n")},
		"spec.json":    {Data: spec},
	})
	page, err := p.Catalog.VersionPage(p.As(p.Owner), "described", "1")
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// referencePages returns the path of each page of the version's reference.
func referencePages(page catalog.VersionPage) []string {
	paths := []string{address.Version(page.Product.Slug, page.Version.Name), address.Schemas(page.Product.Slug, page.Version.Name)}
	for _, operation := range page.Operations {
		paths = append(paths, address.Operation(page.Product.Slug, page.Version.Name, operation.Slug))
	}
	for _, schema := range page.Spec.Schemas {
		paths = append(paths, address.Schema(page.Product.Slug, page.Version.Name, schema.Slug))
	}
	return paths
}

// linksWithin returns the links of a page to paths below the version, without queries and fragments.
func linksWithin(page, version string) []string {
	var links []string
	tokens := html.NewTokenizer(strings.NewReader(page))
	for kind := tokens.Next(); kind != html.ErrorToken; kind = tokens.Next() {
		for _, attribute := range tokens.Token().Attr {
			path, _, _ := strings.Cut(attribute.Val, "?")
			if attribute.Key == "href" && strings.HasPrefix(path, version+"/") {
				links = append(links, path)
			}
		}
	}
	return links
}

// TestEveryPageOfGitHubsReference loads every operation and every schema, and follows their links.
func TestEveryPageOfGitHubsReference(t *testing.T) {
	p := newPortal(t)
	page := p.described(t, githubDocument(t))
	paths := referencePages(page)
	if len(page.Operations) < 1_200 || len(page.Spec.Schemas) < 900 {
		t.Fatalf("%d operations, %d schemas", len(page.Operations), len(page.Spec.Schemas))
	}
	known := map[string]bool{address.Version(page.Product.Slug, page.Version.Name) + "/openapi": true}
	for _, path := range paths {
		known[path] = true
	}
	large, examples := 0, 0
	for i, path := range paths {
		answer := p.get(t, p.Owner, path)
		if answer.Code != http.StatusOK {
			t.Errorf("%s returns %d", path, answer.Code)
		}
		if limit := map[bool]int{true: largestIndex, false: largestPage}[i < 2]; answer.Body.Len() > limit {
			t.Logf("%s has %d bytes", path, answer.Body.Len())
			large++
		}
		if found := activeMarkup(answer.Body.String()); found != "" {
			t.Errorf("%s contains %s", path, found)
		}
		for _, link := range linksWithin(answer.Body.String(), address.Version(page.Product.Slug, page.Version.Name)) {
			if known[link] {
				continue
			}
			known[link] = true
			examples++
			if answer := p.get(t, p.Owner, link); answer.Code != http.StatusOK {
				t.Errorf("%s links to %s, which returns %d", path, link, answer.Code)
			}
		}
	}
	if large > 0 || examples < 10 {
		t.Errorf("%d pages are too large, %d long examples", large, examples)
	}
}

func TestReferenceIsCompressed(t *testing.T) {
	p := newPortal(t).stocked(t)
	request := p.as(t, p.Owner, http.MethodGet, "/apis/parcels/2", nil)
	request.Header.Set("Accept-Encoding", "gzip")
	answer := p.send(request)
	if answer.Header().Get("Content-Encoding") != "gzip" || !slices.Contains(answer.Header().Values("Vary"), "Accept-Encoding") {
		t.Fatalf("the headers are %v", answer.Header())
	}
	unpacked, err := gzip.NewReader(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if plain := p.get(t, p.Owner, "/apis/parcels/2"); err != nil || !bytes.Equal(text, plain.Body.Bytes()) {
		t.Errorf("compressed, it has %d bytes of %d, %v", len(text), plain.Body.Len(), err)
	}
}

// TestPagesWithSecretsAreNotCompressed checks that the length of a response cannot reveal a secret in it.
func TestPagesWithSecretsAreNotCompressed(t *testing.T) {
	p := newPortal(t).stocked(t)
	for _, asked := range [][2]string{
		{http.MethodGet, "/profile"}, {http.MethodGet, "/profile/password"}, {http.MethodGet, "/set-up/none"}, {http.MethodGet, "/sign-in"},
		{http.MethodPost, "/profile/credentials/" + p.primary.Credential.ID.Hex() + "/reveal"}, {http.MethodPost, "/apis/parcels/2"},
	} {
		request := p.as(t, p.Owner, asked[0], asked[1], nil)
		request.Header.Set("Accept-Encoding", "gzip")
		if answer := p.send(request); answer.Header().Get("Content-Encoding") != "" {
			t.Errorf("%s %s is compressed", asked[0], asked[1])
		}
	}
}

func TestBrowsersMayLoadTheNextPageOfTheReferenceEarly(t *testing.T) {
	p := newPortal(t)
	rules := p.get(t, p.Visitor, address.Prefetch)
	expect(t, rules, http.StatusOK, `"href_matches":"/apis/*"`)
	if got := rules.Header().Get("Content-Type"); got != "application/speculationrules+json" {
		t.Errorf("the rules have the type %q, which browsers ignore", got)
	}
	for path, want := range map[string]string{"/apis/none": `"` + address.Prefetch + `"`, "/": "", "/profile": ""} {
		if got := p.get(t, p.Visitor, path).Header().Get("Speculation-Rules"); got != want {
			t.Errorf("%s names the rules %q, want %q", path, got, want)
		}
	}
}
