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

func TestASuspendedSubscriptionCanBeReinstated(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, askFor(w.production))
		subscription, key := granted.Subscriptions[0].ID, granted.Issued[0].Secret
		suspended, err := w.Access.SuspendSubscription(w.As(w.Staff), subscription, "unpaid")
		w.must(err)
		if suspended.State != access.Suspended || suspended.Reason != "unpaid" || w.opens(key, w.first) {
			t.Errorf("got %+v, want it suspended as unpaid and without access", suspended)
		}
		_, err = w.Access.SuspendSubscription(w.As(w.Staff), subscription, "")
		w.wantError(err, fault.Conflict, "state_conflict")
		_, err = w.Access.ReinstateSubscription(w.As(w.Staff), subscription)
		w.must(err)
		if !w.opens(key, w.first) {
			t.Error("got no access after it was reinstated, want access")
		}
		_, err = w.Access.ReinstateSubscription(w.As(w.Staff), subscription)
		w.wantError(err, fault.Conflict, "state_conflict")
	})
}

func TestAPendingSubscriptionCannotBeReinstated(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		pending := w.ask(w.Owner, askFor(w.single)).Subscriptions[0].ID
		_, err := w.Access.ReinstateSubscription(w.As(w.Staff), pending)
		w.wantError(err, fault.Conflict, "state_conflict")
	})
}

func TestRemovingASuspendedSubscriptionDoesNotUndoTheSuspension(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.ask(w.Owner, askFor(w.production))
		id := granted.Subscriptions[0].ID
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), id, "abuse")
		w.must(err)
		removed, err := w.Access.CancelSubscription(w.As(w.Owner), id, "")
		w.must(err)
		if removed.State != access.Revoked || removed.Reason != "abuse" {
			t.Errorf("got %+v, want it revoked for abuse", removed)
		}
		_, err = w.Access.Subscription(w.As(w.Owner), id)
		w.wantError(err, fault.NotFound, "not_found")
		_, err = w.Access.CancelSubscription(w.As(w.Owner), id, "")
		w.wantError(err, fault.NotFound, "not_found")
		listed, err := w.Access.Subscriptions(w.As(w.Owner), access.SubscriptionFilter{Removed: true}, all)
		w.must(err)
		if listed.Total != 0 {
			t.Errorf("the owner: got %d subscriptions, want none", listed.Total)
		}
		if seen, err := w.Access.Subscriptions(w.As(w.Staff), access.SubscriptionFilter{Removed: true}, all); err != nil || seen.Total != 1 {
			t.Errorf("staff: got %d, %v, want 1", seen.Total, err)
		}
		_, err = w.Access.RequestAccess(w.As(w.Owner), askFor(w.production))
		w.wantError(err, fault.Conflict, "already_subscribed")
		_, err = w.Access.ClearSubscription(w.As(w.Staff), id)
		w.must(err)
		again := w.ask(w.Owner, askFor(w.production))
		if w.opens(granted.Issued[0].Secret, w.first) || !w.opens(again.Issued[0].Secret, w.first) {
			t.Error("got access with the old key or none with the new one, want access with the new one only")
		}
	})
}

func TestCancellingRevokesTheKeysAndAllowsANewRequest(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		first := w.ask(w.Owner, askFor(w.production))
		_, err := w.Access.CancelSubscription(w.As(w.Member), first.Subscriptions[0].ID, "")
		w.must(err)
		if w.opens(first.Issued[0].Secret, w.first) || w.key(first.Issued[0].Credential.ID).RevokedAt.IsZero() {
			t.Error("got the bound key working, want it revoked with its subscription")
		}
		second := w.ask(w.Owner, askFor(w.production))
		_, err = w.Access.CancelSubscription(w.As(w.Staff), second.Subscriptions[0].ID, "")
		w.must(err)
		seen, err := w.Access.Subscription(w.As(w.Owner), second.Subscriptions[0].ID)
		w.must(err)
		if seen.Subscription.State != access.Cancelled {
			t.Errorf("the owner: got %+v, want it cancelled", seen.Subscription)
		}
		w.ask(w.Owner, askFor(w.production))
	})
}

func TestASubscriptionExpiresAtItsEnd(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		_, err := w.Access.GrantAccess(w.As(w.Staff), access.NewAccess{Team: w.Acme.ID, Plan: w.gold.ID, EndsAt: w.Clock.Now()})
		w.wantError(err, fault.Invalid, "invalid_input")
		granted := w.grant(access.NewAccess{Plan: w.gold.ID, EndsAt: w.Clock.Now().Add(time.Hour), IssueKey: true})
		id := granted.Subscription.ID
		w.Clock.Advance(time.Hour)
		if w.opens(granted.Issued[0].Secret, w.first) {
			t.Error("got access at the end, want none")
		}
		if seen, err := w.Access.Subscription(w.As(w.Owner), id); err != nil || seen.Subscription.State != access.Expired {
			t.Errorf("the owner: got %+v, %v, want it expired", seen.Subscription, err)
		}
		_, err = w.Access.SuspendSubscription(w.As(w.Staff), id, "")
		w.wantError(err, fault.Conflict, "state_conflict")
		w.grant(access.NewAccess{Plan: w.silver.ID}) // no plan of the family is held now
		expired, err := w.Access.ExpireSubscription(w.As(identity.SystemPrincipal("job")), id)
		w.must(err)
		if expired.State != access.Expired {
			t.Errorf("got %+v, want it expired", expired)
		}
		_, err = w.Access.ExpireSubscription(w.As(w.Staff), id)
		w.wantError(err, fault.Conflict, "state_conflict")
	})
}

