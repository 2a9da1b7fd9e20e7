package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

func TestPlanIsLoadedAsItWasSaved(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		store, version := kit.DB.Plans(), someVersion(t, kit, "")
		strategy := plan.Strategy{
			ID: id.New[plan.StrategyID](testkit.Start), Slug: "key", Name: "Key", Kind: plan.Key, Headers: []string{"X-Parcel-Key"},
			Query: []string{"key"}, Scopes: []string{"read"}, Default: true, ManagedBy: catalog.Staff, File: "portico.yaml",
			CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		if err := store.SaveStrategy(t.Context(), strategy); err != nil {
			t.Fatal(err)
		}
		if loaded, err := store.Strategies(t.Context()); err != nil || !cmp.Equal(loaded, []plan.Strategy{strategy}) {
			t.Errorf("%v\n%s", err, cmp.Diff([]plan.Strategy{strategy}, loaded))
		}
		saved := plan.Plan{
			ID: id.New[plan.ID](testkit.Start), Slug: "gold", Name: "Gold", Description: "A lot", Family: "metals",
			Environment: "production", Strategy: strategy.ID, Opens: []catalog.VersionID{version.ID}, Scopes: []string{"read"},
			Limits: []plan.Limit{{
				Meter: plan.Calls, Per: plan.PerTeam, Amount: 100, Window: plan.Window{Kind: plan.Rate, Length: time.Second},
			}},
			Price:    plan.Price{Currency: "EUR", Monthly: 4900, PerThousand: 12, Included: 1000},
			Approval: plan.Automatic, Keys: plan.KeyPolicy{Format: plan.HexKey, Pair: true, Viewable: true, InQuery: true, Validity: time.Hour},
			Registrable: true, Published: true, ManagedBy: catalog.Files, File: "portico.yaml",
			CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		for range 2 { // inserts, then replaces
			saved.Description += "!"
			if err := store.SavePlan(t.Context(), saved); err != nil {
				t.Fatal(err)
			}
			if loaded, err := store.Plan(t.Context(), saved.ID); err != nil || !cmp.Equal(loaded, saved) {
				t.Errorf("%v\n%s", err, cmp.Diff(saved, loaded))
			}
		}
		double := saved
		double.ID = id.New[plan.ID](testkit.Start)
		if err := store.SavePlan(t.Context(), double); !fault.Is(err, fault.Conflict) {
			t.Errorf("a duplicate slug: %v", err)
		}
		saved.DeletedAt = testkit.Start
		if err := store.SavePlan(t.Context(), saved); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Plan(t.Context(), saved.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a tombstone is found: %v", err)
		}
		if err := store.SavePlan(t.Context(), double); err != nil {
			t.Errorf("a tombstone keeps the slug: %v", err)
		}
	})
}
