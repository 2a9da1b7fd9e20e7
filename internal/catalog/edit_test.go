package catalog_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/testkit"
)

const inFiles = `
products:
  - slug: filed
    name: Filed
    versions:
      - {name: v1, environments: {production: {base_path: /filed, upstream: "https://filed.example"}}}
`

func apply(t *testing.T, kit *testkit.Kit, manifest string) (publish.Changes, error) {
	t.Helper()
	read, findings, err := kit.Publish.Read(kit.As(kit.Staff), fstest.MapFS{"portico.yaml": {Data: []byte(manifest)}})
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(findings, err)
	}
	return kit.Publish.Apply(kit.As(kit.Staff), read)
}

// made creates a product that staff manage, with one version.
func made(t *testing.T, kit *testkit.Kit, slug, basePath string) {
	t.Helper()
	ctx := kit.As(kit.Staff)
	if _, err := kit.Catalog.CreateProduct(ctx, catalog.ProductInput{Slug: slug, Name: strings.ToUpper(slug), Audience: catalog.SignedIn}); err != nil {
		t.Fatal(err)
	}
	if _, err := kit.Catalog.CreateVersion(ctx, catalog.VersionInput{Product: slug, Name: "v1", Endpoints: endpoints(basePath)}); err != nil {
		t.Fatal(err)
	}
}

func endpoints(basePath string) []catalog.Endpoint {
	return []catalog.Endpoint{{Environment: "production", BasePath: basePath, Upstream: "https://made.example", Refusals: "apim"}}
}

const description = `{"openapi":"3.1.0","info":{"title":"Made","version":"1"},"paths":{"/now":{"get":{"responses":{"200":{"description":"Now."}}}}}}`

func TestOnlyAdminsEditTheCatalogue(t *testing.T) {
	kit := testkit.New(t)
	made(t, kit, "made", "/made")
	for name, edit := range map[string]func(ctx context.Context) error{
		"list": func(ctx context.Context) error {
			_, err := kit.Catalog.StaffProducts(ctx, catalog.ProductFilter{}, page.Request{})
			return err
		},
		"ask to edit": kit.Catalog.MayEdit,
		"product":     func(ctx context.Context) error { _, err := kit.Catalog.StaffProduct(ctx, "made"); return err },
		"create product": func(ctx context.Context) error {
			_, err := kit.Catalog.CreateProduct(ctx, catalog.ProductInput{})
			return err
		},
		"change product": func(ctx context.Context) error {
			_, err := kit.Catalog.UpdateProduct(ctx, catalog.ProductInput{Slug: "made"})
			return err
		},
		"publish product": func(ctx context.Context) error { _, err := kit.Catalog.PublishProduct(ctx, "made", true); return err },
		"delete product":  func(ctx context.Context) error { return kit.Catalog.DeleteProduct(ctx, "made") },
		"version":         func(ctx context.Context) error { _, err := kit.Catalog.StaffVersion(ctx, "made", "v1"); return err },
		"create version": func(ctx context.Context) error {
			_, err := kit.Catalog.CreateVersion(ctx, catalog.VersionInput{})
			return err
		},
		"change version": func(ctx context.Context) error {
			_, err := kit.Catalog.UpdateVersion(ctx, catalog.VersionInput{Product: "made", Name: "v1"})
			return err
		},
		"publish version": func(ctx context.Context) error {
			_, err := kit.Catalog.PublishVersion(ctx, "made", "v1", true)
			return err
		},
		"delete version": func(ctx context.Context) error { return kit.Catalog.DeleteVersion(ctx, "made", "v1") },
		"upload": func(ctx context.Context) error {
			_, err := kit.Catalog.UploadSpec(ctx, catalog.Upload{Product: "made", Version: "v1", Open: func() (string, io.Reader, error) {
				t.Error("an upload is read before the permission check")
				return "", nil, io.EOF
			}})
			return err
		},
		"stage": func(ctx context.Context) error {
			_, err := kit.Catalog.StageSpec(ctx, func() (string, io.Reader, error) {
				t.Error("a description is read before the permission check")
				return "", nil, io.EOF
			})
			return err
		},
		"staged":     func(ctx context.Context) error { _, err := kit.Catalog.Staged(ctx, "", ""); return err },
		"create API": func(ctx context.Context) error { _, _, err := kit.Catalog.CreateAPI(ctx, catalog.NewAPI{}); return err },
		"propose": func(ctx context.Context) error {
			_, err := kit.Catalog.Proposals(ctx, catalog.Product{}, catalog.Version{})
			return err
		},
		"save document": func(ctx context.Context) error {
			_, err := kit.Catalog.SaveDocument(ctx, catalog.DocumentInput{Product: "made"})
			return err
		},
		"move document":   func(ctx context.Context) error { return kit.Catalog.MoveDocument(ctx, "made", "begin", true) },
		"delete document": func(ctx context.Context) error { return kit.Catalog.DeleteDocument(ctx, "made", "begin") },
	} {
		for _, who := range []identity.Principal{kit.Owner, kit.Support, kit.Approver} {
			if err := edit(kit.As(who)); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s as %s: %v", name, who.Name, err)
			}
		}
		if err := edit(kit.As(kit.Visitor)); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s as a visitor: %v", name, err)
		}
	}
}

