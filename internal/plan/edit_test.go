package plan_test

import (
	"context"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// offer returns a valid plan that does not collide with those of the shelf, after the change.
func offer(changes ...func(*plan.Input)) plan.Input {
	in := plan.Input{Strategy: "standard", Opens: []string{"open/v1"}, Plan: plan.Plan{
		Slug: "offer", Name: "Offer", Environment: "production", Approval: plan.StaffApproval, Keys: plan.KeyPolicy{Format: plan.HexKey},
		Limits: []plan.Limit{{Meter: plan.Calls, Per: plan.PerTeam, Amount: 10, Window: plan.Window{Kind: plan.Rate, Length: time.Second}}},
		Price:  plan.Price{Currency: "EUR", Monthly: 4900},
	}}
	for _, change := range changes {
		change(&in)
	}
	return in
}

func second[T any](_ T, err error) error { return err }

func TestOnlyAdminsEditPlans(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	for name, edit := range map[string]func(ctx context.Context) error{
		"plans": func(ctx context.Context) error {
			return second(kit.Plans.StaffPlans(ctx, plan.Filter{}, page.Request{}))
		},
		"ask to edit":  kit.Plans.MayEdit,
		"plan":         func(ctx context.Context) error { return second(kit.Plans.StaffPlan(ctx, "a")) },
		"create plan":  func(ctx context.Context) error { return second(kit.Plans.CreatePlan(ctx, plan.Input{})) },
		"update plan":  func(ctx context.Context) error { return second(kit.Plans.UpdatePlan(ctx, plan.Input{})) },
		"publish plan": func(ctx context.Context) error { return second(kit.Plans.PublishPlan(ctx, "a", false)) },
		"delete plan":  func(ctx context.Context) error { return kit.Plans.DeletePlan(ctx, "a") },
		"open version": func(ctx context.Context) error { return second(kit.Plans.OpenVersion(ctx, "a", "open/v1")) },
		"check plan":   func(ctx context.Context) error { return kit.Plans.CheckPlan(ctx, plan.Input{}) },
		"strategies": func(ctx context.Context) error {
			return second(kit.Plans.StaffStrategies(ctx, plan.Filter{}, page.Request{}))
		},
		"strategy":        func(ctx context.Context) error { return second(kit.Plans.StaffStrategy(ctx, "idle")) },
		"create strategy": func(ctx context.Context) error { return second(kit.Plans.CreateStrategy(ctx, plan.Strategy{})) },
		"update strategy": func(ctx context.Context) error { return second(kit.Plans.UpdateStrategy(ctx, plan.Strategy{})) },
		"delete strategy": func(ctx context.Context) error { return kit.Plans.DeleteStrategy(ctx, "idle") },
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

func TestStaffCreateAndUpdatePlans(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		ctx := kit.As(kit.Staff)
		made, err := kit.Plans.CreatePlan(ctx, offer())
		if err != nil || made.Published || made.ManagedBy != catalog.Staff {
			t.Fatalf("created %+v, %v", made, err)
		}
		if err := second(kit.Plans.CreatePlan(ctx, offer())); !fault.Is(err, fault.Conflict) {
			t.Errorf("the slug again: %v", err)
		}
		if err := second(kit.Plans.UpdatePlan(ctx, offer(func(in *plan.Input) { in.Plan.Name = "Better" }))); err != nil {
			t.Error(err)
		}
		if err := second(kit.Plans.PublishPlan(ctx, "offer", true)); err != nil {
			t.Error(err)
		}
		shown, err := kit.Plans.StaffPlan(ctx, "offer")
		if err != nil || shown.Plan.Name != "Better" || !shown.Plan.Published || shown.Plan.ID != made.ID || len(shown.Opens) != 1 || shown.Opens[0] != "open/v1" {
			t.Errorf("the plan is %+v, %v", shown, err)
		}
		if err := kit.Plans.DeletePlan(ctx, "offer"); err != nil {
			t.Error(err)
		}
		if err := second(kit.Plans.StaffPlan(ctx, "offer")); !fault.Is(err, fault.NotFound) {
			t.Errorf("the deleted plan is still there: %v", err)
		}
		for name, edit := range map[string]func() error{
			"plan": func() error {
				return second(kit.Plans.UpdatePlan(ctx, offer(func(in *plan.Input) { in.Plan.Slug = "a" })))
			},
			"strategy": func() error { return kit.Plans.DeleteStrategy(ctx, "idle") },
			"default": func() error {
				return second(kit.Plans.CreateStrategy(ctx, plan.Strategy{Slug: "mine", Name: "Mine", Kind: plan.Key, Default: true}))
			},
		} {
			if err := edit(); !fault.Is(err, fault.Conflict) || fault.From(err).Code != "managed_by_files" {
				t.Errorf("%s of an object that files manage: %v", name, err)
			}
		}
	})
}

func TestInvalidPlansAreRejected(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	ctx := kit.As(kit.Staff)
	limits := func(limits ...plan.Limit) func(*plan.Input) { return func(in *plan.Input) { in.Plan.Limits = limits } }
	month := plan.Limit{Per: plan.PerTeam, Amount: 1, Window: plan.Window{Kind: plan.Month}}
	for name, test := range map[string]struct {
		field  string
		change func(*plan.Input)
	}{
		"slug":                  {"slug", func(in *plan.Input) { in.Plan.Slug = "No Slug" }},
		"strategy":              {"strategy", func(in *plan.Input) { in.Strategy = "none" }},
		"no version":            {"opens", func(in *plan.Input) { in.Opens = nil }},
		"unknown version":       {"opens", func(in *plan.Input) { in.Opens = []string{"open/v9"} }},
		"version twice":         {"opens", func(in *plan.Input) { in.Opens = []string{"open/v1", "open/v1"} }},
		"environment":           {"opens", func(in *plan.Input) { in.Plan.Environment = "moon" }},
		"key of basic in query": {"in_query", func(in *plan.Input) { in.Strategy, in.Plan.Keys.InQuery = "password", true }},
		"calls":                 {"limits.0.calls", limits(plan.Limit{Per: plan.PerTeam, Window: month.Window})},
		"window":                {"limits.0.window", limits(plan.Limit{Per: plan.PerTeam, Amount: 1})},
		"the same window":       {"limits.1.window", limits(month, month)},
		"currency":              {"currency", func(in *plan.Input) { in.Plan.Price = plan.Price{Monthly: 5} }},
		"amount":                {"monthly", func(in *plan.Input) { in.Plan.Price.Monthly = -1 }},
		"validity":              {"validity", func(in *plan.Input) { in.Plan.Keys.Validity = time.Second }},
		"trial of production":   {"trial", func(in *plan.Input) { in.Plan.Trial = true }},
		"approval":              {"approval", func(in *plan.Input) { in.Plan.Approval = "unknown" }},
	} {
		refused := fault.From(second(kit.Plans.CreatePlan(ctx, offer(test.change))))
		if refused == nil || refused.Kind != fault.Invalid || len(refused.Fields) == 0 || refused.Fields[0].Name != test.field {
			t.Errorf("%s: %v", name, refused)
		}
	}
}

func TestOnePlanAnswersARegistration(t *testing.T) {
	kit := testkit.New(t)
	stock(t, kit)
	ctx := kit.As(kit.Staff)
	registrable := func(slug string) func(*plan.Input) {
		return func(in *plan.Input) { in.Plan.Slug, in.Plan.Registrable = slug, true }
	}
	for _, slug := range []string{"one", "two"} {
		if err := second(kit.Plans.CreatePlan(ctx, offer(registrable(slug)))); err != nil {
			t.Fatal(err)
		}
	}
	if err := second(kit.Plans.PublishPlan(ctx, "one", true)); err != nil {
		t.Fatal(err)
	}
	if err := second(kit.Plans.PublishPlan(ctx, "two", true)); !fault.Is(err, fault.Conflict) {
		t.Errorf("two plans are registrable for one version: %v", err)
	}
}

func TestStaffEditStrategies(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		first := plan.Strategy{Slug: "first", Name: "First", Kind: plan.Key, Headers: []string{"x-first"}, Default: true}
		if made, err := kit.Plans.CreateStrategy(ctx, first); err != nil || made.Headers[0] != "X-First" {
			t.Fatalf("%+v, %v", made, err)
		}
		if err := second(kit.Plans.CreateStrategy(ctx, plan.Strategy{Slug: "second", Name: "Second", Kind: plan.Key, Default: true})); err != nil {
			t.Fatal(err)
		}
		shown, err := kit.Plans.StaffStrategy(ctx, "first")
		if err != nil || shown.Strategy.Default {
			t.Errorf("there are two defaults: %+v, %v", shown, err)
		}
		first.Kind = plan.Basic
		for name, wrong := range map[string]plan.Strategy{
			"other kind":   {Slug: "second", Name: "Second", Kind: plan.Basic},
			"own header":   {Slug: "second", Name: "Second", Kind: plan.Key, Headers: []string{"Cookie"}},
			"header twice": {Slug: "second", Name: "Second", Kind: plan.Key, Headers: []string{"x-a", "X-A"}},
			"not served":   {Slug: "second", Name: "Second", Kind: plan.JWT},
		} {
			if err := second(kit.Plans.UpdateStrategy(ctx, wrong)); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := kit.Plans.DeleteStrategy(ctx, "first"); err != nil {
			t.Error(err)
		}
	})
}
