package publish_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/testkit"
)

// documented returns the worked example from the documentation: every fenced block that names a file.
func documented(t *testing.T) fstest.MapFS {
	t.Helper()
	text, err := os.ReadFile("../../docs/apply.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for block := range strings.SplitSeq("\n"+string(text), "\n```") {
		heading, body, _ := strings.Cut(block, "\n")
		if _, name, named := strings.Cut(heading, " "); named {
			files[name] = body + "\n"
		}
	}
	if len(files) != 4 {
		t.Fatalf("the documentation shows %d files", len(files))
	}
	return folder(files)
}

func TestDocumentedExampleApplies(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		example := documented(t)
		want := `changed site site (name, welcome, support, owner)
created strategy api-key
created product weather
created version weather/v1
created document weather/getting-started
created document weather/errors
created plan weather-trial
created plan weather-business`
		if got := apply(t, kit, example); got != want {
			t.Fatal(cmp.Diff(want, got))
		}
		page, err := kit.Catalog.OperationPage(kit.As(kit.Viewer), "weather", "", "current-weather")
		if err != nil {
			t.Fatal(err)
		}
		if page.Operation.Path != "/stations/{station}/now" || page.Previous != nil || page.Next != nil {
			t.Errorf("operation: %+v", page.Operation)
		}
		routes, err := kit.Plans.Routes(t.Context())
		if err != nil || len(routes) != 2 || routes[0].Endpoint.BasePath != "/weather/v1" {
			t.Errorf("routes: %+v %v", routes, err)
		}
		plans, err := kit.Plans.Plans(kit.As(kit.Viewer))
		if err != nil || len(plans) != 2 {
			t.Fatalf("plans: %+v %v", plans, err)
		}
		business := plans[0]
		wantLimits := []plan.Limit{
			{Meter: plan.Calls, Per: plan.PerSubscription, Amount: 100, Window: plan.Window{Kind: plan.Rate, Length: time.Second}},
			{Meter: plan.Calls, Per: plan.PerTeam, Amount: 1_000_000, Window: plan.Window{Kind: plan.Month}},
		}
		wantPrice := plan.Price{Currency: "EUR", Monthly: 4900, PerThousand: 20, Included: 100_000}
		wantKeys := plan.KeyPolicy{Format: plan.HexKey, Pair: true, Viewable: true, Validity: 365 * 24 * time.Hour}
		if diff := cmp.Diff(wantLimits, business.Limits) + cmp.Diff(wantPrice, business.Price) + cmp.Diff(wantKeys, business.Keys); diff != "" {
			t.Error(diff)
		}
	})
}

func TestApplyingTwiceChangesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, documented(t))
		position, err := kit.DB.ChangePosition(t.Context())
		if err != nil || position == 0 {
			t.Fatal(position, err)
		}
		audited := kit.Rows(t, "audit")
		kit.Clock.Advance(time.Minute)
		if again := apply(t, kit, documented(t)); again != "" {
			t.Errorf("changed again:\n%s", again)
		}
		if now, err := kit.DB.ChangePosition(t.Context()); now != position || err != nil {
			t.Errorf("change log went from %d to %d, %v", position, now, err)
		}
		if now := kit.Rows(t, "audit"); now != audited {
			t.Errorf("audit trail went from %d to %d", audited, now)
		}
	})
}
