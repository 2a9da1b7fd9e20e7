package catalog_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// shelf has a product for each audience, and drafts.
const shelf = `
products:
  - {slug: public, name: A public one, audience: public, versions: [{name: v1}]}
  - {slug: signed-in, name: B signed in, audience: signed-in, versions: [{name: v1}]}
  - {slug: acme, name: C for Acme, audience: {teams: [Acme]}, versions: [{name: v1}]}
  - {slug: draft, name: D a draft, audience: public, published: false, versions: [{name: v1}]}
  - slug: parcels
    name: E parcels
    documents: docs
    versions:
      - {name: v1, spec: parcels.json, deprecated: true}
      - name: v2
        spec: parcels.json
        environments:
          sandbox: {base_path: /sandbox/parcels, upstream: "https://sandbox.example"}
          production: {base_path: /parcels/v2, upstream: "https://upstream.example"}
      - {name: v3, published: false, spec: parcels.json}
`

const parcels = `{"openapi": "3.1.0", "info": {"title": "Parcels", "version": "1"}, "servers": [{"url": "https://upstream.example"}], "paths": {
	"/first": {"get": {"responses": {"200": {"description": "One."}}}},
	"/second": {"get": {"description": "In the middle.", "responses": {"200": {"description": "Two."}}}},
	"/third": {"get": {"responses": {"200": {"description": "Three."}}}}}}`

func stock(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	stockWith(t, kit, shelf)
}

func stockWith(t *testing.T, kit *testkit.Kit, manifest string) {
	t.Helper()
	files := fstest.MapFS{
		"portico.yaml": {Data: []byte(manifest)}, "parcels.json": {Data: []byte(parcels)},
		"docs/1-start.md": {Data: []byte("# Start\n\nHere.")}, "docs/2-errors.md": {Data: []byte("# Errors\n\nThere.")},
	}
	read, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(findings, err)
	}
	if _, err := kit.Publish.Apply(kit.As(kit.Staff), read); err != nil {
		t.Fatal(err)
	}
}

func TestVisibilityOfProducts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		all := []string{"public", "signed-in", "acme", "draft", "parcels"}
		for _, portal := range []struct {
			public  bool
			visitor string
		}{{false, ""}, {true, "public"}} {
			settings, err := kit.Site.Settings(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			settings.Public = portal.public
			if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
				t.Fatal(err)
			}
			for _, test := range []struct {
				name string
				who  identity.Principal
				sees string
			}{
				{"visitor", kit.Visitor, portal.visitor},
				{"member of Acme", kit.Viewer, "public signed-in acme parcels"},
				{"member of another team", kit.OtherOwner, "public signed-in parcels"},
				{"support", kit.Support, strings.Join(all, " ")},
				{"the product itself", identity.SystemPrincipal("test"), strings.Join(all, " ")},
			} {
				ctx := kit.As(test.who)
				list, err := kit.Catalog.Products(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var listed []string
				for _, summary := range list {
					listed = append(listed, summary.Product.Slug)
				}
				if got := strings.Join(listed, " "); got != test.sees {
					t.Errorf("%s sees %q, want %q (public portal: %v)", test.name, got, test.sees, portal.public)
				}
				for _, slug := range all {
					_, err := kit.Catalog.ProductPage(ctx, slug)
					if may := strings.Contains(" "+test.sees+" ", " "+slug+" "); may != (err == nil) || !may && !fault.Is(err, fault.NotFound) {
						t.Errorf("%s opens %s: %v (public portal: %v)", test.name, slug, err, portal.public)
					}
				}
			}
		}
	})
}

func TestHiddenObjectsHaveNoPages(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	ctx := kit.As(kit.Visitor)
	_, err1 := kit.Catalog.VersionPage(ctx, "parcels", "v2")
	_, err2 := kit.Catalog.OperationPage(ctx, "parcels", "v2", "get-first")
	_, err3 := kit.Catalog.DocumentPage(ctx, "parcels", "start")
	_, err4 := kit.Catalog.DownloadSpec(ctx, "parcels", "v2", "https://gateway.example", none)
	for _, err := range []error{err1, err2, err3, err4} {
		if !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	}
}