func TestFilesAndStaff(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		if _, err := apply(t, kit, inFiles); err != nil {
			t.Fatal(err)
		}
		made(t, kit, "made", "/made")
		changes, err := apply(t, kit, inFiles)
		if err != nil || changes.Any() {
			t.Errorf("applying again, with a product of staff: %v %v", changes, err)
		}
		for name, edit := range map[string]func() error{
			"change": func() error {
				_, err := kit.Catalog.UpdateProduct(ctx, catalog.ProductInput{Slug: "filed", Name: "Mine"})
				return err
			},
			"publish": func() error { _, err := kit.Catalog.PublishProduct(ctx, "filed", false); return err },
			"delete":  func() error { return kit.Catalog.DeleteProduct(ctx, "filed") },
			"version": func() error { return kit.Catalog.DeleteVersion(ctx, "filed", "v1") },
			"upload": func() error {
				_, err := kit.Catalog.UploadSpec(ctx, catalog.Upload{Product: "filed", Version: "v1", Open: opening("made.json", strings.NewReader(description))})
				return err
			},
			"document": func() error {
				_, err := kit.Catalog.SaveDocument(ctx, catalog.DocumentInput{Product: "filed", Slug: "a", Title: "A"})
				return err
			},
		} {
			if err := edit(); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "portico.yaml") {
				t.Errorf("%s of an object that files manage: %v", name, err)
			}
		}
		// Base paths that differ only in case conflict, in either order.
		_, err = kit.Catalog.UpdateVersion(ctx, catalog.VersionInput{Product: "made", Name: "v1", Endpoints: endpoints("/Filed")})
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "filed/v1") {
			t.Errorf("staff take a base path of the files: %v", err)
		}
		if _, err := apply(t, kit, strings.Replace(inFiles, "/filed", "/MADE", 1)); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "made/v1") {
			t.Errorf("files take a base path of staff: %v", err)
		}
		if _, err := apply(t, kit, strings.Replace(inFiles, "slug: filed", "slug: made", 1)); !fault.Is(err, fault.Conflict) {
			t.Errorf("files take a slug of staff: %v", err)
		}
	})
}

func TestDeletedProductFreesItsNames(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		made(t, kit, "made", "/made")
		if _, err := kit.Catalog.SaveDocument(ctx, catalog.DocumentInput{Product: "made", Slug: "begin", Title: "Begin"}); err != nil {
			t.Fatal(err)
		}
		if err := kit.Catalog.DeleteProduct(ctx, "made"); err != nil {
			t.Fatal(err)
		}
		if _, err := kit.Catalog.StaffProduct(ctx, "made"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the deleted product is still there: %v", err)
		}
		if err := kit.Catalog.DeleteProduct(ctx, "made"); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting it twice: %v", err)
		}
		made(t, kit, "made", "/made")
	})
}

