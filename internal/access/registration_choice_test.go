package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// The choices are exactly the versions that Register accepts for the application.
func TestChoicesAreTheVersionsThatAnApplicationCanRegisterFor(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		offered := func(search string) string {
			found, err := w.Access.RegistrationChoices(w.As(w.Member), access.RegistrationChoiceFilter{Application: shop.ID, Search: search}, all)
			w.must(err)
			if found.Application.ID != shop.ID || found.Choices.Total != len(found.Choices.Items) {
				t.Errorf("got a total of %d and %d items for %s, want the same number for Shop", found.Choices.Total, len(found.Choices.Items), found.Application.Name)
			}
			return joinNames(found.Choices.Items, func(one access.RegistrationChoice) string {
				return one.Release.Product.Name + "/" + one.Release.Version.Name
			})
		}
		expect := func(when, want string) {
			t.Helper()
			if got := offered("MAP"); got != want {
				t.Errorf("%s: got %q, want %q", when, got, want)
			}
		}
		expect("nothing is registered", "Maps/automatic Maps/byStaff")
		if got := offered("arbou"); got != "" {
			t.Errorf("another team's product: got %q, want no choice", got)
		}
		ended := w.register(shop.ID, api.automatic)
		expect("one is approved", "Maps/byStaff")
		pending := w.register(shop.ID, api.byStaff)
		expect("the other is pending", "")
		w.must(w.Access.Unregister(w.As(w.Owner), shop.ID, pending.Subscription.ID))
		expect("it was withdrawn", "Maps/byStaff")
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), ended.Subscription.ID, "")
		w.must(err)
		w.must(w.Access.Unregister(w.As(w.Owner), shop.ID, ended.Subscription.ID))
		expect("one was removed while it was suspended", "Maps/byStaff")
		w.showOnlyTo(api.product, catalog.TeamRights{Team: w.Acme.ID})
		expect("the team has no right to register", "")
		w.showOnlyTo(api.product, catalog.TeamRights{Team: w.Acme.ID, Register: true})
		expect("the team has the right to register", "Maps/byStaff")
		w.publish(api.byStaff, false)
		expect("the version is hidden", "")

		others := w.application(w.Owner, access.NewApplication{Name: "Others", Strategy: w.byPassword.ID})
		found, err := w.Access.RegistrationChoices(w.As(w.Owner), access.RegistrationChoiceFilter{Application: others.ID, Search: "maps"}, page.Request{Size: 1})
		w.must(err)
		choice := found.Choices.Items[0]
		if found.Choices.Total != 1 || choice.Release.Version.Name != "automatic" || choice.Environment != "production" ||
			choice.Automatic { // staff have stopped this version for the team
			t.Errorf("with passwords: got %d choices, the first %+v, want only automatic with staff approval", found.Choices.Total, choice)
		}
	})
}

func TestTheFormOffersOnlyTheChosenApplication(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.application(w.Owner, access.NewApplication{Name: "Till"})
		theirs := w.application(w.OtherOwner, access.NewApplication{Name: "Theirs"})
		offered := func(chosen access.ApplicationID) (string, bool) {
			form, err := w.Access.RegistrationForm(w.As(w.Member), "Maps", "automatic", "", chosen)
			w.must(err)
			return joinNames(form.Applications, func(one access.ApplicationDetail) string { return one.Application.Name }), form.Chosen
		}
		if got, chosen := offered(shop.ID); got != "Shop" || !chosen {
			t.Errorf("own: got %q, chosen %v, want Shop, chosen", got, chosen)
		}
		if got, chosen := offered(theirs.ID); got != "Till Shop" && got != "Shop Till" || chosen {
			t.Errorf("another team's: got %q, chosen %v, want Shop and Till, not chosen", got, chosen)
		}
		registered := w.register(shop.ID, api.automatic)
		if got, chosen := offered(shop.ID); got != "Till" || chosen {
			t.Errorf("already registered: got %q, chosen %v, want Till, not chosen", got, chosen)
		}
		if target := registered.Target; target != (access.RegistrationTarget{}) {
			t.Errorf("new registration: got the target %+v, want none", target)
		}
		read, err := w.Access.Registration(w.As(w.Viewer), shop.ID, registered.Subscription.ID)
		w.must(err)
		if read.Target.Plan != "Maps" || read.Target.Environment != "production" || read.Target.BasePath == "" {
			t.Errorf("got the target %+v, want Maps in production with a base path", read.Target)
		}
		w.publish(api.automatic, false)
		hidden, err := w.Access.Registration(w.As(w.Viewer), shop.ID, registered.Subscription.ID)
		w.must(err)
		if hidden.Target != (access.RegistrationTarget{}) {
			t.Errorf("hidden version: got the target %+v, want none", hidden.Target)
		}
	})
}
