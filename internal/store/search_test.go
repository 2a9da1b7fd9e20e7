package store_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// searched returns a description whose operations are found by each of their parts.
func searched(digest string) openapi.Spec {
	spec := openapi.Spec{Digest: digest, Format: openapi.JSON, OpenAPI: "3.1.0", Title: "Boxes", Text: []byte("text")}
	spec.Operations = []openapi.Operation{
		{
			Method: "GET", Path: "/depots/{depotId}/opening-hours", OperationID: "readOpeningHours", Slug: "read-opening-hours",
			Summary: "When a depot is open", Tags: []string{"Logistics"},
			Detail: openapi.OperationDetail{Parameters: []openapi.Parameter{{Name: "depotId", In: "path"}, {Name: "at_moment", In: "query"}}},
		},
		{Ordinal: 1, Method: "POST", Path: "/depots", OperationID: "createDepot", Slug: "create-depot", Summary: "Añadir un depósito"},
		{Ordinal: 2, Method: "DELETE", Path: "/荷物/{番号}", Slug: "delete", Summary: "Straße"},
	}
	return spec
}

// shelf is a product with a version and a page to search for.
type shelf struct {
	store    *store.Catalog
	product  catalog.Product
	version  catalog.Version
	document catalog.Document
	team     identity.TeamID
}

func newShelf(t *testing.T, kit *testkit.Kit) *shelf {
	t.Helper()
	shelf := &shelf{store: kit.DB.Catalog(), version: someVersion(t, kit, "d1"), team: kit.Acme.ID}
	shelf.product = shelf.load(t)
	shelf.document = catalog.Document{
		ID: id.New[catalog.DocumentID](kit.Clock.Now()), Product: shelf.product.ID, Slug: "paging", Title: "Turning pages",
		Markdown: "Lists come in **parts**, as `nextToken` says.", CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
	if err := shelf.store.SaveDocument(t.Context(), shelf.document); err != nil {
		t.Fatal(err)
	}
	if err := shelf.store.StageSpec(t.Context(), searched("d1"), nil); err != nil {
		t.Fatal(err)
	}
	return shelf
}

func (s *shelf) load(t *testing.T) catalog.Product {
	t.Helper()
	product, err := s.store.Product(t.Context(), s.version.Product)
	if err != nil {
		t.Fatal(err)
	}
	return product
}

func (s *shelf) scope(words ...string) catalog.SearchScope {
	return catalog.SearchScope{Words: words, Kinds: catalog.SearchKinds(), Visibility: catalog.Visibility{Team: s.team}}
}

// find returns the kinds and URL names of the results in a scope.
func (s *shelf) find(t *testing.T, scope catalog.SearchScope) []string {
	t.Helper()
	found, err := s.store.Search(t.Context(), scope)
	if err != nil {
		t.Errorf("%q: %v", scope.Words, err)
	}
	if len(found.Items) != found.Total && scope.Page == (page.Request{}) {
		t.Errorf("%q: %d results are counted as %d", scope.Words, len(found.Items), found.Total)
	}
	named := []string{}
	for _, result := range found.Items {
		name := map[catalog.SearchKind]string{
			catalog.ProductFound: result.Product.Slug, catalog.VersionFound: result.Version.Name,
			catalog.DocumentFound: result.Document.Slug, catalog.OperationFound: result.Operation.Slug,
		}[result.Kind]
		named = append(named, string(result.Kind)+" "+name)
	}
	return named
}

func TestSearchFindsByEveryPart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		const product, version, paging = "product parcels", "version v1", "document paging"
		const hours, create, drop = "operation read-opening-hours", "operation create-depot", "operation delete"
		for _, asked := range []struct {
			words []string
			want  []string
		}{
			{[]string{"parcels"}, []string{product, version}},
			{[]string{"parc"}, []string{product, version}},
			{[]string{"v1"}, []string{version}},
			{[]string{"boxes"}, []string{product}},                      // the product's description
			{[]string{"depots"}, []string{hours, create}},               // a segment of the path
			{[]string{"depot"}, []string{hours, create}},                // the beginning of a segment
			{[]string{"opening"}, []string{hours}},                      // a part of the operation's id
			{[]string{"readopeninghours"}, []string{hours}},             // the whole id
			{[]string{"openinghours"}, []string{hours}},                 // a segment without its hyphen
			{[]string{"logistics"}, []string{hours}},                    // a tag
			{[]string{"moment"}, []string{hours}},                       // a parameter
			{[]string{"atmoment"}, []string{hours}},                     //
			{[]string{"delete"}, []string{drop}},                        // a method
			{[]string{"anadir", "deposito"}, []string{create}},          // without the accents
			{[]string{"strasse"}, []string{drop}},                       //
			{[]string{"物"}, []string{drop}},                             // one character in the middle
			{[]string{"turning"}, []string{paging}},                     // the title of a page
			{[]string{"token"}, []string{paging}},                       // the text of a page
			{[]string{"lists", "nexttok"}, []string{paging}},            //
			{[]string{"depot", "logis"}, []string{hours}},               // all words
			{[]string{"depot", "parcels"}, []string{}},                  //
			{[]string{"epots"}, []string{}},                             // not within a word
			{[]string{"p"}, []string{product, paging, version, create}}, // in names, in terms, in a method
			{[]string{"d"}, []string{hours, create, drop}},              //
			{[]string{"a"}, []string{hours, create, paging}},            // a word, a beginning, the text    //
			{[]string{strings.Repeat("x", 40)}, []string{}},             //
			{[]string{"or", "not", "near", "and"}, []string{}},          //
			{slices.Repeat([]string{"depot"}, 10), []string{hours, create}},
		} {
			if diff := cmp.Diff(asked.want, shelf.find(t, shelf.scope(asked.words...))); diff != "" {
				t.Errorf("%q: %s", asked.words, diff)
			}
		}
	})
}

