package publish_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/testkit"
)

func TestApplyReportsDifferences(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		for _, step := range []struct {
			from, to string
			want     string
		}{
			{"name: Weather", "name: Climate", "changed product weather (name)"},
			{"documents: docs", "audience: public", "changed product weather (audience, documents)\nremoved document weather/errors\nremoved document weather/start"},
			{"base_path: /weather/v1", "base_path: /climate/v1", "changed version weather/v1 (environment production)"},
			{"approval: automatic", "limits: [{calls: 5, window: 1s}]", "changed plan basic (limits, approval)"},
			{"name: API key", "headers: [x-weather-key]", "changed strategy api-key (name, headers)"},
			{"spec: weather.json", "deprecated: true", "changed version weather/v1 (deprecated, spec, file)"},
		} {
			changed := strings.Replace(weather, step.from, step.to, 1)
			if got := apply(t, kit, weatherFolder(changed)); got != step.want {
				t.Errorf("%s: %s", step.to, cmp.Diff(step.want, got))
			}
			apply(t, kit, weatherFolder(weather))
		}
	})
}

func TestApplyNotifiesGateways(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var heard []event.Tag
		kit.DB.OnChange(func(change event.Change) { heard = append(heard, change.Tags...) })
		apply(t, kit, weatherFolder(weather))
		for _, noun := range []string{"strategy:", "product:", "version:", "plan:", "routes"} {
			if !slices.ContainsFunc(heard, func(tag event.Tag) bool { return strings.HasPrefix(string(tag), noun) }) {
				t.Errorf("%s is missing from %v", noun, heard)
			}
		}
		heard = nil
		changed := strings.Replace(weather, "approval: automatic", "approval: staff", 1)
		apply(t, kit, weatherFolder(changed))
		if len(heard) != 2 || !strings.HasPrefix(string(heard[0]), "plan:") || heard[1] != event.Routes {
			t.Errorf("a changed plan: %v", heard)
		}
	})
}

func TestApplyWithoutPruneKeepsRemovedObjectsLive(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		other := folder(map[string]string{"portico.yaml": "products: [{slug: other, name: Other}]"})
		want := "created product other\ngone strategy api-key\ngone product weather\ngone version weather/v1\ngone plan basic"
		if got := apply(t, kit, other); got != want {
			t.Error(cmp.Diff(want, got))
		}
		if routes, err := kit.Plans.Routes(t.Context()); err != nil || len(routes) != 1 {
			t.Errorf("routes: %v %v", routes, err)
		}
		taker := folder(map[string]string{"portico.yaml": `products: [{slug: taker, name: Taker, versions: [
			{name: v1, environments: {production: {base_path: /weather/v1, upstream: "http://u.example"}}}]}]`})
		if _, err := kit.Publish.Plan(kit.As(kit.Staff), read(t, kit, taker)); fault.From(err).Code != "base_path_taken" {
			t.Errorf("the base path of an object that left the files: %v", err)
		}
		rival := strings.NewReplacer("basic", "rival", "approval: automatic", "registrable: true").Replace(weather)
		registrable := strings.Replace(weather, "approval: automatic", "registrable: true", 1)
		apply(t, kit, weatherFolder(registrable))
		if _, err := kit.Publish.Plan(kit.As(kit.Staff), read(t, kit, weatherFolder(rival))); fault.From(err).Code != "registrable_taken" {
			t.Errorf("a second registrable plan: %v", err)
		}
		second := folder(map[string]string{"portico.yaml": "strategies: [{slug: other, kind: key, default: true}]"})
		if _, err := kit.Publish.Plan(kit.As(kit.Staff), read(t, kit, second)); fault.From(err).Code != "default_taken" {
			t.Errorf("a second default: %v", err)
		}
	})
}

func TestApplyKeepsWhatStaffCreated(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		made := catalog.Product{
			ID: id.New[catalog.ProductID](testkit.Start), Slug: "weather", Name: "Ours", Audience: catalog.SignedIn,
			Published: true, ManagedBy: catalog.Staff, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		if err := kit.DB.Catalog().SaveProduct(t.Context(), made); err != nil {
			t.Fatal(err)
		}
		manifest := read(t, kit, weatherFolder(weather))
		for name, act := range map[string]func(context.Context, publish.Manifest) (publish.Changes, error){
			"plan": kit.Publish.Plan, "apply": kit.Publish.Apply,
		} {
			if _, err := act(kit.As(kit.Staff), manifest); fault.From(err).Code != "managed_by_staff" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if left := kit.Rows(t, "strategy") + kit.Rows(t, "spec"); left != 0 {
			t.Errorf("%d rows were written", left)
		}
		if got := apply(t, kit, folder(map[string]string{"portico.yaml": "products: [{slug: other, name: Other}]"})); got != "created product other" {
			t.Errorf("beside it: %s", got)
		}
	})
}

