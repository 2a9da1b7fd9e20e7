package catalog_test

import (
	"fmt"
	"testing"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

func TestRightsOfAProduct(t *testing.T) {
	acme, globex := identity.TeamID{1}, identity.TeamID{2}
	member := identity.Principal{Account: identity.AccountID{1}, Team: acme, Role: identity.Member}
	viewer := identity.Principal{Account: identity.AccountID{1}, Team: acme, Role: identity.Viewer}
	nowhere := identity.Principal{Account: identity.AccountID{1}}
	support := identity.Principal{Account: identity.AccountID{1}, Staff: identity.StaffSupport}
	colleague := identity.Principal{Account: identity.AccountID{1}, Team: acme, Role: identity.Owner, Staff: identity.StaffAdmin}
	narrow := func(teams ...catalog.TeamRights) catalog.Product {
		return catalog.Product{Audience: catalog.Teams, Teams: teams, Published: true}
	}
	for name, row := range map[string]struct {
		product catalog.Product
		who     identity.Principal
		public  bool
		want    string
	}{
		"everybody signed in":           {catalog.Product{Audience: catalog.SignedIn, Published: true}, member, false, "{true true true}"},
		"who acts in no team":           {catalog.Product{Audience: catalog.SignedIn, Published: true}, nowhere, false, "{true false true}"},
		"who only looks at the team":    {catalog.Product{Audience: catalog.SignedIn, Published: true}, viewer, false, "{true false true}"},
		"staff without a team":          {catalog.Product{Audience: catalog.SignedIn, Published: true}, support, false, "{true false true}"},
		"staff of another team":         {narrow(catalog.TeamRights{Team: globex, Register: true}), colleague, false, "{true false true}"},
		"staff whose team may register": {narrow(catalog.TeamRights{Team: acme, Register: true}), colleague, false, "{true true true}"},
		"a draft":                       {catalog.Product{Audience: catalog.Public}, member, true, "{false false false}"},
		"a draft, for staff":            {catalog.Product{Audience: catalog.Teams}, support, false, "{true false true}"},
		"a visitor":                     {catalog.Product{Audience: catalog.Public, Published: true}, identity.Principal{}, true, "{true true true}"},
		"a visitor of a private portal": {catalog.Product{Audience: catalog.Public, Published: true}, identity.Principal{}, false, "{false false false}"},
		"all rights":                    {narrow(catalog.TeamRights{Team: acme, Register: true, Documentation: true}), member, false, "{true true true}"},
		"looking":                       {narrow(catalog.TeamRights{Team: acme}), member, false, "{true false false}"},
		"registering":                   {narrow(catalog.TeamRights{Team: acme, Register: true}), member, false, "{true true false}"},
		"another team's":                {narrow(catalog.TeamRights{Team: globex, Register: true, Documentation: true}), member, false, "{false false false}"},
		"a person without a team":       {narrow(catalog.TeamRights{Register: true, Documentation: true}), nowhere, false, "{false false false}"},
		"an unknown audience":           {catalog.Product{Audience: "x", Published: true}, member, false, "{false false false}"},
	} {
		if got := fmt.Sprint(row.product.Rights(row.who, row.public)); got != row.want {
			t.Errorf("%s: %s, want %s", name, got, row.want)
		}
	}
}

// TestDocumentsAreHidden checks that documents appear nowhere without the right to read them.
func TestDocumentsAreHidden(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		product, err := kit.DB.Catalog().ProductBySlug(t.Context(), "parcels")
		if err != nil {
			t.Fatal(err)
		}
		product.Audience = catalog.Teams
		product.Teams = []catalog.TeamRights{{Team: kit.Globex.ID, Register: true}, {Team: kit.Acme.ID, Documentation: true}}
		if err := kit.DB.Catalog().SaveProduct(t.Context(), product); err != nil {
			t.Fatal(err)
		}
		for name, row := range map[string]struct {
			who   identity.Principal
			reads int
		}{"who may": {kit.Viewer, 2}, "who may not": {kit.OtherOwner, 0}, "staff": {kit.Support, 2}} {
			ctx := kit.As(row.who)
			shown, err := kit.Catalog.ProductPage(ctx, "parcels")
			if err != nil {
				t.Fatal(err)
			}
			_, pageErr := kit.Catalog.DocumentPage(ctx, "parcels", "start")
			contents, err := kit.Catalog.Contents(ctx)
			if err != nil {
				t.Fatal(err)
			}
			listed := 0
			for _, entry := range contents {
				listed += len(entry.Documents)
			}
			found, err := kit.Catalog.Search(ctx, catalog.SearchQuery{Text: "here"})
			if err != nil {
				t.Fatal(err)
			}
			edition, err := kit.Catalog.Edition(ctx, product.ID)
			if err != nil {
				t.Fatal(err)
			}
			documents, err := kit.Catalog.ProductDocuments(ctx, product.ID)
			if err != nil {
				t.Fatal(err)
			}
			hits := min(row.reads, 1)
			if len(shown.Documents) != row.reads || listed != row.reads || found.Total != hits || edition.Documents != row.reads || len(documents) != row.reads ||
				(pageErr == nil) != (row.reads > 0) || pageErr != nil && !fault.Is(pageErr, fault.NotFound) {
				t.Errorf("%s: %d on the page, %d in contents, %d found, %d counted, %d listed, %v", name,
					len(shown.Documents), listed, found.Total, edition.Documents, len(documents), pageErr)
			}
		}
	})
}

// TestEditionsArePublished checks that staff do not see drafts either.
func TestEditionsArePublished(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		listed := func(found page.Page[catalog.Edition], err error) string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(found.Total)
			for _, edition := range found.Items {
				text += fmt.Sprintf(" %s %d %s", edition.Product.Slug, edition.Versions, edition.Latest.Name)
			}
			return text
		}
		ctx := kit.As(kit.Staff)
		if got, want := listed(kit.Catalog.Editions(ctx, catalog.EditionFilter{}, page.Request{})), "4 public 1 v1 signed-in 1 v1 acme 1 v1 parcels 2 v2"; got != want {
			t.Errorf("staff list %s, want %s", got, want)
		}
		if got, want := listed(kit.Catalog.FindEditions(ctx, catalog.SearchQuery{Text: "draft"})), "0"; got != want {
			t.Errorf("staff find %s, want %s", got, want)
		}
		if got, want := listed(kit.Catalog.FindEditions(ctx, catalog.SearchQuery{Text: "first"})), "1 parcels 2 v2"; got != want {
			t.Errorf("an operation is found as %s, want %s", got, want)
		}
		draft, err := kit.DB.Catalog().ProductBySlug(t.Context(), "draft")
		if err != nil {
			t.Fatal(err)
		}
		_, err1 := kit.Catalog.Edition(ctx, draft.ID)
		_, err2 := kit.Catalog.RightsTo(ctx, draft.ID)
		_, _, err3 := kit.Catalog.Releases(ctx, draft.ID)
		_, err4 := kit.Catalog.ProductDocuments(ctx, draft.ID)
		for i, err := range []error{err1, err2, err3, err4} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%d: %v", i+1, err)
			}
		}
	})
}
