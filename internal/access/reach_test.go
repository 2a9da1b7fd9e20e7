package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// ofStaff makes a plan that staff may delete.
func (w *world) ofStaff() plan.Plan {
	w.t.Helper()
	made := w.production
	made.ID, made.ManagedBy = id.New[plan.ID](w.Clock.Now()), catalog.Staff
	made.Slug = "made-" + made.ID.Hex()
	w.must(w.DB.Plans().SavePlan(w.t.Context(), made))
	return made
}

func TestReachCountsWhoIsAffected(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx := w.As(w.Staff)
		made := w.ofStaff()
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
			{"plan", func() (access.Reach, error) { return w.Access.ReachOfPlan(ctx, made.Slug) }, access.Reach{Subscriptions: 2, Teams: 2, Keys: 4}},
			{"product", func() (access.Reach, error) { return w.Access.ReachOfProduct(ctx, "weather", "") }, access.Reach{Subscriptions: 3, Teams: 2, Keys: 5}},
			{"version", func() (access.Reach, error) { return w.Access.ReachOfProduct(ctx, "weather", "2") }, access.Reach{Subscriptions: 2, Teams: 1, Keys: 3}},
			{"nobody", func() (access.Reach, error) { return w.Access.ReachOfProduct(ctx, "secret", "") }, access.Reach{}},
		} {
			if got, err := test.of(); err != nil || got != test.want {
				t.Errorf("%s reaches %+v, want %+v, %v", test.name, got, test.want, err)
			}
		}
	})
}

func TestADeletedPlanEndsItsSubscriptionsAndTheirKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx := w.As(w.Staff)
		made := w.ofStaff()
		granted, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Acme.ID, Plan: made.ID})
		w.must(err)
		w.must(w.Access.DeletePlan(ctx, made.Slug))
		ended, err := w.Access.Subscription(ctx, granted.Subscription.ID)
		w.must(err)
		if ended.Subscription.State != access.Revoked || ended.Subscription.Reason == "" {
			t.Errorf("the subscription is %s because %q", ended.Subscription.State, ended.Subscription.Reason)
		}
		if key := w.key(granted.Issued[0].Credential.ID); key.RevokedAt.IsZero() {
			t.Error("the key still works")
		}
		if err := w.Access.DeletePlan(ctx, made.Slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting it twice: %v", err)
		}
		if err := w.Access.DeletePlan(ctx, w.production.Slug); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting what files manage: %v", err)
		}
	})
}