func TestVersionsMayExchangeBasePaths(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		two := `products: [{slug: weather, name: Weather, versions: [
			{name: v1, environments: {production: {base_path: /ONE, upstream: "http://u.example"}}},
			{name: v2, environments: {production: {base_path: /TWO, upstream: "http://u.example"}}}]}]`
		one := strings.NewReplacer("ONE", "one", "TWO", "two")
		other := strings.NewReplacer("ONE", "two", "TWO", "one")
		apply(t, kit, folder(map[string]string{"portico.yaml": one.Replace(two)}))
		want := "changed version weather/v1 (environment production)\nchanged version weather/v2 (environment production)"
		if got := apply(t, kit, folder(map[string]string{"portico.yaml": other.Replace(two)})); got != want {
			t.Error(cmp.Diff(want, got))
		}
	})
}

// failing is a plan store that fails to save.
type failing struct{ plan.Store }

var errBroken = errors.New("the disk is full")

func (failing) SavePlan(context.Context, plan.Plan) error { return errBroken }

func TestFailedApplyLeavesTheOldCatalogue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		before := snapshot(t, kit)
		broken := publish.New(publish.Config{
			Catalog: kit.DB.Catalog(), Plans: failing{kit.DB.Plans()}, Site: kit.DB.Site(), Teams: kit.DB.Accounts(),
			Events: kit.DB, Now: kit.Clock.Now,
		})
		files := weatherFolder(strings.NewReplacer("Weather", "Climate", "/weather", "/climate", "Basic", "Gold", "docs", "other").Replace(weather))
		files["other/1-new.md"] = files["docs/10-start.md"]
		files["weather.json"].Data = []byte(strings.ReplaceAll(smallSpec, "now", "today"))
		if _, err := broken.Apply(kit.As(kit.Staff), read(t, kit, files)); !errors.Is(err, errBroken) {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, snapshot(t, kit)); diff != "" {
			t.Error(diff)
		}
	})
}

// snapshot returns everything that readers see of the catalogue.
func snapshot(t *testing.T, kit *testkit.Kit) []any {
	t.Helper()
	ctx := kit.As(kit.Staff)
	product, err1 := kit.Catalog.ProductPage(ctx, "weather")
	version, err2 := kit.Catalog.VersionPage(ctx, "weather", "")
	routes, err3 := kit.Plans.Routes(ctx)
	plans, err4 := kit.Plans.Plans(ctx)
	position, err5 := kit.DB.ChangePosition(ctx)
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		t.Fatal(err)
	}
	return []any{product, version, routes, plans, position, kit.Rows(t, "audit")}
}

func TestOnlyCatalogueManagersPublish(t *testing.T) {
	kit := testkit.New(t)
	manifest := read(t, kit, weatherFolder(weather))
	for name, principal := range map[string]context.Context{
		"visitor": kit.As(kit.Visitor), "owner": kit.As(kit.Owner), "support": kit.As(kit.Support), "approver": kit.As(kit.Approver),
	} {
		_, _, err1 := kit.Publish.Read(principal, weatherFolder(weather))
		_, err2 := kit.Publish.Plan(principal, manifest)
		_, err3 := kit.Publish.Apply(principal, manifest)
		for _, err := range []error{err1, err2, err3} {
			if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestRefusedManifestIsNotApplied(t *testing.T) {
	kit := testkit.New(t)
	manifest, findings, err := kit.Publish.Read(kit.As(kit.Staff), weatherFolder(weather+"nonsense: 1"))
	if err != nil || !openapi.HasErrors(findings) {
		t.Fatal(findings, err)
	}
	if _, err := kit.Publish.Apply(kit.As(kit.Staff), manifest); fault.From(err).Code != "manifest_refused" {
		t.Error(err)
	}
	if kit.Rows(t, "product")+kit.Rows(t, "spec") != 0 {
		t.Error("something was written")
	}
}
