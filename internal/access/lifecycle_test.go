package access_test

import (
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

func TestSuspendingAndReinstating(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		subscription, key := granted.Subscriptions[0].ID, granted.Issued[0].Secret
		suspended, err := w.Access.SuspendSubscription(w.As(w.Staff), subscription, "unpaid")
		w.must(err)
		if suspended.State != access.Suspended || suspended.Reason != "unpaid" || w.opens(key, w.first) {
			t.Errorf("suspended %+v", suspended)
		}
		_, err = w.Access.SuspendSubscription(w.As(w.Staff), subscription, "")
		w.refused(err, fault.Conflict, "state_conflict")
		_, err = w.Access.ReinstateSubscription(w.As(w.Staff), subscription)
		w.must(err)
		if !w.opens(key, w.first) {
			t.Error("closed after it was reinstated")
		}
		_, err = w.Access.ReinstateSubscription(w.As(w.Staff), subscription)
		w.refused(err, fault.Conflict, "state_conflict")
	})
}

func TestReinstatingIsNoApproval(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		waiting := w.ask(w.Owner, wanting(w.single)).Subscriptions[0].ID
		_, err := w.Access.ReinstateSubscription(w.As(w.Staff), waiting)
		w.refused(err, fault.Conflict, "state_conflict")
	})
}

func TestRemovingASuspendedSubscriptionDoesNotUndoTheSuspension(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, wanting(w.production))
		id := granted.Subscriptions[0].ID
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), id, "abuse")
		w.must(err)
		removed, err := w.Access.CancelSubscription(w.As(w.Owner), id, "")
		w.must(err)
		if removed.State != access.Revoked || removed.Reason != "abuse" {
			t.Errorf("removed %+v", removed)
		}
		_, err = w.Access.Subscription(w.As(w.Owner), id)
		w.refused(err, fault.NotFound, "not_found")
		_, err = w.Access.CancelSubscription(w.As(w.Owner), id, "")
		w.refused(err, fault.NotFound, "not_found")
		listed, err := w.Access.Subscriptions(w.As(w.Owner), access.SubscriptionFilter{Removed: true}, all)
		w.must(err)
		if listed.Total != 0 {
			t.Error("its owner still sees it")
		}
		if seen, err := w.Access.Subscriptions(w.As(w.Staff), access.SubscriptionFilter{Removed: true}, all); err != nil || seen.Total != 1 {
			t.Errorf("staff see %d, %v", seen.Total, err)
		}
		_, err = w.Access.RequestAccess(w.As(w.Owner), wanting(w.production))
		w.refused(err, fault.Conflict, "already_subscribed")
		_, err = w.Access.ClearSubscription(w.As(w.Staff), id)
		w.must(err)
		again := w.ask(w.Owner, wanting(w.production))
		if w.opens(granted.Issued[0].Secret, w.first) || !w.opens(again.Issued[0].Secret, w.first) {
			t.Error("the old key must stay closed and the new one open")
		}
	})
}

func TestCancellingClosesAndFrees(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first := w.ask(w.Owner, wanting(w.production))
		_, err := w.Access.CancelSubscription(w.As(w.Member), first.Subscriptions[0].ID, "")
		w.must(err)
		if w.opens(first.Issued[0].Secret, w.first) || w.key(first.Issued[0].Credential.ID).RevokedAt.IsZero() {
			t.Error("the bound key outlives its subscription")
		}
		second := w.ask(w.Owner, wanting(w.production))
		_, err = w.Access.CancelSubscription(w.As(w.Staff), second.Subscriptions[0].ID, "")
		w.must(err)
		seen, err := w.Access.Subscription(w.As(w.Owner), second.Subscriptions[0].ID)
		w.must(err)
		if seen.Subscription.State != access.Cancelled {
			t.Errorf("the owner sees %+v", seen.Subscription)
		}
		w.ask(w.Owner, wanting(w.production))
	})
}

