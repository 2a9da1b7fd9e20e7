package access_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/opt"
)

func TestATeamAndItsMemberHaveSeparateDefaultApplications(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		team := w.grant(access.NewAccess{Plan: w.production.ID}).Subscription
		own := w.grant(access.NewAccess{Account: w.Member.Account, Plan: w.production.ID}).Subscription
		if team.Application == own.Application {
			t.Fatal("got one application for the team and its member, want two")
		}
		again := w.grant(access.NewAccess{Account: w.Member.Account, Plan: w.test.ID}).Subscription
		if again.Application != own.Application {
			t.Errorf("got the applications %s and %s for one member, want the same", own.Application, again.Application)
		}
		_, err := w.Access.GrantAccess(w.As(w.Staff), access.NewAccess{Team: w.Acme.ID, Plan: w.production.ID})
		w.wantError(err, fault.Conflict, "already_subscribed")
		_, err = w.Access.RevokeSubscription(w.As(w.Staff), team.ID, "")
		w.must(err)
		w.grant(access.NewAccess{Plan: w.production.ID}) // staff may grant what they revoked
	})
}

func TestApplicationsAreStoredAndInvalidInputIsRejected(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		made := w.application(w.Owner, access.NewApplication{Name: " Shop ", Description: "sells", Strategy: w.byKey.ID, ReferenceID: "shop-1", RedirectURI: "https://shop.example/back"})
		updated, err := w.Access.UpdateApplication(w.As(w.Owner), access.UpdateApplication{Application: made.ID, Name: opt.Of("Shop 2")})
		w.must(err)
		stored, err := w.Access.Application(w.As(w.Owner), made.ID)
		w.must(err)
		if !cmp.Equal(stored, updated) || stored.Application.Name != "Shop 2" || stored.Application.Description != "sells" || stored.Strategy.ID != w.byKey.ID {
			t.Errorf("got %+v stored, want the answer %+v", stored, updated)
		}
		for name, row := range map[string]struct {
			in   access.NewApplication
			kind fault.Kind
			code string
		}{
			"without a name":                {access.NewApplication{Name: " "}, fault.Invalid, "invalid_input"},
			"a long name":                   {access.NewApplication{Name: string(make([]rune, 256))}, fault.Invalid, "invalid_input"},
			"a name of two lines":           {access.NewApplication{Name: "a\nb"}, fault.Invalid, "invalid_input"},
			"a relative redirect URI":       {access.NewApplication{Name: "a", RedirectURI: "/back"}, fault.Invalid, "invalid_input"},
			"a script as redirect URI":      {access.NewApplication{Name: "a", RedirectURI: "javascript:alert(1)"}, fault.Invalid, "invalid_input"},
			"a redirect URI without a host": {access.NewApplication{Name: "a", RedirectURI: "https:"}, fault.Invalid, "invalid_input"},
			"a reference of two lines":      {access.NewApplication{Name: "a", ReferenceID: "a\nb"}, fault.Invalid, "invalid_input"},
			"an unknown strategy":           {access.NewApplication{Name: "a", Strategy: plan.StrategyID{1}}, fault.Invalid, "invalid_input"},
			"a kind that is not issued":     {access.NewApplication{Name: "a", Strategy: w.byToken.ID}, fault.Invalid, "invalid_input"},
			"a kind outside the choice":     {access.NewApplication{Name: "a", Strategy: w.byPassword.ID, Kinds: []plan.Kind{plan.Key}}, fault.Invalid, "invalid_input"},
			"a name twice":                  {access.NewApplication{Name: "shop 2 "}, fault.Conflict, "name_taken"},
			"a reference twice":             {access.NewApplication{Name: "a", ReferenceID: "shop-1"}, fault.Conflict, "reference_taken"},
		} {
			_, err := w.Access.CreateApplication(w.As(w.Owner), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: got %v, want %s %s", name, err, row.kind, row.code)
			}
		}
	})
}