func TestInputOfStaffIsValidated(t *testing.T) {
	kit := testkit.New(t)
	made(t, kit, "made", "/made")
	upstream := func(address string) catalog.VersionInput {
		return catalog.VersionInput{Product: "made", Name: "v1", Endpoints: []catalog.Endpoint{{Environment: "production", BasePath: "/a", Upstream: address, Refusals: "apim"}}}
	}
	twice := upstream("https://u.example")
	twice.Endpoints = append(twice.Endpoints, twice.Endpoints[0])
	for _, test := range []struct {
		name, field string
		err         error
	}{
		{"slug", "slug", second(kit.Catalog.CreateProduct(kit.As(kit.Staff), catalog.ProductInput{Slug: "Made!", Name: "A", Audience: catalog.Public}))},
		{"team", "teams", second(kit.Catalog.UpdateProduct(kit.As(kit.Staff), catalog.ProductInput{Slug: "made", Name: "A", Audience: catalog.Teams, Teams: []string{"acme"}}))},
		{"a team twice", "teams", second(kit.Catalog.UpdateProduct(kit.As(kit.Staff), catalog.ProductInput{Slug: "made", Name: "A", Audience: catalog.Teams, Teams: []string{"Acme", "Acme"}}))},
		{"rights of no team", "not_reading", second(kit.Catalog.UpdateProduct(kit.As(kit.Staff), catalog.ProductInput{
			Slug: "made", Name: "A", Audience: catalog.Teams, Teams: []string{"Acme"}, NotReading: []string{"Globex"},
		}))},
		{"no team", "teams", second(kit.Catalog.UpdateProduct(kit.As(kit.Staff), catalog.ProductInput{Slug: "made", Name: "A", Audience: catalog.Teams}))},
		{"script as upstream", "endpoints.0.upstream", second(kit.Catalog.UpdateVersion(kit.As(kit.Staff), upstream("javascript:alert(1)")))},
		{"credentials", "endpoints.0.upstream", second(kit.Catalog.UpdateVersion(kit.As(kit.Staff), upstream("https://user:secret@u.example")))},
		{"own path", "endpoints.0.base_path", second(kit.Catalog.UpdateVersion(kit.As(kit.Staff), catalog.VersionInput{Product: "made", Name: "v1", Endpoints: endpoints("/metrics")}))},
		{"environment twice", "endpoints.1.environment", second(kit.Catalog.UpdateVersion(kit.As(kit.Staff), twice))},
		{"title", "title", second(kit.Catalog.SaveDocument(kit.As(kit.Staff), catalog.DocumentInput{Product: "made", Slug: "a"}))},
		{"long page", "markdown", second(kit.Catalog.SaveDocument(kit.As(kit.Staff), catalog.DocumentInput{Product: "made", Slug: "a", Title: "A", Markdown: strings.Repeat("a", catalog.LongestPage+1)}))},
		{"parent", "parent", second(kit.Catalog.SaveDocument(kit.As(kit.Staff), catalog.DocumentInput{Product: "made", Slug: "a", Title: "A", Parent: "none"}))},
	} {
		refused := fault.From(test.err)
		if refused == nil || refused.Kind != fault.Invalid || !hasField(refused, test.field) {
			t.Errorf("%s: %v", test.name, test.err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func hasField(refused *fault.Error, name string) bool {
	for _, field := range refused.Fields {
		if field.Name == name {
			return true
		}
	}
	return false
}

func TestUploads(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		made(t, kit, "made", "/made")
		upload := func(text string, checkOnly bool) (catalog.Uploaded, error) {
			return kit.Catalog.UploadSpec(ctx, catalog.Upload{Product: "made", Version: "v1", Open: opening(`C:\made.json`, strings.NewReader(text)), CheckOnly: checkOnly})
		}
		if checked, err := upload(description, true); err != nil || checked.Changed {
			t.Errorf("checking: %v %v", checked.Changed, err)
		}
		first, err := upload(description, false)
		if err != nil || !first.Changed {
			t.Fatalf("the first upload: %v %v", first.Changed, err)
		}
		if again, err := upload(description, false); err != nil || again.Changed {
			t.Errorf("the same upload again: %v %v", again.Changed, err)
		}
		for name, text := range map[string]string{
			"empty": "", "broken": `{"openapi":`, "deep": strings.Repeat("[", 200_000), "web page": "<!doctype html><script>alert(1)</script>",
			"too large": `{"openapi":"3.1.0","x":"` + strings.Repeat("a", 32<<20) + `"}`, "not OpenAPI": `{"swagger":"1.1"}`,
			"bomb": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nopenapi: 3.1.0\n" + strings.Repeat("x: [*c,*c,*c]\n", 3),
		} {
			if _, err := upload(text, false); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
				t.Errorf("%s: %v", name, err)
			}
		}
		shown, err := kit.Catalog.StaffVersion(ctx, "made", "v1")
		if err != nil || shown.Version.Spec != first.Spec.Digest || shown.Version.File != "made.json" {
			t.Errorf("after rejected uploads the version has %q of %q, %v", shown.Version.Spec, shown.Version.File, err)
		}
		// Staff see the draft on its future page; readers do not see it yet.
		if _, err := kit.Catalog.VersionPage(ctx, "made", "v1"); err != nil {
			t.Errorf("staff preview: %v", err)
		}
		if _, err := kit.Catalog.VersionPage(kit.As(kit.Owner), "made", "v1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member sees the draft: %v", err)
		}
		for _, publish := range []func() error{
			func() error { _, err := kit.Catalog.PublishVersion(ctx, "made", "v1", true); return err },
			func() error { _, err := kit.Catalog.PublishProduct(ctx, "made", true); return err },
		} {
			if err := publish(); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := kit.Catalog.VersionPage(kit.As(kit.Owner), "made", "v1"); err != nil {
			t.Errorf("a member does not see the published version: %v", err)
		}
	})
}

func TestOrderAndNestingOfPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		made(t, kit, "made", "/made")
		save := func(in catalog.DocumentInput) error {
			in.Product, in.Title = "made", strings.ToUpper(in.Slug)
			_, err := kit.Catalog.SaveDocument(ctx, in)
			return err
		}
		order := func() string {
			shown, err := kit.Catalog.StaffProduct(ctx, "made")
			if err != nil {
				t.Fatal(err)
			}
			var slugs []string
			for _, document := range shown.Documents {
				slugs = append(slugs, document.Slug)
			}
			return strings.Join(slugs, " ")
		}
		for _, in := range []catalog.DocumentInput{{Slug: "a"}, {Slug: "b"}, {Slug: "c", Parent: "a"}, {Slug: "d", Parent: "c"}, {Slug: "e", Parent: "d"}} {
			if err := save(in); err != nil {
				t.Fatal(in, err)
			}
		}
		if err := save(catalog.DocumentInput{Slug: "f", Parent: "e"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a fifth level: %v", err)
		}
		if err := save(catalog.DocumentInput{Page: "a", Slug: "a", Parent: "d"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a page below itself: %v", err)
		}
		if err := kit.Catalog.MoveDocument(ctx, "made", "b", true); err != nil || order() != "b a c d e" {
			t.Errorf("moved up: %s, %v", order(), err)
		}
		if err := kit.Catalog.MoveDocument(ctx, "made", "b", true); err != nil || order() != "b a c d e" {
			t.Errorf("moved up at the top: %s, %v", order(), err)
		}
		if err := kit.Catalog.DeleteDocument(ctx, "made", "c"); err != nil || order() != "b a d e" {
			t.Errorf("after a page was deleted: %s, %v", order(), err)
		}
	})
}

func TestSearchInStaffProducts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		if _, err := apply(t, kit, inFiles); err != nil {
			t.Fatal(err)
		}
		made(t, kit, "made", "/made")
		for _, test := range []struct {
			filter catalog.ProductFilter
			want   string
		}{
			{catalog.ProductFilter{}, "filed made"}, {catalog.ProductFilter{Search: "ILE"}, "filed"}, {catalog.ProductFilter{Search: "%"}, ""},
			{catalog.ProductFilter{ManagedBy: catalog.Staff}, "made"},
		} {
			found, err := kit.Catalog.StaffProducts(ctx, test.filter, page.Request{})
			var slugs []string
			for _, row := range found.Items {
				slugs = append(slugs, row.Product.Slug)
				if row.Versions != 1 {
					t.Errorf("%s has %d versions", row.Product.Slug, row.Versions)
				}
			}
			if got := strings.Join(slugs, " "); err != nil || got != test.want || found.Total != len(slugs) {
				t.Errorf("%v finds %q of %d, %v", test.filter, got, found.Total, err)
			}
		}
	})
}