func TestTheEndOfASubscription(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, err := w.Access.GrantAccess(w.As(w.Staff), access.NewAccess{Team: w.Acme.ID, Plan: w.gold.ID, EndsAt: w.Clock.Now()})
		w.refused(err, fault.Invalid, "invalid_input")
		granted := w.grant(access.NewAccess{Plan: w.gold.ID, EndsAt: w.Clock.Now().Add(time.Hour), IssueKey: true})
		id := granted.Subscription.ID
		w.Clock.Advance(time.Hour)
		if w.opens(granted.Issued[0].Secret, w.first) {
			t.Error("open at its end")
		}
		if seen, err := w.Access.Subscription(w.As(w.Owner), id); err != nil || seen.Subscription.State != access.Expired {
			t.Errorf("its owner sees %+v, %v", seen.Subscription, err)
		}
		_, err = w.Access.SuspendSubscription(w.As(w.Staff), id, "")
		w.refused(err, fault.Conflict, "state_conflict")
		w.grant(access.NewAccess{Plan: w.silver.ID}) // the family is free again
		expired, err := w.Access.ExpireSubscription(w.As(identity.SystemPrincipal("job")), id)
		w.must(err)
		if expired.State != access.Expired {
			t.Errorf("expired %+v", expired)
		}
		_, err = w.Access.ExpireSubscription(w.As(w.Staff), id)
		w.refused(err, fault.Conflict, "state_conflict")
	})
}

func TestChangingPlans(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Plan: w.gold.ID, IssueKey: true})
		id := granted.Subscription.ID
		for name, row := range map[string]struct {
			to   plan.ID
			kind fault.Kind
			code string
		}{
			"another environment": {w.test.ID, fault.Conflict, "plan_mismatch"},
			"another strategy":    {w.password.ID, fault.Conflict, "plan_mismatch"},
			"no such plan":        {plan.ID{1}, fault.NotFound, "not_found"},
		} {
			_, err := w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: id, Plan: row.to})
			t.Log(name)
			w.refused(err, row.kind, row.code)
		}
		changed, err := w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: id, Plan: w.silver.ID})
		w.must(err)
		if changed.ID != id || w.reload(id).Plan != w.silver.ID || !w.opens(granted.Issued[0].Secret, w.first) {
			t.Errorf("changed to %+v", changed)
		}
		_, err = w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: id, Plan: w.silver.ID})
		w.must(err)
		free := w.grant(access.NewAccess{Plan: w.single.ID})
		_, err = w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: free.Subscription.ID, Plan: w.gold.ID})
		w.refused(err, fault.Conflict, "family_held")
		waiting := w.ask(w.Owner, access.Ask{Plans: []string{w.single.ID.Hex()}, Version: w.first}).Subscriptions[0].ID
		_, err = w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: waiting, Plan: w.reserved.ID})
		w.refused(err, fault.Conflict, "state_conflict")
	})
}

func TestATeamHoldsOnePlanOfAFamily(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		other := w.application(w.Owner, access.NewApplication{Name: "Other"})
		w.grant(access.NewAccess{Plan: w.gold.ID})
		w.grant(access.NewAccess{Plan: w.gold.ID, Application: other.ID}) // the same plan again is no other plan
		in := wanting(w.silver)
		in.Application = other.ID
		_, err := w.Access.RequestAccess(w.As(w.Owner), in)
		w.refused(err, fault.Conflict, "family_held")
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.silver.ID})
	})
}

// What closes a key without touching access must close it all the same.
func TestWhatElseClosesAKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Account: w.Member.Account, Plan: w.production.ID})
		shown, err := w.Access.RevealCredential(w.As(w.Member), granted.Issued[0].Credential.ID)
		w.must(err)
		ctx := w.As(w.Staff)
		for name, row := range map[string]struct {
			closing, opening func() error
		}{
			"the owner is blocked": {
				func() error { return w.setState(w.Member.Account, account.Blocked) },
				func() error { return w.setState(w.Member.Account, account.Active) },
			},
			"the owner leaves": {
				func() error { return w.DB.Accounts().DeleteMember(ctx, w.Member.Account, w.Acme.ID) },
				func() error {
					return w.DB.Accounts().SaveMember(ctx, account.Member{Account: w.Member.Account, Team: w.Acme.ID, Role: identity.Member})
				},
			},
			"the team is disabled": {
				func() error { return w.disable(true) }, func() error { return w.disable(false) },
			},
			"the plan is deleted": {
				func() error { return w.savePlan(func(p *plan.Plan) { p.DeletedAt = w.Clock.Now() }) },
				func() error { return w.savePlan(func(*plan.Plan) {}) },
			},
			"the plan moves to another environment": {
				func() error { return w.savePlan(func(p *plan.Plan) { p.Environment = "test" }) },
				func() error { return w.savePlan(func(*plan.Plan) {}) },
			},
			"the plan opens something else": {
				func() error { return w.savePlan(func(p *plan.Plan) { p.Opens = []catalog.VersionID{w.second} }) },
				func() error { return w.savePlan(func(*plan.Plan) {}) },
			},
		} {
			w.must(row.closing())
			if w.opens(shown, w.first) {
				t.Errorf("%s: the key opens", name)
			}
			w.must(row.opening())
			if !w.opens(shown, w.first) {
				t.Errorf("%s, and that was undone: the key is closed", name)
			}
		}
	})
}

