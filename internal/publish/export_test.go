package publish_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// export returns the exported catalogue and checks that a second export has the same bytes.
func export(t *testing.T, kit *testkit.Kit, managedBy catalog.ManagedBy) fstest.MapFS {
	t.Helper()
	write := func() fstest.MapFS {
		made, err := kit.Publish.Export(kit.As(kit.Staff), managedBy)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		err = made.Each(t.Context(), func(name string, text []byte) error {
			if _, twice := files[name]; twice || !fs.ValidPath(name) {
				t.Errorf("the file %q", name)
			}
			files[name] = string(text)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return folder(files)
	}
	first := write()
	if diff := cmp.Diff(texts(first), texts(write())); diff != "" {
		t.Error(diff)
	}
	return first
}

func texts(files fstest.MapFS) map[string]string {
	read := map[string]string{}
	for name, file := range files {
		read[name] = string(file.Data)
	}
	return read
}

// empty returns a new portal on a database of the same kind.
func empty(t *testing.T, kit *testkit.Kit) *testkit.Kit {
	t.Helper()
	if kit.Postgres {
		return testkit.NewPostgres(t)
	}
	return testkit.New(t)
}

// contents is a catalogue by names, without what differs between portals: identifiers, times and owners.
type contents struct {
	Settings   site.Settings
	Strategies map[string]plan.Strategy
	Products   map[string]catalog.Product
	Teams      map[string][]string
	Versions   map[string]catalog.Version
	Documents  map[string]catalog.Document
	Parents    map[string]string
	Order      map[string][]string
	Plans      map[string]plan.Plan
	Opens      map[string][]string
}

func contentsOf(t *testing.T, kit *testkit.Kit) contents {
	t.Helper()
	ctx := kit.As(kit.Staff)
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	read := contents{
		Strategies: map[string]plan.Strategy{}, Products: map[string]catalog.Product{}, Teams: map[string][]string{},
		Versions: map[string]catalog.Version{}, Documents: map[string]catalog.Document{}, Parents: map[string]string{},
		Order: map[string][]string{}, Plans: map[string]plan.Plan{}, Opens: map[string][]string{},
	}
	var err error
	read.Settings, err = kit.Site.Settings(ctx)
	must(err)
	strategies, err := kit.DB.Plans().Strategies(ctx)
	must(err)
	slugs := map[plan.StrategyID]string{}
	for _, strategy := range strategies {
		slugs[strategy.ID] = strategy.Slug
		read.Strategies[strategy.Slug] = strategy
	}
	products, err := kit.DB.Catalog().Products(ctx)
	must(err)
	names := map[catalog.VersionID]string{}
	for _, product := range products {
		for _, one := range product.Teams {
			team, err := kit.DB.Accounts().Team(ctx, one.Team)
			must(err)
			read.Teams[product.Slug] = append(read.Teams[product.Slug], fmt.Sprint(team.Name, one.Register, one.Documentation))
		}
		read.Products[product.Slug] = product
		versions, err := kit.DB.Catalog().Versions(ctx, product.ID)
		must(err)
		for _, version := range versions {
			names[version.ID] = product.Slug + "/" + version.Name
			read.Versions[names[version.ID]] = version
		}
		documents, err := kit.DB.Catalog().Documents(ctx, product.ID)
		must(err)
		pages := map[catalog.DocumentID]string{}
		for _, document := range documents {
			pages[document.ID] = document.Slug
			name := product.Slug + "/" + document.Slug
			read.Documents[name], read.Parents[name] = document, pages[document.Parent]
			read.Order[product.Slug] = append(read.Order[product.Slug], document.Slug)
		}
	}
	plans, err := kit.DB.Plans().Plans(ctx)
	must(err)
	for _, plan := range plans {
		for _, version := range plan.Opens {
			read.Opens[plan.Slug] = append(read.Opens[plan.Slug], names[version])
		}
		read.Opens[plan.Slug] = append(read.Opens[plan.Slug], slugs[plan.Strategy])
		read.Plans[plan.Slug] = plan
	}
	return read
}

// compared ignores fields that differ between portals.
func compared(one, other contents) string {
	own := cmp.FilterPath(func(at cmp.Path) bool {
		field, ok := at.Last().(cmp.StructField)
		return ok && slices.Contains([]string{"ID", "CreatedAt", "UpdatedAt", "ManagedBy", "File", "Product", "Parent", "Position", "Opens", "Strategy"}, field.Name()) &&
			at.Index(-2).Type() != reflect.TypeFor[contents]()
	}, cmp.Ignore())
	teams := cmp.FilterPath(func(at cmp.Path) bool {
		return at.Last().String() == ".Teams" && at.Index(-2).Type() == reflect.TypeFor[catalog.Product]()
	}, cmp.Ignore())
	return cmp.Diff(one, other, own, teams)
}

// comesBack checks that the export, applied to an empty portal, produces the same catalogue and the same export.
func comesBack(t *testing.T, kit *testkit.Kit) fstest.MapFS {
	t.Helper()
	first := export(t, kit, "")
	other := empty(t, kit)
	apply(t, other, first)
	if diff := compared(contentsOf(t, kit), contentsOf(t, other)); diff != "" {
		t.Errorf("another catalogue: %s", diff)
	}
	if diff := cmp.Diff(texts(first), texts(export(t, other, ""))); diff != "" {
		t.Errorf("another export: %s", diff)
	}
	return first
}

func demonstration(t *testing.T) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("../demo/files"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path.Join("../demo/files", name))
		files[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(text), "UPSTREAM", "https://upstream.example"))}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestApplyingAnExportRestoresTheCatalogue(t *testing.T) {
	for name, files := range map[string]func(t *testing.T) fs.FS{
		"the demo":           demonstration,
		"the documented one": func(t *testing.T) fs.FS { return documented(t) },
		"a small one":        func(*testing.T) fs.FS { return weatherFolder(weather) },
		"everything":         func(*testing.T) fs.FS { return everything() },
		"hostile texts":      func(*testing.T) fs.FS { return hostile() },
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
				apply(t, kit, files(t))
				exported := comesBack(t, kit)
				if changes := apply(t, kit, exported); changes != "" {
					t.Errorf("applying the export to its own portal: %s", changes)
				}
			})
		})
	}
}