func TestUnpublishedVersionsAreForStaff(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	for _, version := range []string{"v3", "v9"} {
		if _, err := kit.Catalog.VersionPage(kit.As(kit.Owner), "parcels", version); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", version, err)
		}
	}
	for name, who := range map[string]identity.Principal{"owner": kit.Owner, "staff": kit.Staff} {
		page, err := kit.Catalog.VersionPage(kit.As(who), "parcels", "")
		if err != nil || page.Version.Name != "v2" {
			t.Errorf("the default version for %s is %q, %v", name, page.Version.Name, err)
		}
		if count := map[string]int{"owner": 2, "staff": 3}[name]; len(page.Versions) != count {
			t.Errorf("%s sees %d versions", name, len(page.Versions))
		}
	}
	if page, err := kit.Catalog.VersionPage(kit.As(kit.Staff), "parcels", "v3"); err != nil || len(page.Operations) != 3 {
		t.Errorf("a draft for staff: %d operations, %v", len(page.Operations), err)
	}
}

func TestNeighboursOfAnOperation(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		list, err := kit.Catalog.VersionPage(kit.As(kit.Owner), "parcels", "v1")
		if err != nil || len(list.Operations) != 3 {
			t.Fatal(len(list.Operations), err)
		}
		for at, operation := range list.Operations {
			for range 2 { // from the store, then from memory
				page, err := kit.Catalog.OperationPage(kit.As(kit.Owner), "parcels", "v1", operation.Slug)
				if err != nil || page.Operation.Path != operation.Path || len(page.Operation.Detail.Responses) != 1 || page.Spec.Title != "Parcels" {
					t.Fatalf("%+v %v", page.Operation, err)
				}
				if (page.Previous == nil) != (at == 0) || at > 0 && page.Previous.Slug != list.Operations[at-1].Slug {
					t.Errorf("before %s: %+v", operation.Slug, page.Previous)
				}
				if (page.Next == nil) != (at == 2) || at < 2 && page.Next.Slug != list.Operations[at+1].Slug {
					t.Errorf("after %s: %+v", operation.Slug, page.Next)
				}
			}
		}
		if _, err := kit.Catalog.OperationPage(kit.As(kit.Owner), "parcels", "v1", "nothing"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
		if _, err := kit.Catalog.OperationPage(kit.As(kit.Owner), "signed-in", "v1", "nothing"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestDownloadHasTheGateway(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	ctx := kit.As(kit.Owner)
	download, err := kit.Catalog.DownloadSpec(ctx, "parcels", "", "https://gateway.example/", none)
	text := string(download.Text)
	if err != nil || download.Format != "json" || !strings.Contains(text, "https://gateway.example/parcels/v2") || strings.Contains(text, "upstream.example") {
		t.Errorf("%+v %v", download, err)
	}
	again, err := kit.Catalog.DownloadSpec(ctx, "parcels", "", "https://gateway.example", func(tag string) bool { return tag == download.Tag })
	if err != nil || again.Text != nil || again.Tag != download.Tag {
		t.Errorf("a text that the client already has: %+v %v", again, err)
	}
	elsewhere, err := kit.Catalog.DownloadSpec(ctx, "parcels", "", "https://other.example", none)
	if err != nil || elsewhere.Tag == download.Tag {
		t.Errorf("another gateway has the same tag: %v", err)
	}
	alone, err := kit.Catalog.DownloadSpec(ctx, "parcels", "v1", "https://gateway.example", none)
	if err != nil || string(alone.Text) != parcels || alone.Tag == download.Tag {
		t.Errorf("a version without endpoints: %+v %v", alone, err)
	}
	shared, err := kit.Catalog.DownloadSpec(ctx, "parcels", "v1", "https://gateway.example", none)
	if err != nil || &shared.Text[0] != &alone.Text[0] {
		t.Errorf("two downloads of a version without endpoints do not share the text: %v", err)
	}
}

func none(string) bool { return false }

func TestDocumentPage(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	page, err := kit.Catalog.DocumentPage(kit.As(kit.Owner), "parcels", "errors")
	if err != nil || page.Document.Title != "Errors" || page.Document.Markdown != "There." || len(page.Documents) != 2 || page.Product.Slug != "parcels" {
		t.Errorf("%+v %v", page, err)
	}
	if _, err := kit.Catalog.DocumentPage(kit.As(kit.Owner), "parcels", "nothing"); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}
