package plan_test

import (
	"testing"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// addVersion creates the version mine/v1 of staff, called in one environment.
func addVersion(t *testing.T, kit *testkit.Kit, environment string) {
	t.Helper()
	ctx := kit.As(kit.Staff)
	if err := second(kit.Catalog.CreateProduct(ctx, catalog.ProductInput{Slug: "mine", Name: "Mine", Audience: catalog.SignedIn})); err != nil {
		t.Fatal(err)
	}
	err := second(kit.Catalog.CreateVersion(ctx, catalog.VersionInput{Product: "mine", Name: "v1", Endpoints: []catalog.Endpoint{
		{Environment: environment, BasePath: "/mine/v1", Upstream: "https://mine.example", Refusals: "apim"},
	}}))
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlanOpensAnotherVersion(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		addVersion(t, kit, "production")
		ctx := kit.As(kit.Staff)
		if err := second(kit.Plans.CreatePlan(ctx, offer())); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			opened, err := kit.Plans.OpenVersion(ctx, "offer", "mine/v1")
			if err != nil || len(opened.Opens) != 2 {
				t.Errorf("the plan opens %v, %v", opened.Opens, err)
			}
		}
		for name, wrong := range map[string][2]string{"plan": {"none", "mine/v1"}, "version": {"offer", "mine/v2"}} {
			if err := second(kit.Plans.OpenVersion(ctx, wrong[0], wrong[1])); err == nil {
				t.Errorf("an unknown %s is opened", name)
			}
		}
	})
}

func TestPlanOpensOnlyVersionsOfItsEnvironment(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	addVersion(t, kit, "sandbox")
	ctx := kit.As(kit.Staff)
	if err := second(kit.Plans.CreatePlan(ctx, offer())); err != nil {
		t.Fatal(err)
	}
	if err := second(kit.Plans.OpenVersion(ctx, "offer", "mine/v1")); !fault.Is(err, fault.Invalid) {
		t.Errorf("a version that is not called in production: %v", err)
	}
}

func TestFirstPlanCreatesAStrategy(t *testing.T) {
	kit := testkit.New(t)
	addVersion(t, kit, "production")
	ctx := kit.As(kit.Staff)
	create := func(slug string) error {
		return second(kit.Plans.CreatePlan(ctx, offer(func(in *plan.Input) { in.Plan.Slug, in.Strategy, in.Opens = slug, "", []string{"mine/v1"} })))
	}
	if err := create("first"); err != nil {
		t.Fatal(err)
	}
	strategies, err := kit.Plans.StaffStrategies(ctx, plan.Filter{}, page.Request{})
	if err != nil || len(strategies.Items) != 1 || !strategies.Items[0].Default || strategies.Items[0].Kind != plan.Key {
		t.Errorf("the strategies are %+v, %v", strategies.Items, err)
	}
	if err := create("second"); !fault.Is(err, fault.Invalid) {
		t.Errorf("with a strategy, a plan must name it: %v", err)
	}
}

func TestPlansAreFilteredByPublication(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		ctx := kit.As(kit.Staff)
		if err := second(kit.Plans.CreatePlan(ctx, offer())); err != nil {
			t.Fatal(err)
		}
		count := func(wanted catalog.Published) int {
			found, err := kit.Plans.StaffPlans(ctx, plan.Filter{Published: wanted}, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range found.Items {
				if wanted != "" && one.Published != (wanted == catalog.OnlyPublished) {
					t.Errorf("%s has the plan %s", wanted, one.Slug)
				}
			}
			return found.Total
		}
		all, published, unpublished := count(""), count(catalog.OnlyPublished), count(catalog.OnlyUnpublished)
		if published == 0 || unpublished == 0 || published+unpublished != all {
			t.Errorf("%d plans: %d published, %d unpublished", all, published, unpublished)
		}
	})
}
