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
		if !cmp.Equal(stored, updated) || stored.Application.Name != "Shop 2" || stored.Application.Description != "sells" || stored.Strategy.ID != w.byKey.ID {
			t.Errorf("stored %+v, answered %+v", stored, updated)
		}
		for name, row := range map[string]struct {
			in   access.NewApplication
			kind fault.Kind
			code string
		}{
			"without a name":            {access.NewApplication{Name: " "}, fault.Invalid, "invalid_input"},
			"a long name":               {access.NewApplication{Name: string(make([]rune, 256))}, fault.Invalid, "invalid_input"},
			"a name of lines":           {access.NewApplication{Name: "a\nb"}, fault.Invalid, "invalid_input"},
			"a relative address":        {access.NewApplication{Name: "a", RedirectURI: "/back"}, fault.Invalid, "invalid_input"},
			"a script to go back to":    {access.NewApplication{Name: "a", RedirectURI: "javascript:alert(1)"}, fault.Invalid, "invalid_input"},
			"an address without a host": {access.NewApplication{Name: "a", RedirectURI: "https:"}, fault.Invalid, "invalid_input"},
			"a reference of two lines":  {access.NewApplication{Name: "a", ReferenceID: "a\nb"}, fault.Invalid, "invalid_input"},
			"no such strategy":          {access.NewApplication{Name: "a", Strategy: plan.StrategyID{1}}, fault.Invalid, "invalid_input"},
			"a kind that is not issued": {access.NewApplication{Name: "a", Strategy: w.byToken.ID}, fault.Invalid, "invalid_input"},
			"a kind that is not meant":  {access.NewApplication{Name: "a", Strategy: w.byPassword.ID, Kinds: []plan.Kind{plan.Key}}, fault.Invalid, "invalid_input"},
			"a name twice":              {access.NewApplication{Name: "shop 2 "}, fault.Conflict, "name_taken"},
			"a reference twice":         {access.NewApplication{Name: "a", ReferenceID: "shop-1"}, fault.Conflict, "reference_taken"},
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
		issued := append(slices.Clone(granted.Issued), loose)
		if !slices.ContainsFunc(issued, func(one access.IssuedCredential) bool { return len(w.key(one.Credential.ID).Sealed) > 0 }) {
			t.Fatal("no key of the application is sealed, so the test proves nothing")
		}
		w.must(w.Access.DeleteApplication(w.As(w.Owner), in.Application))
		for _, one := range issued {
			if key := w.key(one.Credential.ID); key.RevokedAt.IsZero() || len(key.Sealed) > 0 {
				t.Errorf("after the deletion, the key %s was revoked at %v and has %d sealed bytes", key.ID, key.RevokedAt, len(key.Sealed))
			}
		}
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
		_, err = w.Access.UpdateApplication(w.As(w.Owner), access.UpdateApplication{Application: made.ID, Name: opt.Of("Mine")})
		w.refused(err, fault.Conflict, "default_application")
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
