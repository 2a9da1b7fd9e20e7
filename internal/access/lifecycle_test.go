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
	"github.com/portico-api/portico/internal/platform/opt"
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
		removed, err := w.Access.CancelSubscription(w.As(w.Owner), id)
		w.must(err)
		if removed.State != access.Revoked || removed.Reason != "abuse" {
			t.Errorf("removed %+v", removed)
		}
		_, err = w.Access.Subscription(w.As(w.Owner), id)
		w.refused(err, fault.NotFound, "not_found")
		_, err = w.Access.CancelSubscription(w.As(w.Owner), id)
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
		_, err := w.Access.CancelSubscription(w.As(w.Member), first.Subscriptions[0].ID)
		w.must(err)
		if w.opens(first.Issued[0].Secret, w.first) || w.key(first.Issued[0].Credential.ID).RevokedAt.IsZero() {
			t.Error("the bound key outlives its subscription")
		}
		second := w.ask(w.Owner, wanting(w.production))
		_, err = w.Access.CancelSubscription(w.As(w.Staff), second.Subscriptions[0].ID)
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

func TestGrantingToATeamAndToAMember(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		team := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
		own := w.grant(access.NewAccess{Account: w.Member.Account, Plan: w.production.ID}).Subscription
		if team.Application == own.Application {
			t.Fatal("the team and its member share an application")
		}
		again := w.grant(access.NewAccess{Account: w.Member.Account, Plan: w.test.ID}).Subscription
		if again.Application != own.Application {
			t.Error("the member has two default applications")
		}
		_, err := w.Access.GrantAccess(w.As(w.Staff), access.NewAccess{Team: w.Acme.ID, Plan: w.production.ID})
		w.refused(err, fault.Conflict, "already_subscribed")
		_, err = w.Access.RevokeSubscription(w.As(w.Staff), team.ID, "")
		w.must(err)
		w.grant(access.NewAccess{Plan: w.production.ID}) // staff who grant have thought again
	})
}

func TestApplications(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		made := w.application(w.Owner, access.NewApplication{Name: " Shop ", Description: "sells", Strategy: w.byKey.ID, ReferenceID: "shop-1", RedirectURI: "https://shop.example/back"})
		updated, err := w.Access.UpdateApplication(w.As(w.Owner), access.UpdateApplication{Application: made.ID, Name: opt.Of("Shop 2")})
		w.must(err)
		stored, err := w.Access.Application(w.As(w.Owner), made.ID)
		w.must(err)
		if stored != updated || stored.Name != "Shop 2" || stored.Description != "sells" || stored.Strategy != w.byKey.ID {
			t.Errorf("stored %+v, answered %+v", stored, updated)
		}
		for name, row := range map[string]struct {
			in   access.NewApplication
			kind fault.Kind
			code string
		}{
			"without a name":     {access.NewApplication{Name: " "}, fault.Invalid, "invalid_input"},
			"a long name":        {access.NewApplication{Name: string(make([]rune, 101))}, fault.Invalid, "invalid_input"},
			"a name of lines":    {access.NewApplication{Name: "a\nb"}, fault.Invalid, "invalid_input"},
			"a relative address": {access.NewApplication{Name: "a", RedirectURI: "/back"}, fault.Invalid, "invalid_input"},
			"no such strategy":   {access.NewApplication{Name: "a", Strategy: plan.StrategyID{1}}, fault.Invalid, "invalid_input"},
			"a reference twice":  {access.NewApplication{Name: "a", ReferenceID: "shop-1"}, fault.Conflict, "reference_taken"},
		} {
			_, err := w.Access.CreateApplication(w.As(w.Owner), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestDeletingAnApplication(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := wanting(w.production)
		in.Application = w.application(w.Owner, access.NewApplication{Name: "Shop", ReferenceID: "shop-1"}).ID
		granted := w.ask(w.Owner, in)
		loose, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: in.Application})
		w.must(err)
		waiting := access.Ask{Application: in.Application, Plans: []string{w.single.ID.Hex()}}
		asked := w.ask(w.Owner, waiting)
		w.must(w.Access.DeleteApplication(w.As(w.Owner), in.Application))
		for _, key := range []string{granted.Issued[0].Secret, granted.Issued[1].Secret, loose.Secret} {
			if w.opens(key, w.first) {
				t.Error("a key of a deleted application opens")
			}
		}
		if state := w.reload(granted.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("its subscription is %s", state)
		}
		if state := w.reload(asked.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("what waited is %s", state)
		}
		_, err = w.Access.Application(w.As(w.Owner), in.Application)
		w.refused(err, fault.NotFound, "not_found")
		w.refused(w.Access.DeleteApplication(w.As(w.Owner), in.Application), fault.NotFound, "not_found")
		_, err = w.Access.RequestAccess(w.As(w.Staff), in)
		w.refused(err, fault.NotFound, "not_found")
		_, err = w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
		w.refused(err, fault.Conflict, "already_processed")
		tombstone, err := w.DB.Access().Application(t.Context(), in.Application)
		if err != nil || tombstone.Name != "Shop" || tombstone.DeletedAt.IsZero() {
			t.Errorf("the tombstone is %+v, %v", tombstone, err)
		}
		w.application(w.Owner, access.NewApplication{Name: "Shop", ReferenceID: "shop-1"}) // its reference is free again
	})
}

func TestDefaultApplications(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		made, err := w.Access.DefaultApplication(w.As(w.Owner), w.Acme.ID, identity.AccountID{})
		w.must(err)
		again, err := w.Access.DefaultApplication(w.As(w.Member), w.Acme.ID, identity.AccountID{})
		w.must(err)
		if made.ID != again.ID || !made.Default {
			t.Errorf("%+v and %+v", made, again)
		}
		w.refused(w.Access.DeleteApplication(w.As(w.Owner), made.ID), fault.Conflict, "default_application")
		for _, row := range []struct {
			filter access.ApplicationFilter
			want   int
		}{{access.ApplicationFilter{}, 0}, {access.ApplicationFilter{Defaults: true}, 1}} {
			listed, err := w.Access.Applications(w.As(w.Owner), row.filter, all)
			w.must(err)
			if listed.Total != row.want {
				t.Errorf("%d listed with %+v, want %d", listed.Total, row.filter, row.want)
			}
		}
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
			{"rotate", []access.Grant{grant}, true, func() error {
				_, err := w.Access.RotateCredential(w.As(w.Owner), access.RotateCredential{Credential: key, Overlap: time.Hour})
				return err
			}},
			{"revoke a key", []access.Grant{grant}, false, func() error { return w.Access.RevokeCredential(w.As(w.Owner), key) }},
			{"cancel", []access.Grant{grant, wide}, false, func() error {
				_, err := w.Access.CancelSubscription(w.As(w.Owner), on.granted.Subscription.ID)
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
