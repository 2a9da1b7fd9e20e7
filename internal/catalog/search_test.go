package catalog_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// foundBy returns what the principal finds: slugs of products, with a version or document after a slash.
func foundBy(t *testing.T, kit *testkit.Kit, who identity.Principal, query catalog.SearchQuery) []string {
	t.Helper()
	found, err := kit.Catalog.Search(kit.As(who), query)
	if err != nil {
		t.Errorf("%q: %v", query.Text, err)
	}
	if found.Total != len(found.Items) {
		t.Errorf("%q: %d results are counted as %d", query.Text, len(found.Items), found.Total)
	}
	names := []string{}
	for _, result := range found.Items {
		name := result.Product.Slug
		if result.Kind != catalog.ProductFound {
			name += "/" + result.Version.Name + result.Document.Slug
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestSearchFindsVisibleObjects(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		operations := catalog.SearchQuery{Text: "second"}
		versions := catalog.SearchQuery{Text: "v", Kinds: []catalog.SearchKind{catalog.VersionFound}}
		products := catalog.SearchQuery{Text: "a", Kinds: []catalog.SearchKind{catalog.ProductFound}}
		everything := []string{"acme/v1", "draft/v1", "parcels/v1", "parcels/v2", "parcels/v3", "public/v1", "signed-in/v1"}
		for name, asked := range map[string]struct {
			who                            identity.Principal
			products, versions, operations []string
		}{
			"a visitor of a private portal": {kit.Visitor, []string{}, []string{}, []string{}},
			"another team": {
				kit.OtherOwner, []string{"public"}, []string{"parcels/v1", "parcels/v2", "public/v1", "signed-in/v1"},
				[]string{"parcels/v1", "parcels/v2"},
			},
			"the team": {
				kit.Viewer, []string{"acme", "public"}, []string{"acme/v1", "parcels/v1", "parcels/v2", "public/v1", "signed-in/v1"},
				[]string{"parcels/v1", "parcels/v2"},
			},
			"staff": {kit.Support, []string{"acme", "draft", "public"}, everything, []string{"parcels/v1", "parcels/v2", "parcels/v3"}},
		} {
			for _, check := range []struct {
				query catalog.SearchQuery
				want  []string
			}{{products, asked.products}, {versions, asked.versions}, {operations, asked.operations}} {
				if got := foundBy(t, kit, asked.who, check.query); !slices.Equal(got, check.want) {
					t.Errorf("%s finds %q by %q, want %q", name, got, check.query.Text, check.want)
				}
			}
		}
		settings, err := kit.Site.Settings(kit.As(kit.Staff))
		if err != nil {
			t.Fatal(err)
		}
		settings.Public = true
		if err := kit.DB.Site().SaveSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		if got := foundBy(t, kit, kit.Visitor, versions); !slices.Equal(got, []string{"public/v1"}) {
			t.Errorf("a visitor of a public portal finds %q", got)
		}
	})
}

func TestSearchForHostileTexts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		for _, text := range []string{
			"", " ", `"`, `'`, "*", ":*", "\x00", "-", "()", "{names} :", "&|!", "%_", `\`, "\xff\xfe", "…", "$1 ?0 ?any ?",
		} {
			if got := foundBy(t, kit, kit.Owner, catalog.SearchQuery{Text: text}); len(got) > 0 {
				t.Errorf("%q finds %q", text, got)
			}
		}
		for _, text := range []string{`"parcels" *`, "parcels:*", "'parcels'", "E\x00parcels", "PARCELS''", "?parcels", "parcels\\", "{parcels}"} {
			if got := foundBy(t, kit, kit.Owner, catalog.SearchQuery{Text: text}); !slices.Contains(got, "parcels") {
				t.Errorf("%q finds %q", text, got)
			}
		}
		for _, text := range []string{"' OR 1=1 --", "NEAR(parcels second)", "parcels NOT second", "names:parcels", "x' UNION SELECT * FROM account --"} {
			if got := foundBy(t, kit, kit.Owner, catalog.SearchQuery{Text: text}); len(got) > 0 {
				t.Errorf("%q finds %q", text, got)
			}
		}
	})
}

func TestLimitsOfSearch(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	for name, query := range map[string]catalog.SearchQuery{
		"10,000 characters": {Text: strings.Repeat("x", 10_000)},
		"201 characters":    {Text: strings.Repeat("é", 201)},
		"an unknown kind":   {Text: "parcels", Kinds: []catalog.SearchKind{"account"}},
	} {
		if _, err := kit.Catalog.Search(kit.As(kit.Owner), query); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	found, err := kit.Catalog.Search(kit.As(kit.Owner), catalog.SearchQuery{Text: strings.Repeat("parcels ", 10) + "weather"})
	if err != nil || found.Total == 0 {
		t.Errorf("the eleventh word is not ignored: %d, %v", found.Total, err)
	}
	for number, want := range map[int]int{-1: 2, 0: 2, 1: 2, 2: 1, 3: 0, 1 << 60: 0} {
		found, err := kit.Catalog.Search(kit.As(kit.Owner), catalog.SearchQuery{
			Text: "parcels", Page: page.Request{Number: number, Size: 2},
		})
		if err != nil || found.Total != 3 || len(found.Items) != want {
			t.Errorf("page %d has %d of %d results, %v", number, len(found.Items), found.Total, err)
		}
	}
}

func TestSnippets(t *testing.T) {
	kit := testkit.New(t)
	text := "# Limits\n\nSee [the **terms**](https://example.com) first.\n\n" + strings.Repeat("Nothing of interest here. ", 20) +
		"\n\n```json\n{}\n```\nThen a `RateLimit` header tells what is left.\n\n" + strings.Repeat("More of the same. ", 20) +
		"\n\n---\n\n| Zebra | Size |\n| :-- | ---: |\n| plain | 3-4 |\n\nOnly\n====\n\n![Stripes](https://a.example/a.png)\n"
	read, findings, err := kit.Publish.Read(kit.As(kit.Staff), fstest.MapFS{
		"portico.yaml":   {Data: []byte("products: [{slug: parcels, name: Parcels, description: 'Send **parcels** <b>anywhere</b>.', documents: docs}]")},
		"docs/limits.md": {Data: []byte(text)},
	})
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(err, findings)
	}
	if _, err := kit.Publish.Apply(kit.As(kit.Staff), read); err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{
		"ratelim": "… Nothing of interest here. {} Then a RateLimit header tells what is left. More of the same.",
		"terms":   "See the terms first. Nothing of interest here.",
		"zebra":   "… More of the same. More of the same. Zebra Size plain 3-4 Only Stripes",
		"parcels": "Send parcels <b>anywhere</b>.",
	} {
		found, err := kit.Catalog.Search(kit.As(kit.Owner), catalog.SearchQuery{Text: word})
		if err != nil || len(found.Items) != 1 {
			t.Fatalf("%q: %v, %v", word, found, err)
		}
		result := found.Items[0]
		if !strings.HasPrefix(result.Snippet, want) || result.Document.Markdown != "" {
			t.Errorf("%q shows %q, want %q", word, result.Snippet, want)
		}
	}
}