func TestSearchResults(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		found, err := shelf.store.Search(t.Context(), shelf.scope("opening"))
		product := catalog.Product{
			ID: shelf.product.ID, Slug: "parcels", Name: "parcels", Description: "Boxes", Audience: catalog.Teams, Published: true,
		}
		want := []catalog.SearchResult{{
			Kind: catalog.OperationFound, Product: product, Version: catalog.Version{ID: shelf.version.ID, Name: "v1", Published: true},
			Operation: openapi.Operation{
				Method: "GET", Path: "/depots/{depotId}/opening-hours", OperationID: "readOpeningHours", Slug: "read-opening-hours",
				Summary: "When a depot is open",
			},
		}}
		if diff := cmp.Diff(want, found.Items); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		found, err = shelf.store.Search(t.Context(), shelf.scope("turning"))
		want = []catalog.SearchResult{{Kind: catalog.DocumentFound, Product: product, Document: catalog.Document{
			ID: shelf.document.ID, Slug: "paging", Title: "Turning pages", Markdown: shelf.document.Markdown,
		}}}
		if diff := cmp.Diff(want, found.Items); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

// TestSearchAfterChanges searches after each of several changes.
func TestSearchAfterChanges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		expect := func(when, word string, want ...string) {
			t.Helper()
			if got := shelf.find(t, shelf.scope(word)); !slices.Equal(got, want) {
				t.Errorf("%s, %q finds %q, want %q", when, word, got, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		shelf.product.Name = "Freight"
		must(shelf.store.SaveProduct(t.Context(), shelf.product))
		expect("renamed", "freight", "product parcels", "version v1")
		shelf.document.Markdown, shelf.document.Title = "Cursors.", "Cursors"
		must(shelf.store.SaveDocument(t.Context(), shelf.document))
		expect("rewritten", "token")
		expect("rewritten", "cursors", "document paging")
		must(shelf.store.DeleteDocument(t.Context(), shelf.document.ID))
		expect("the page removed", "cursors")
		again := shelf.version
		again.ID, again.Name, again.Position, again.Endpoints = id.New[catalog.VersionID](kit.Clock.Now()), "v2", 1, nil
		must(shelf.store.SaveVersion(t.Context(), again))
		expect("the same description in two versions", "createdepot", "operation create-depot", "operation create-depot")
		shelf.version.Name = "first"
		must(shelf.store.SaveVersion(t.Context(), shelf.version))
		expect("the version renamed", "v1")
		expect("the version renamed", "first", "version first")
		shelf.version.DeletedAt = kit.Clock.Now()
		must(shelf.store.SaveVersion(t.Context(), shelf.version))
		expect("the version removed", "first")
		expect("the version removed", "createdepot", "operation create-depot")
		shelf.product.DeletedAt = kit.Clock.Now()
		must(shelf.store.SaveProduct(t.Context(), shelf.product))
		for _, word := range []string{"freight", "v2", "createdepot"} {
			expect("the product removed", word)
		}
		again.DeletedAt = kit.Clock.Now()
		must(shelf.store.SaveVersion(t.Context(), again))
		kit.Clock.Advance(2 * time.Hour)
		must(shelf.store.DropUnusedSpecs(t.Context(), kit.Clock.Now()))
		if left := kit.Rows(t, "search_entry"); left != 0 {
			t.Errorf("%d entries are left", left)
		}
		if left := kit.Rows(t, "search_index"); left != 0 {
			t.Errorf("%d entries of the index are left", left)
		}
	})
}

func TestSearchCountsVisibleObjects(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		hidden, unpublished := someProduct(kit, "parcels-of-others"), someProduct(kit, "parcels-to-come")
		hidden.Teams, unpublished.Published = []catalog.TeamRights{{Team: kit.Globex.ID, Documentation: true}}, false
		draft := shelf.version
		draft.ID, draft.Name, draft.Published, draft.Endpoints = id.New[catalog.VersionID](kit.Clock.Now()), "v2", false, nil
		foreign := draft
		foreign.ID, foreign.Product, foreign.Published = id.New[catalog.VersionID](kit.Clock.Now()), hidden.ID, true
		page := shelf.document
		page.ID, page.Product = id.New[catalog.DocumentID](kit.Clock.Now()), hidden.ID
		unread, unreadPage := someProduct(kit, "unread"), page
		unread.Teams, unreadPage.ID, unreadPage.Product = []catalog.TeamRights{{Team: kit.Acme.ID}}, id.New[catalog.DocumentID](kit.Clock.Now()), unread.ID
		for _, err := range []error{
			shelf.store.SaveProduct(t.Context(), unread), shelf.store.SaveDocument(t.Context(), unreadPage),
			shelf.store.SaveProduct(t.Context(), hidden), shelf.store.SaveProduct(t.Context(), unpublished), shelf.store.SaveVersion(t.Context(), draft),
			shelf.store.SaveVersion(t.Context(), foreign), shelf.store.SaveDocument(t.Context(), page),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for word, want := range map[string][]string{
			"parcels": {"product parcels", "version v1"}, "v2": {}, "createdepot": {"operation create-depot"}, "turning": {"document paging"},
			"unread": {"product unread"}, // but none of its pages
		} {
			if got := shelf.find(t, shelf.scope(word)); !slices.Equal(got, want) {
				t.Errorf("%q finds %q, want %q", word, got, want)
			}
		}
		for name, look := range map[string]struct {
			visibility catalog.Visibility
			want       []string
		}{
			"nobody":       {catalog.Visibility{}, []string{}},
			"the public":   {catalog.Visibility{Audiences: []catalog.Audience{catalog.Public, catalog.SignedIn}}, []string{}},
			"another team": {catalog.Visibility{Team: kit.Globex.ID}, []string{"product parcels-of-others", "version v2"}},
			"staff": {catalog.Visibility{Everything: true}, []string{
				"product parcels", "product parcels-of-others", "product parcels-to-come", "version v1", "version v2", "version v2",
			}},
		} {
			scope := shelf.scope("parcels")
			scope.Visibility = look.visibility
			if got := shelf.find(t, scope); !slices.Equal(got, look.want) {
				t.Errorf("%s finds %q, want %q", name, got, look.want)
			}
		}
		some := shelf.scope("p")
		some.Kinds = []catalog.SearchKind{catalog.DocumentFound}
		if got := shelf.find(t, some); !slices.Equal(got, []string{"document paging"}) {
			t.Errorf("only documents: %q", got)
		}
	})
}