// drawn is a picture with a title.
func drawn(title string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg"><title>` + title + `</title></svg>`
}

// everything sets each setting of the format to a value other than its default at least once.
func everything() fstest.MapFS {
	return folder(map[string]string{
		"portico.yaml": `
site: {name: "Everything: all of it", cover_text: "Parcels: from code", welcome: "One\nTwo\n", terms: "# Fair\n", support: apis@everything.example, public: true, konnect_public: true, request_fields: [{label: "Expected volume: per day", kind: choice, choices: ["up to 1,000", "more"], required: true}, {label: Company, kind: text}, {label: Notes, kind: long_text}], auto_approve: true, staff_mail: false, sign_up: approval, allowed_domains: [a.example, b.example], areas: [home, apis], partner_host: "partners.example:8443", dialects_off: [tyk, konnect], theme: dark, light_color: "#0b57a4", dark_color: "#79b8ff", logo: brand/logo.svg, logo_dark: brand/dark.svg, favicon: brand/icon.svg, cover: brand/cover.svg}
strategies:
  - {slug: key, name: "true", kind: key, default: true, headers: [X-One, X-Two], query: [one, two], scopes: [read, "a:b"]}
  - {slug: password, name: Password, kind: basic}
products:
  - slug: full
    name: "# Full"
    description: "Text with a line\nand another one."
    published: false
    audience: {teams: [Acme, {team: Globex, rights: [view, documentation]}]}
    documents: pages
    versions:
      - name: "1.0"
        spec: deep/full.json
        published: false
        deprecated: true
        environments:
          sandbox: {base_path: /full/s, upstream: "http://u.example/a"}
          production: {base_path: /full/p, upstream: "https://u.example:8443/x", timeout: 90s, max_body: 10MiB, cors_upstream: true}
      - {name: "null", environments: {production: {base_path: /full/q, upstream: "builtin:data", max_body: 1001}}}
  - {slug: open, name: Open, audience: public, versions: [{name: v1}]}
plans:
  - slug: all
    name: All
    description: Everything.
    published: false
    family: tier
    environment: production
    strategy: key
    opens: [full/null, full/1.0]
    scopes: [read, "a:b"]
    limits:
      - {calls: 5, per: credential, window: 1m30s}
      - {calls: 6, window: 25h}
      - {calls: 7, per: team, window: month}
      - {calls: 8, window: day}
      - {calls: 10, window: month, overage: true}
    price: {currency: KWD, monthly: 0.005, per_thousand: 1234.5, included: 10, spending_cap: 99.25}
    approval: automatic
    registrable: true
    keys: {format: hex, pair: true, viewable: true, in_query: true, validity: 36h}
  - {slug: yen, name: Yen, environment: sandbox, strategy: password, opens: [full/1.0], price: {currency: JPY, monthly: 7}}
  - {slug: try, name: Try, environment: sandbox, strategy: key, opens: [full/1.0], trial: true}
`,
		"brand/logo.svg": drawn("logo"), "brand/dark.svg": drawn("dark"), "brand/icon.svg": drawn("icon"), "brand/cover.svg": drawn("cover"),
		"deep/full.json": "\n" + smallSpec + "\n\n",
		"pages/index.md": "The whole.", "pages/20-guides/index.md": "# How to\n\nSee [codes](../30-codes.md#a) and [more](more.md). ![Map](../../brand/logo.svg)",
		"pages/20-guides/more.md": "# More\n\n[up](index.md)", "pages/30-codes.md": "Codes",
		"pages/40-bare/10-leaf.md": "[folder](../40-bare)",
	})
}

