package usage_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// TestCallsAreCountedFromSums counts calls of two days, from their minutes and again when only sums are left of them.
func TestCallsAreCountedFromSums(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ours, theirs := someCount(kit), someCount(kit)
		theirs.Team, theirs.Forwarded = kit.Globex.ID, 1
		refused := ours
		refused.Status, refused.Forwarded = 429, 0
		next := ours
		next.At, next.Forwarded = ours.At.Add(25*time.Hour), 30
		if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{ours, theirs, refused, next}}); err != nil {
			t.Fatal(err)
		}
		midnight := testkit.Start.Truncate(24 * time.Hour)
		both := usage.Span{Since: midnight, Until: midnight.AddDate(0, 0, 2)}
		staff := kit.As(kit.Staff)
		teams := []identity.TeamID{kit.Acme.ID, kit.Globex.ID}
		for _, left := range []string{"minutes", "sums"} {
			if left == "sums" {
				kit.Clock.Advance(120 * 24 * time.Hour)
				rollUp(t, kit)
				forget(t, kit)
				if kit.Rows(t, "usage_count") != 0 {
					t.Fatal("minutes are left")
				}
			}
			check := func(what string, want, got any, err error) {
				t.Helper()
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("%s from %s: %v\n%s", what, left, err, diff)
				}
			}
			ofTeam, err := kit.Usage.Calls(staff, kit.Acme.ID, both)
			check("calls of a team", map[access.SubscriptionID]int64{ours.Subscription: 37}, ofTeam, err)
			subscriptions := []access.SubscriptionID{ours.Subscription, theirs.Subscription, {}}
			ofSubscriptions, err := kit.Usage.CallsOfSubscriptions(staff, teams[:1], subscriptions, both)
			check("calls of subscriptions", map[access.SubscriptionID]int64{ours.Subscription: 37}, ofSubscriptions, err)
			ofTeams, err := kit.Usage.CallsOfTeams(staff, teams, both)
			check("calls of teams", map[identity.TeamID]int64{kit.Acme.ID: 37, kit.Globex.ID: 1}, ofTeams, err)
			with, err := kit.Usage.CallsWith(staff, access.Credential{ID: ours.Credential, Team: kit.Acme.ID}, usage.Today(testkit.Start))
			check("calls with a key", int64(7), with, err)
			daily, err := kit.Usage.DailyCalls(staff, teams, both)
			days := func(calls ...int64) (days []usage.DayCalls) {
				for i, calls := range calls {
					days = append(days, usage.DayCalls{Day: midnight.AddDate(0, 0, i), Calls: calls})
				}
				return days
			}
			check("daily calls", map[identity.TeamID][]usage.DayCalls{kit.Acme.ID: days(7, 30), kit.Globex.ID: days(1, 0)}, daily, err)
		}
	})
}