func TestASubscriptionChangesOnlyToAMatchingPlan(t *testing.T) {
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
			"unknown plan":        {plan.ID{1}, fault.NotFound, "not_found"},
		} {
			_, err := w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: id, Plan: row.to})
			t.Log(name)
			w.wantError(err, row.kind, row.code)
		}
		changed, err := w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: id, Plan: w.silver.ID})
		w.must(err)
		if changed.ID != id || w.reload(id).Plan != w.silver.ID || !w.opens(granted.Issued[0].Secret, w.first) {
			t.Errorf("got %+v, want the same subscription under silver with a working key", changed)
		}
		_, err = w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: id, Plan: w.silver.ID})
		w.must(err)
		free := w.grant(access.NewAccess{Plan: w.single.ID})
		_, err = w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: free.Subscription.ID, Plan: w.gold.ID})
		w.wantError(err, fault.Conflict, "family_held")
		waiting := w.ask(w.Owner, access.Ask{Plans: []string{w.single.ID.Hex()}, Version: w.first}).Subscriptions[0].ID
		_, err = w.Access.ChangePlan(w.As(w.Staff), access.ChangePlan{Subscription: waiting, Plan: w.reserved.ID})
		w.wantError(err, fault.Conflict, "state_conflict")
	})
}

func TestATeamHoldsOnePlanOfAFamily(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		other := w.application(w.Owner, access.NewApplication{Name: "Other"})
		w.grant(access.NewAccess{Plan: w.gold.ID})
		w.grant(access.NewAccess{Plan: w.gold.ID, Application: other.ID}) // the same plan is allowed again
		in := askFor(w.silver)
		in.Application = other.ID
		_, err := w.Access.RequestAccess(w.As(w.Owner), in)
		w.wantError(err, fault.Conflict, "family_held")
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.silver.ID})
	})
}

// Changes outside of access must stop keys from working, too.
func TestAKeyStopsWorkingWithItsOwnerTeamOrPlan(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		granted := w.grant(access.NewAccess{Account: w.Member.Account, Plan: w.production.ID})
		shown, err := w.Access.RevealCredential(w.As(w.Member), granted.Issued[0].Credential.ID)
		w.must(err)
		ctx := w.As(w.Staff)
		for name, row := range map[string]struct {
			stop, undo func() error
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
			w.must(row.stop())
			if w.opens(shown, w.first) {
				t.Errorf("%s: got access, want none", name)
			}
			w.must(row.undo())
			if !w.opens(shown, w.first) {
				t.Errorf("%s, then undone: got no access, want access", name)
			}
		}
	})
}

func (w *world) setState(changed identity.AccountID, state account.State) error {
	stored, err := w.DB.Accounts().Account(w.t.Context(), changed)
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

// Every change to a grant must put a tag of the cached grant in the change log.
func TestEveryChangeInvalidatesCachedGrants(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		var logged []event.Tag
		w.DB.OnChange(func(change event.Change) { logged = append(logged, change.Tags...) })
		on := w.target(identity.AccountID{})
		other := w.target(identity.AccountID{})
		key := on.granted.Issued[0].Credential.ID
		grant, err := w.Access.Grant(t.Context(), access.Proof{Lookups: [][]byte{w.key(key).Lookup}})
		w.must(err)
		unbound, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: on.application.ID})
		w.must(err)
		wide, err := w.Access.Grant(t.Context(), w.proof(plan.Key, unbound.Secret))
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
			logged = nil
			w.must(row.change())
			for _, cached := range row.grants {
				if !slices.ContainsFunc(cached.Tags, func(tag event.Tag) bool { return slices.Contains(logged, tag) }) {
					t.Errorf("%s: got the tags %v, want one of the cached %v", row.name, logged, cached.Tags)
				}
			}
			if got := slices.Contains(logged, event.NewKeys); got != row.newKeys {
				t.Errorf("%s: got new keys %v, want %v", row.name, got, row.newKeys)
			}
			foreign := event.TagOf(event.TagApplication, other.application.ID)
			if slices.Contains(logged, foreign) {
				t.Errorf("%s: got the tag of another application, want only its own", row.name)
			}
		}
	})
}