// TestEverySettingIsExported fails if a setting is missing in everything or does not survive the export.
func TestEverySettingIsExported(t *testing.T) {
	kit := testkit.New(t)
	apply(t, kit, everything())
	read := contentsOf(t, kit)
	set := map[string]bool{}
	for _, values := range []any{
		slices.Collect(maps.Values(read.Strategies)), slices.Collect(maps.Values(read.Products)), slices.Collect(maps.Values(read.Versions)),
		slices.Collect(maps.Values(read.Documents)), slices.Collect(maps.Values(read.Plans)), []site.Settings{read.Settings},
	} {
		noteFields(set, reflect.ValueOf(values))
	}
	for _, field := range slices.Sorted(maps.Keys(set)) {
		if !set[field] && field != "site.Settings.Portal" && field != "catalog.Picture.Content" && !strings.HasSuffix(field, ".DeletedAt") {
			t.Errorf("%s is empty everywhere", field)
		}
	}
}

// noteFields records for each field of our types whether it ever holds a value.
func noteFields(set map[string]bool, value reflect.Value) {
	switch {
	case value.Kind() == reflect.Slice:
		for i := range value.Len() {
			noteFields(set, value.Index(i))
		}
	case value.Kind() == reflect.Struct && value.Type() != reflect.TypeFor[time.Time]():
		for i := range value.NumField() {
			name := value.Type().String() + "." + value.Type().Field(i).Name
			set[name] = set[name] || !value.Field(i).IsZero()
			noteFields(set, value.Field(i))
		}
	}
}