func (w *world) setState(who identity.AccountID, state account.State) error {
	stored, err := w.DB.Accounts().Account(w.t.Context(), who)
	if err != nil {
		return err
	}
	stored.State = state
	return w.DB.Accounts().SaveAccount(w.t.Context(), stored)
}

func (w *world) disable(disabled bool) error {
	team := w.Acme
	team.Disabled = disabled
	return w.DB.Accounts().SaveTeam(w.t.Context(), team)
}

func (w *world) savePlan(change func(*plan.Plan)) error {
	changed := w.production
	change(&changed)
	return w.DB.Plans().SavePlan(w.t.Context(), changed)
}

// Every change that alters a grant must name, in the change log, a tag that the grants cached before carry.
func TestChangesReachCachedGrants(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var heard []event.Tag
		w.DB.OnChange(func(change event.Change) { heard = append(heard, change.Tags...) })
		on := w.target(identity.AccountID{})
		other := w.target(identity.AccountID{})
		key := on.granted.Issued[0].Credential.ID
		grant, err := w.Access.Grant(t.Context(), access.Proof{Lookups: [][]byte{w.key(key).Lookup}})
		w.must(err)
		loose, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: on.application.ID})
		w.must(err)
		wide, err := w.Access.Grant(t.Context(), w.proof(plan.Key, loose.Secret))
		w.must(err)
		for _, row := range []struct {
			name    string
			grants  []access.Grant
			newKeys bool
			change  func() error
		}{
			{"issue", nil, true, func() error {
				_, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: on.application.ID})
				return err
			}},
			{"regenerate", []access.Grant{grant}, true, func() error { _, err := w.Access.RegenerateCredential(w.As(w.Owner), key); return err }},
			{"suspend", []access.Grant{grant, wide}, false, func() error {
				_, err := w.Access.SuspendSubscription(w.As(w.Staff), on.granted.Subscription.ID, "")
				return err
			}},
			{"reinstate", []access.Grant{grant, wide}, false, func() error {
				_, err := w.Access.ReinstateSubscription(w.As(w.Staff), on.granted.Subscription.ID)
				return err
			}},
			{"change plan", []access.Grant{grant, wide}, false, func() error {
				_, err := w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: on.granted.Subscription.ID, Plan: w.reserved.ID})
				return err
			}},
			{"approve another", []access.Grant{wide}, false, func() error {
				_, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: on.request.ID, Approve: true})
				return err
			}},
			{"grant another", []access.Grant{wide}, false, func() error {
				_, err := w.Access.GrantAccess(w.As(w.Staff), access.NewAccess{Application: on.application.ID, Plan: w.silver.ID})
				return err
			}},
			{"rotate", []access.Grant{grant}, true, func() error {
				_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: key, Overlap: time.Hour})
				return err
			}},
			{"revoke a key", []access.Grant{grant}, false, func() error { return w.Access.RevokeCredential(w.As(w.Owner), key) }},
			{"cancel", []access.Grant{grant, wide}, false, func() error {
				_, err := w.Access.CancelSubscription(w.As(w.Owner), on.granted.Subscription.ID, "")
				return err
			}},
			{"delete the application", []access.Grant{grant, wide}, false, func() error { return w.Access.DeleteApplication(w.As(w.Owner), on.application.ID) }},
		} {
			heard = nil
			w.must(row.change())
			for _, cached := range row.grants {
				if !slices.ContainsFunc(cached.Tags, func(tag event.Tag) bool { return slices.Contains(heard, tag) }) {
					t.Errorf("%s told %v, which leaves a grant with %v", row.name, heard, cached.Tags)
				}
			}
			if got := slices.Contains(heard, event.NewKeys); got != row.newKeys {
				t.Errorf("%s tells of new keys: %v", row.name, got)
			}
			foreign := event.TagOf(event.TagApplication, other.application.ID)
			if slices.Contains(heard, foreign) {
				t.Errorf("%s touched another application", row.name)
			}
		}
	})
}
