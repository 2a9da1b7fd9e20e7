package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/testkit"
)

func TestReachCountsAffectedTeamsAndKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx := w.As(w.Staff)
		made := w.createStaffPlan()
		for _, in := range []access.NewAccess{
			{Team: w.Acme.ID, Plan: made.ID}, {Team: w.Globex.ID, Plan: made.ID, Version: w.first}, {Team: w.Acme.ID, Plan: w.test.ID},
		} {
			granted, err := w.Access.GrantAccess(ctx, in)
			w.must(err)
			if in.Plan == w.test.ID {
				w.must(w.Access.RevokeCredential(ctx, granted.Issued[0].Credential.ID))
			}
		}
		for _, test := range []struct {
			name string
			of   func() (access.Reach, error)
			want access.Reach
		}{
			{"plan", func() (access.Reach, error) { return w.Access.ReachOfPlan(ctx, made.Slug) }, access.Reach{Subscriptions: 2, Teams: 2, Keys: 4, Ending: 2}},
			{"product", func() (access.Reach, error) { return w.Access.ReachOfProduct(ctx, "weather", "") }, access.Reach{Subscriptions: 3, Teams: 2, Keys: 5, Ending: 1}},
			{"version", func() (access.Reach, error) { return w.Access.ReachOfProduct(ctx, "weather", "2") }, access.Reach{Subscriptions: 2, Teams: 1, Keys: 3}},
			{"product without subscriptions", func() (access.Reach, error) { return w.Access.ReachOfProduct(ctx, "secret", "") }, access.Reach{}},
		} {
			if got, err := test.of(); err != nil || got != test.want {
				t.Errorf("%s: got %+v, %v, want %+v", test.name, got, err, test.want)
			}
		}
	})
}