func TestPagesOfSearchResults(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		if err := shelf.store.StageSpec(t.Context(), manyOperations("d2", 200), nil); err != nil {
			t.Fatal(err)
		}
		shelf.version.Spec = "d2"
		if err := shelf.store.SaveVersion(t.Context(), shelf.version); err != nil {
			t.Fatal(err)
		}
		var slugs []string
		for number := 1; number <= 5; number++ {
			scope := shelf.scope("get")
			scope.Page = page.Request{Number: number, Size: 50}
			found, err := shelf.store.Search(t.Context(), scope)
			if err != nil || found.Total != 200 {
				t.Fatalf("page %d: %d in all, %v", number, found.Total, err)
			}
			for _, result := range found.Items {
				slugs = append(slugs, result.Operation.Slug)
			}
		}
		for at, slug := range slugs {
			if want := fmt.Sprintf("get-%d", at); slug != want {
				t.Fatalf("%s is where %s should be", slug, want)
			}
		}
		if len(slugs) != 200 {
			t.Errorf("%d operations on all pages", len(slugs))
		}
	})
}

// TestIndexingOlderObjects removes the index, as in a database of a program without search.
func TestIndexingOlderObjects(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		if _, err := kit.DB.Writer(t.Context()).ExecContext(context.Background(), "DELETE FROM search_entry"); err != nil {
			t.Fatal(err)
		}
		if got := shelf.find(t, shelf.scope("p")); len(got) > 0 {
			t.Fatalf("%q is found without an index", got)
		}
		kit.Another(t)
		if got := shelf.find(t, shelf.scope("p")); !slices.Equal(got, []string{"product parcels", "document paging", "version v1"}) {
			t.Errorf("after the next start: %q", got)
		}
		if _, err := kit.DB.Writer(t.Context()).ExecContext(t.Context(), "UPDATE spec SET reader = 1"); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(time.Second)
		if err := shelf.store.StageSpec(t.Context(), searched("d1"), nil); err != nil {
			t.Fatal(err)
		}
		if got := shelf.find(t, shelf.scope("createdepot")); !slices.Equal(got, []string{"operation create-depot"}) {
			t.Errorf("after the next apply: %q", got)
		}
	})
}

func TestSearchAfterRestore(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		shelf := newShelf(t, kit)
		var chunks []store.Chunk
		err := kit.DB.Dump(t.Context(), func(chunk store.Chunk) error {
			if strings.HasPrefix(chunk.Table, "search_index") {
				t.Errorf("the backup contains %s", chunk.Table)
			}
			chunks = append(chunks, chunk)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, url := range map[string]string{"sqlite": testkit.EmptySQLite(t), "postgres": testkit.EmptyPostgres(t)} {
			db, err := store.Open(t.Context(), config(url))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			left := chunks
			err = db.Load(t.Context(), func() (store.Chunk, bool, error) {
				if len(left) == 0 {
					return store.Chunk{}, false, nil
				}
				chunk := left[0]
				left = left[1:]
				return chunk, true, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			restored := *shelf
			restored.store = db.Catalog()
			if got := restored.find(t, shelf.scope("depot")); len(got) != 2 {
				t.Errorf("in %s: %q", name, got)
			}
			if err := restored.store.SaveProduct(t.Context(), someProduct(kit, "next")); err != nil {
				t.Errorf("in %s, the next product: %v", name, err)
			}
		}
	})
}
