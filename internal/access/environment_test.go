package access_test

import (
	"context"
	"slices"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// createRegistrableVersion creates a version of Maps and a plan to register for it, with a pair of keys.
func (w *world) createRegistrableVersion(environment string, approval plan.Approval) catalog.VersionID {
	w.t.Helper()
	var made catalog.VersionID
	product := w.mapsAPI().product
	w.must(w.DB.InTx(w.t.Context(), func(ctx context.Context) error {
		made = w.version(ctx, product, w.uniqueName(environment))
		w.plan(ctx, plan.Plan{
			Name: w.uniqueName("Paired"), Environment: environment, Approval: approval, Opens: []catalog.VersionID{made},
			Keys: plan.KeyPolicy{Format: plan.HexKey, Pair: true, Viewable: true},
		})
		return nil
	}))
	return made
}

// A registration uses the keys of its application. If it issued more, they would count against the limit without ever
// being shown.
func TestARegistrationIssuesNoKeys(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		key, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID, Environment: "production"})
		w.must(err)
		automatic, byStaff := w.createRegistrableVersion("production", plan.Automatic), w.createRegistrableVersion("production", plan.StaffApproval)
		w.register(shop.ID, automatic)
		waiting := w.register(shop.ID, byStaff).Subscription.Request
		decided, err := w.Access.DecideRequest(w.As(w.Staff), access.Decision{Request: waiting, Approve: true})
		w.must(err)
		if len(decided.Issued) != 0 {
			t.Errorf("got %d keys with the approval, want none", len(decided.Issued))
		}
		keys, err := w.Access.ApplicationCredentials(w.As(w.Owner), shop.ID, all)
		w.must(err)
		if keys.Total != 1 {
			t.Errorf("got %d keys of the application, want 1", keys.Total)
		}
		if !w.opens(key.Secret, automatic) || !w.opens(key.Secret, byStaff) {
			t.Error("got no access with the application's key, want it to open both versions")
		}
	})
}

func TestKeysAreForTheEnvironmentsOfTheRegistrations(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		inTest, inProduction := w.createRegistrableVersion("test", plan.Automatic), w.createRegistrableVersion("production", plan.Automatic)
		usual := access.NewCredential{Application: shop.ID, UsualEnvironment: true}
		issue := func(in access.NewCredential, environment string, opens catalog.VersionID) access.IssuedCredential {
			t.Helper()
			issued, err := w.Access.IssueCredential(w.As(w.Owner), in)
			w.must(err)
			if issued.Credential.Environment != environment || !w.opens(issued.Secret, opens) {
				t.Errorf("got a key for %s, want a working one for %s", issued.Credential.Environment, environment)
			}
			return issued
		}
		choice := func(want ...string) {
			t.Helper()
			environments, err := w.Access.KeyEnvironments(w.As(w.Owner), shop.ID)
			w.must(err)
			if !slices.Equal(environments, want) {
				t.Errorf("got the choices %q, want %q", environments, want)
			}
		}
		opens := func(want ...string) {
			t.Helper()
			keys, err := w.Access.ApplicationKeys(w.As(w.Viewer), shop.ID)
			w.must(err)
			if !slices.Equal(keys.Open, want) {
				t.Errorf("got open environments %q, want %q", keys.Open, want)
			}
		}
		choice("production") // most plans of the portal are for production
		opens()
		registered := w.register(shop.ID, inTest)
		choice("test")
		opens("test")
		w.register(shop.ID, inProduction)
		choice("production", "test")
		opens("production", "test")
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), registered.Subscription.ID, "")
		w.must(err)
		choice("production", "test")
		opens("production")
		_, err = w.Access.ReinstateSubscription(w.As(w.Staff), registered.Subscription.ID)
		w.must(err)
		_, err = w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: shop.ID})
		w.wantError(err, fault.Invalid, "invalid_input")
		issue(usual, "production", inProduction)
		choice("test", "production") // a client that cannot choose gets a key for each in turn
		second := issue(usual, "test", inTest)
		issue(usual, "production", inProduction)
		issue(access.NewCredential{Application: shop.ID, Environment: "test"}, "test", inTest)
		w.must(w.Access.RevokeCredential(w.As(w.Owner), second.Credential.ID))
		choice("production", "test")
		keys, err := w.Access.ApplicationKeys(w.As(w.Viewer), shop.ID)
		w.must(err)
		if len(keys.Keys) != 3 || keys.Creators[w.Owner.Account] != w.Owner.Name {
			t.Errorf("got %d keys created by %q, want 3 by %q", len(keys.Keys), keys.Creators, w.Owner.Name)
		}
	})
}

func TestANewApplicationGetsTheDefaultOrTheOnlyStrategy(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		notDefault := w.byKey
		notDefault.Default = false
		deleted := notDefault
		deleted.DeletedAt = w.Clock.Now()
		only := []plan.Kind{plan.Key}
		for _, row := range []struct {
			name   string
			key    plan.Strategy
			in     access.NewApplication
			chosen plan.StrategyID
		}{
			{"the default", w.byKey, access.NewApplication{}, w.byKey.ID},
			{"another one", w.byKey, access.NewApplication{Strategy: w.byPassword.ID}, w.byPassword.ID},
			{"the only one of the kind", notDefault, access.NewApplication{Kinds: only}, w.byKey.ID},
			{"one of two", notDefault, access.NewApplication{}, plan.StrategyID{}},
			{"the only one", deleted, access.NewApplication{}, w.byPassword.ID},
			{"none of the kind", deleted, access.NewApplication{Kinds: only}, plan.StrategyID{}},
		} {
			w.must(w.DB.Plans().SaveStrategy(t.Context(), row.key))
			row.in.Name = w.uniqueName("Shop")
			made, err := w.Access.CreateApplication(w.As(w.Owner), row.in)
			if row.chosen.IsZero() {
				w.wantError(err, fault.Invalid, "invalid_input")
				continue
			}
			if err != nil || made.Application.Strategy != row.chosen || made.Strategy.ID != row.chosen {
				t.Errorf("%s: got %+v, %v, want strategy %s", row.name, made, err, row.chosen)
			}
		}
	})
}
