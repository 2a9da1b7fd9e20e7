package catalog_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
)

func openToThePublic(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	settings, err := kit.Site.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settings.Public = true
	if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
		t.Fatal(err)
	}
}

func TestContentsAreVisible(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		contentsOf := func(who identity.Principal) string {
			contents, err := kit.Catalog.Contents(kit.As(who))
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for _, entry := range contents {
				line := entry.Product.Slug
				for _, version := range entry.Versions {
					line += " " + version.Name
				}
				for _, document := range entry.Documents {
					line += " " + document.Title + document.Markdown
				}
				lines = append(lines, line)
			}
			return strings.Join(lines, ", ")
		}
		const signedIn = "public v1, signed-in v1, parcels v2 v1 Start Errors"
		const acme = "public v1, signed-in v1, acme v1, parcels v2 v1 Start Errors"
		for _, test := range []struct {
			name, want string
			who        identity.Principal
		}{
			{"visitor of a private portal", "", kit.Visitor},
			{"member of Acme", acme, kit.Viewer},
			{"member of another team", signedIn, kit.OtherOwner},
			{"staff, without drafts", acme, kit.Staff},
		} {
			if diff := cmp.Diff(test.want, contentsOf(test.who)); diff != "" {
				t.Errorf("%s: %s", test.name, diff)
			}
		}
		openToThePublic(t, kit)
		if diff := cmp.Diff("public v1", contentsOf(kit.Visitor)); diff != "" {
			t.Errorf("visitor of a public portal: %s", diff)
		}
	})
}

// library is public, so that its pages are in the sitemap.
const library = `
products:
  - {slug: hidden, name: A hidden one, audience: signed-in, versions: [{name: v1, spec: parcels.json}]}
  - slug: open
    name: B open
    audience: public
    documents: docs
    versions: [{name: v1, spec: parcels.json}, {name: v2, spec: parcels.json}, {name: v3, published: false, spec: parcels.json}]
`

func TestPartsOfPublicPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stockWith(t, kit, library)
		if found, err := kit.Catalog.PublicPages(kit.As(kit.Staff), 1, 100); err != nil || found.Total != 0 || len(found.Pages) != 0 {
			t.Errorf("a private portal has the public pages %+v, %v", found, err)
		}
		openToThePublic(t, kit)
		want := []string{
			"open", "open start", "open errors",
			"open v2", "open v2 get-first", "open v2 get-second", "open v2 get-third",
			"open v1", "open v1 get-first", "open v1 get-second", "open v1 get-third",
		}
		for _, who := range []identity.Principal{kit.Visitor, kit.Staff} {
			for _, size := range []int{1, 2, 3, 4, 5, 10, 11, 12, 100} {
				var got []string
				for part := 1; (part-1)*size < len(want); part++ {
					found, err := kit.Catalog.PublicPages(kit.As(who), part, size)
					if err != nil || found.Total != len(want) || len(found.Pages) > size {
						t.Fatalf("part %d of %d: %d of %d pages, %v", part, size, len(found.Pages), found.Total, err)
					}
					for _, page := range found.Pages {
						got = append(got, nameOf(page))
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("parts of %d: %s", size, diff)
				}
			}
		}
		if found, err := kit.Catalog.PublicPages(kit.As(kit.Visitor), 999_999, 20_000); err != nil || len(found.Pages) != 0 {
			t.Errorf("beyond the end: %+v %v", found, err)
		}
	})
}

func nameOf(page catalog.PublicPage) string {
	switch {
	case page.Operation != nil:
		return page.Product.Slug + " " + page.Version.Name + " " + page.Operation.Slug
	case page.Version != nil:
		return page.Product.Slug + " " + page.Version.Name
	case page.Document != nil:
		return page.Product.Slug + " " + page.Document.Slug
	}
	return page.Product.Slug
}
