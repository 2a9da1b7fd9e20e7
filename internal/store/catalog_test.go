package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

func someProduct(kit *testkit.Kit, slug string) catalog.Product {
	return catalog.Product{
		ID: id.New[catalog.ProductID](kit.Clock.Now()), Slug: slug, Name: slug, Description: "Boxes", Audience: catalog.Teams,
		Teams: []catalog.TeamRights{{Team: kit.Acme.ID, Register: true, Documentation: true}}, Published: true, ManagedBy: catalog.Files, File: "portico.yaml",
		CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
}

// someVersion saves a product with one version that has this description.
func someVersion(t *testing.T, kit *testkit.Kit, spec string) catalog.Version {
	t.Helper()
	product := someProduct(kit, "parcels")
	version := catalog.Version{
		ID: id.New[catalog.VersionID](kit.Clock.Now()), Product: product.ID, Name: "v1", Published: true, Spec: spec,
		Endpoints: []catalog.Endpoint{
			{Environment: "sandbox", BasePath: "/sandbox/parcels", Upstream: "builtin:parcels", Refusals: "apim"},
			{
				Environment: "production", BasePath: "/parcels", Upstream: "https://parcels.example", Refusals: "kong",
				Timeout: time.Minute, MaxBody: 1 << 20, CORSUpstream: true,
			},
		},
		File: "parcels.yaml", CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
	if err := kit.DB.Catalog().SaveProduct(t.Context(), product); err != nil {
		t.Fatal(err)
	}
	if err := kit.DB.Catalog().SaveVersion(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return version
}

func TestProductRoundTrip(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		store, product := kit.DB.Catalog(), someProduct(kit, "parcels")
		for range 2 { // inserts, then replaces
			product.Name += "!"
			if err := store.SaveProduct(t.Context(), product); err != nil {
				t.Fatal(err)
			}
			if loaded, err := store.ProductBySlug(t.Context(), "parcels"); err != nil || !cmp.Equal(loaded, product) {
				t.Errorf("by slug: %v\n%s", err, cmp.Diff(product, loaded))
			}
		}
		if err := store.SaveProduct(t.Context(), someProduct(kit, "parcels")); !fault.Is(err, fault.Conflict) {
			t.Errorf("a duplicate slug: %v", err)
		}
		product.DeletedAt = testkit.Start
		if err := store.SaveProduct(t.Context(), product); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Product(t.Context(), product.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a tombstone is found: %v", err)
		}
		if err := store.SaveProduct(t.Context(), someProduct(kit, "parcels")); err != nil {
			t.Errorf("a tombstone keeps the slug: %v", err)
		}
	})
}

func TestVersionRoundTrip(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		store, version := kit.DB.Catalog(), someVersion(t, kit, "d1")
		loaded, err := store.Versions(t.Context(), version.Product)
		if diff := cmp.Diff([]catalog.Version{version}, loaded); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
		newer := version
		newer.ID, newer.Name, newer.Position = id.New[catalog.VersionID](kit.Clock.Now()), "v2", 1
		if err := store.SaveVersion(t.Context(), newer); !fault.Is(err, fault.Conflict) || fault.From(err).Code != "base_path_taken" {
			t.Errorf("a duplicate base path: %v", err)
		}
		newer.Endpoints = nil
		if err := store.SaveVersion(t.Context(), newer); err != nil {
			t.Fatal(err)
		}
		if loaded, err := store.Versions(t.Context()); err != nil || len(loaded) != 2 || loaded[0].Name != "v2" {
			t.Errorf("newest first: %v %v", loaded, err)
		}
		version.DeletedAt = testkit.Start
		if err := store.SaveVersion(t.Context(), version); err != nil {
			t.Fatal(err)
		}
		newer.Endpoints = version.Endpoints
		if err := store.SaveVersion(t.Context(), newer); err != nil {
			t.Errorf("a tombstone keeps its base paths: %v", err)
		}
	})
}