// hostile holds texts that have a meaning in YAML, in markdown or in links.
func hostile() fstest.MapFS {
	return folder(map[string]string{
		"portico.yaml": `
site: {name: "- : #", welcome: "  leading\n\n\ttab \n---\n...\nend \n\n", support: ""}
strategies: [{slug: "null", name: "~", kind: key}]
products:
  - {slug: "123", name: "yes", description: "'single' \"double\" \\ back\r\nslash \u00e9 \U0001F600 \u00A0", documents: a, versions: [
      {name: "1.10", spec: specs/123/v.json, environments: {"on": {base_path: /x, upstream: "https://u.example/{a}"}}},
      {name: "V.json", spec: same.yaml}, {name: "v.json", spec: same.yaml}, {name: "0x1F", spec: docs/x.yml}]}
  - {slug: "off", name: "{a: b}", description: "\n\nempty lines before\n", documents: b}
  - {slug: "1e3", name: "!!binary x", description: "%TAG\n  - a: b\n#c"}
  - {slug: "no", name: "& * | > @ ` + "`" + `", description: "|\n >"}
plans: [{slug: "true", name: "[a, b]", environment: "on", strategy: "null", opens: ["123/1.10"]}]
`,
		"specs/123/v.json": smallSpec, "same.yaml": smallSpec + " ", "docs/x.yml": smallSpec + "\n# a comment that stays\n",
		"a/10-index-page.md":   "---\nslug: index\ntitle: \"# not a heading\"\n---\n\n\nText with [one](20-two.md), [gone](gone.md), `[code](20-two.md)`.\n\n[ref]: 20-two.md\n",
		"a/20-two.md":          "---\ntitle: '*stars* and \"quotes\"'\nslug: readme\n---\n# First\n# Second\n\n---\n\ntext  \n",
		"a/30-2024-report.md":  "# A `code` [title](10-index-page.md) ##\r\n\r\n\r\n# Another\r\n```\n[x](20-two.md)\n# in code\n```\n",
		"a/40-long.md":         "# " + strings.Repeat("long ", 40) + "\n\nToo long for a title.",
		"a/50-matter.md":       "---\nno: end\n\n# Later\n\n---",
		"a/60-empty.md":        "",
		"a/70-x/10-y/10-z.md":  "[up](../../20-two.md#a-b) [self](10-z.md) ![image](a.bmp) [abs](/x) [web](https://x.example/readme)",
		"a/70-x/index.md":      "# X!",
		"a/80-dangling.md":     "[a](01-index.md) [b](01-page-index.md) [c](02-page-readme.md#x) [d](index) [e](readme#two)",
		"a/90-spaces here.md":  "[n](<20-two.md>) [o](20%2Dtwo.md)",
		"b/README.md":          "---\n---\nOverview",
		"b/10-fence.md":        "# Fence\n\n---\ntitle: x\n---\n",
		"b/20-only-heading.md": "# Only",
	})
}

func TestExportIncludesWhatStaffCreated(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		apply(t, kit, folder(map[string]string{"portico.yaml": "products: []"}))
		made := catalog.Product{
			ID: id.New[catalog.ProductID](testkit.Start), Slug: "ours", Name: "Ours", Audience: catalog.SignedIn,
			Published: true, ManagedBy: catalog.Staff, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		digest := contentsOf(t, kit).Versions["weather/v1"].Spec
		page := catalog.Document{
			ID: id.New[catalog.DocumentID](testkit.Start), Product: made.ID, Position: 7, Slug: "typed", Title: "Typed",
			Markdown: "# Typed in a form\r\n\r\nText.", CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		err := kit.DB.InTx(t.Context(), func(ctx context.Context) error {
			if err := kit.DB.Catalog().SaveProduct(ctx, made); err != nil {
				return err
			}
			if err := kit.DB.Catalog().SaveDocument(ctx, page); err != nil {
				return err
			}
			return kit.DB.Catalog().SaveVersion(ctx, catalog.Version{
				ID: id.New[catalog.VersionID](testkit.Start), Product: made.ID, Name: "v1", Position: 3, Published: true, Spec: digest,
				CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		for owner, want := range map[catalog.ManagedBy]string{
			catalog.Files: "docs/weather/01-start.md docs/weather/02-errors.md portico.yaml weather.json",
			catalog.Staff: "docs/ours/01-typed.md portico.yaml specs/ours/v1.json",
			"":            "docs/ours/01-typed.md docs/weather/01-start.md docs/weather/02-errors.md portico.yaml specs/ours/v1.json weather.json",
		} {
			if got := strings.Join(slices.Sorted(maps.Keys(export(t, kit, owner))), " "); got != want {
				t.Errorf("of %q: %s", owner, got)
			}
		}
		first := export(t, kit, "")
		other := empty(t, kit)
		apply(t, other, first)
		if diff := cmp.Diff(texts(first), texts(export(t, other, ""))); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOnlyPublishersExport(t *testing.T) {
	kit := testkit.New(t)
	if _, err := kit.Publish.Export(kit.As(kit.Support), ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("support: %v", err)
	}
	if _, err := kit.Publish.Export(kit.As(kit.Visitor), ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor: %v", err)
	}
}
