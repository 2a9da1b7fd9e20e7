package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// registerNew registers a new application of Acme, and creates its first key.
func (w *world) registerNew(name string, version catalog.VersionID) (access.RegisteredWithKey, error) {
	return w.Access.RegisterWithKey(w.As(w.Member), access.NewRegistrationWithKey{
		NewRegistration: access.NewRegistration{Version: version}, New: access.NewApplication{Name: name}, KeyName: "First",
	})
}

func TestRegisterWithKeyCreatesAWorkingKey(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		maps := w.mapsAPI()
		made, err := w.registerNew("Shop", maps.automatic)
		w.must(err)
		if made.Subscription.State != access.Approved || made.Key == nil || !w.opens(made.Key.Secret, maps.automatic) {
			t.Fatalf("created %+v", made)
		}
		if made.Key.Credential.Name != "First" || len(made.Key.Opens) != 1 || made.Key.Opens[0].Version.ID != maps.automatic {
			t.Errorf("the key %s opens %+v", made.Key.Credential.Name, made.Key.Opens)
		}
		again := access.NewRegistrationWithKey{
			NewRegistration: access.NewRegistration{Application: made.Subscription.Application, Version: maps.automatic},
			KeyName:         "Second", Once: id.New[access.CredentialID](testkit.Start),
		}
		second, err := w.Access.RegisterWithKey(w.As(w.Member), again)
		w.must(err)
		if second.Subscription.ID != made.Subscription.ID || second.Key == nil || second.Key.Credential.Name != "Second" {
			t.Errorf("an application that is registered already gets %+v", second)
		}
		_, err = w.Access.RegisterWithKey(w.As(w.Member), again)
		w.wantError(err, fault.Conflict, "issued_already")

		waiting, err := w.registerNew("Slow", maps.byStaff)
		w.must(err)
		if waiting.Subscription.State != access.Pending || waiting.Key != nil {
			t.Errorf("before staff decide there is %+v", waiting)
		}
	})
}

func TestRegisteringWithAKeyIsAllOrNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		maps := w.mapsAPI()
		look := func() (string, int) {
			applications, err := w.Access.Applications(w.As(w.Member), access.ApplicationFilter{}, all)
			w.must(err)
			held, err := w.Access.Subscriptions(w.As(w.Member), access.SubscriptionFilter{}, all)
			w.must(err)
			return joinNames(applications.Items, func(one access.Application) string { return one.Name }), held.Total
		}
		full := w.application(w.Owner, access.NewApplication{Name: "Full"})
		for range access.MaxCredentials {
			_, err := w.Access.IssueCredential(w.As(w.Owner), access.NewCredential{Application: full.ID, Environment: "production"})
			w.must(err)
		}
		for name, row := range map[string]struct {
			in   access.NewRegistrationWithKey
			code string
			kind fault.Kind
		}{
			"a closed version":    {access.NewRegistrationWithKey{NewRegistration: access.NewRegistration{Version: maps.closed}}, "registration_closed", fault.Conflict},
			"another strategy":    {access.NewRegistrationWithKey{NewRegistration: access.NewRegistration{Version: maps.byStaff}, New: access.NewApplication{Strategy: w.byPassword.ID}}, "strategy_mismatch", fault.Conflict},
			"a version of others": {access.NewRegistrationWithKey{NewRegistration: access.NewRegistration{Version: maps.theirs}}, "not_found", fault.NotFound},
			"no version":          {access.NewRegistrationWithKey{}, "not_found", fault.NotFound},
			"a bad key name":      {access.NewRegistrationWithKey{NewRegistration: access.NewRegistration{Version: maps.automatic}, KeyName: "two\nlines"}, "invalid_input", fault.Invalid},
			"too many keys":       {access.NewRegistrationWithKey{NewRegistration: access.NewRegistration{Application: full.ID, Version: maps.automatic}}, "credential_limit", fault.Conflict},
		} {
			row.in.New.Name = "Shop"
			_, err := w.Access.RegisterWithKey(w.As(w.Member), row.in)
			if !fault.Is(err, row.kind) || fault.From(err).Code != row.code {
				t.Errorf("%s: %v, want %s", name, err, row.code)
			}
			if names, held := look(); names != "Full" || held != 0 {
				t.Errorf("after %s there are the applications %s and %d subscriptions", name, names, held)
			}
		}
		_, err := w.registerNew("full", maps.automatic)
		w.wantError(err, fault.Conflict, "name_taken")
	})
}

// A new application can start with the versions whose registration is approved at once.
func TestANewApplicationStartsWithVersionsApprovedAtOnce(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		maps := w.mapsAPI()
		form, err := w.Access.NewApplicationForm(w.As(w.Member))
		w.must(err)
		got := map[string]bool{}
		for _, one := range form.Choices {
			got[one.Release.Product.Name+" "+one.Release.Version.Name+", "+one.Plan.Name] = true
		}
		if !got["Maps automatic, Maps"] || !got["Maps automatic, Maps by password"] || got["Maps byStaff, Maps by staff"] {
			t.Errorf("offered %v", got)
		}
		held := w.register(w.application(w.Owner, access.NewApplication{Name: "Shop"}).ID, maps.automatic)
		_, err = w.Access.SuspendSubscription(w.As(w.Staff), held.Subscription.ID, "")
		w.must(err)
		form, err = w.Access.NewApplicationForm(w.As(w.Member))
		w.must(err)
		for _, one := range form.Choices {
			if one.Release.Version.ID == maps.automatic {
				t.Errorf("the team is offered %s, which staff have suspended", one.Release.Version.Name)
			}
		}
	})
}

// A default application is in the list as long as it has a key that is not revoked.
func TestDefaultApplicationsWithKeysAreListed(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.application(w.Owner, access.NewApplication{Name: "Shop"})
		look := func(filter access.ApplicationFilter) string {
			found, err := w.Access.TeamApplications(w.As(w.Viewer), filter, all)
			w.must(err)
			return joinNames(found.Items, func(one access.ApplicationDetail) string { return one.Application.Name })
		}
		_, err := w.Access.DefaultApplication(w.As(w.Owner), w.Acme.ID, identity.AccountID{})
		w.must(err)
		keyed := access.ApplicationFilter{KeyedDefaults: true}
		if got := look(keyed); got != "Shop" {
			t.Errorf("without keys the list is %q", got)
		}
		granted := w.grant(access.NewAccess{Plan: w.production.ID})
		if got := look(keyed); got != "Default application Shop" {
			t.Errorf("with keys the list is %q", got)
		}
		if got := look(access.ApplicationFilter{}); got != "Shop" {
			t.Errorf("without the filter the list is %q", got)
		}
		for _, one := range granted.Issued {
			w.must(w.Access.RevokeCredential(w.As(w.Owner), one.Credential.ID))
		}
		if got := look(keyed); got != "Shop" {
			t.Errorf("with revoked keys the list is %q", got)
		}
	})
}