// TestAudiencesAreLoadedInPart checks that loads with a team skip the other teams of an audience.
func TestAudiencesAreLoadedInPart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		store, product := kit.DB.Catalog(), someProduct(kit, "parcels")
		product.Audience = catalog.Teams
		acme, globex := catalog.TeamRights{Team: kit.Acme.ID, Register: true}, catalog.TeamRights{Team: kit.Globex.ID, Documentation: true}
		product.Teams = []catalog.TeamRights{globex, acme}
		if err := store.SaveProduct(t.Context(), product); err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			of   []identity.TeamID
			want []catalog.TeamRights
		}{
			{nil, product.Teams}, {[]identity.TeamID{kit.Acme.ID}, []catalog.TeamRights{acme}}, {[]identity.TeamID{{}}, nil},
			{[]identity.TeamID{kit.Globex.ID, kit.Acme.ID}, product.Teams},
		} {
			byID, err1 := store.Product(t.Context(), product.ID, row.of...)
			bySlug, err2 := store.ProductBySlug(t.Context(), product.Slug, row.of...)
			all, err3 := store.Products(t.Context(), row.of...)
			if err := errors.Join(err1, err2, err3); err != nil {
				t.Fatal(err)
			}
			for _, loaded := range append(all, byID, bySlug) {
				if !slices.Equal(loaded.Teams, row.want) {
					t.Errorf("of %v: %v, want %v", row.of, loaded.Teams, row.want)
				}
			}
		}
	})
}

func TestDocumentsComeInReadingOrder(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		store, product := kit.DB.Catalog(), someVersion(t, kit, "").Product
		page := func(slug string, parent catalog.DocumentID, position int) catalog.Document {
			document := catalog.Document{
				ID: id.New[catalog.DocumentID](kit.Clock.Now()), Product: product, Parent: parent, Position: position,
				Slug: slug, Title: slug, Markdown: "# " + slug, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
			}
			if err := store.SaveDocument(t.Context(), document); err != nil {
				t.Fatal(err)
			}
			return document
		}
		last := page("limits", catalog.DocumentID{}, 2)
		guides := page("guides", catalog.DocumentID{}, 1)
		second := page("paging", guides.ID, 2)
		first := page("errors", guides.ID, 1)
		loaded, err := store.Documents(t.Context(), product)
		if diff := cmp.Diff([]catalog.Document{guides, first, second, last}, loaded); err != nil || diff != "" {
			t.Fatalf("%v\n%s", err, diff)
		}
		outlined := []catalog.Document{guides, first, second, last}
		for i := range outlined {
			outlined[i].Markdown = ""
		}
		if loaded, err := store.DocumentOutlines(t.Context(), product); err != nil || !cmp.Equal(loaded, outlined) {
			t.Errorf("without texts: %v %v", loaded, err)
		}
		if loaded, err := store.DocumentOutlines(t.Context(), catalog.ProductID{1}); err != nil || len(loaded) != 0 {
			t.Errorf("for no products: %v %v", loaded, err)
		}
		for _, named := range []string{first.Slug, first.ID.Hex(), first.ID.UUID(), strings.ToUpper(first.ID.UUID())} {
			if loaded, err := store.Document(t.Context(), product, named); err != nil || !cmp.Equal(loaded, first) {
				t.Errorf("%s: %v %v", named, loaded, err)
			}
			if _, err := store.Document(t.Context(), catalog.ProductID{1}, named); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s of another product: %v", named, err)
			}
		}
		if _, err := store.Document(t.Context(), product, "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown page: %v", err)
		}
		if err := store.DeleteDocument(t.Context(), last.ID); err != nil {
			t.Fatal(err)
		}
		if loaded, err := store.Documents(t.Context(), product); err != nil || len(loaded) != 3 {
			t.Fatalf("%d pages, %v", len(loaded), err)
		}
	})
}