func TestDeletingAnApplicationRevokesItsKeys(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		in := askFor(w.production)
		in.Application = w.application(w.Owner, access.NewApplication{Name: "Shop", ReferenceID: "shop-1"}).ID
		granted := w.ask(w.Owner, in)
		unbound, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: in.Application})
		w.must(err)
		needsApproval := access.Ask{Application: in.Application, Plans: []string{w.single.ID.Hex()}}
		asked := w.ask(w.Owner, needsApproval)
		issued := append(slices.Clone(granted.Issued), unbound)
		if !slices.ContainsFunc(issued, func(one access.IssuedCredential) bool { return len(w.key(one.Credential.ID).Sealed) > 0 }) {
			t.Fatal("got no sealed key: the test would prove nothing")
		}
		w.must(w.Access.DeleteApplication(w.As(w.Owner), in.Application))
		for _, one := range issued {
			if key := w.key(one.Credential.ID); key.RevokedAt.IsZero() || len(key.Sealed) > 0 {
				t.Errorf("key %s: got revoked at %v with %d sealed bytes, want it revoked without sealed bytes", key.ID, key.RevokedAt, len(key.Sealed))
			}
		}
		for _, key := range []string{granted.Issued[0].Secret, granted.Issued[1].Secret, unbound.Secret} {
			if w.opens(key, w.first) {
				t.Error("got access with a key of the deleted application, want none")
			}
		}
		if state := w.reload(granted.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("got an approved subscription that became %s, want cancelled", state)
		}
		if state := w.reload(asked.Subscriptions[0].ID).State; state != access.Cancelled {
			t.Errorf("got a pending subscription that became %s, want cancelled", state)
		}
		_, err = w.Access.Application(w.As(w.Owner), in.Application)
		w.wantError(err, fault.NotFound, "not_found")
		w.wantError(w.Access.DeleteApplication(w.As(w.Owner), in.Application), fault.NotFound, "not_found")
		_, err = w.Access.RequestAccess(w.As(w.Staff), in)
		w.wantError(err, fault.NotFound, "not_found")
		_, err = w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: asked.Request.ID, Approve: true})
		w.wantError(err, fault.Conflict, "already_processed")
		deleted, err := w.DB.Access().Application(t.Context(), in.Application)
		if err != nil || deleted.Name != "Shop" || deleted.DeletedAt.IsZero() {
			t.Errorf("got %+v, %v, want the application marked as deleted", deleted, err)
		}
		w.application(w.Owner, access.NewApplication{Name: "Shop", ReferenceID: "shop-1"}) // its reference is free again
	})
}

func TestTheDefaultApplicationIsCreatedOnceAndCannotBeChanged(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		made, err := w.Access.DefaultApplication(w.As(w.Owner), w.Acme.ID, identity.AccountID{})
		w.must(err)
		again, err := w.Access.DefaultApplication(w.As(w.Member), w.Acme.ID, identity.AccountID{})
		w.must(err)
		if made.ID != again.ID || !made.Default {
			t.Errorf("got %+v and %+v, want one default application", made, again)
		}
		w.wantError(w.Access.DeleteApplication(w.As(w.Owner), made.ID), fault.Conflict, "default_application")
		_, err = w.Access.UpdateApplication(w.As(w.Owner), access.UpdateApplication{Application: made.ID, Name: opt.Of("Mine")})
		w.wantError(err, fault.Conflict, "default_application")
		for _, row := range []struct {
			filter access.ApplicationFilter
			want   int
		}{{access.ApplicationFilter{}, 0}, {access.ApplicationFilter{Defaults: true}, 1}} {
			listed, err := w.Access.Applications(w.As(w.Owner), row.filter, all)
			w.must(err)
			if listed.Total != row.want {
				t.Errorf("%+v: got %d applications, want %d", row.filter, listed.Total, row.want)
			}
		}
	})
}
