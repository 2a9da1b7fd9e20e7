package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// What an application is offered is what it is let register for: as long as it is, and nothing else.
func TestWhatAnApplicationMayRegisterFor(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		offered := func(search string) string {
			found, err := w.Access.RegistrationChoices(w.As(w.Member), access.RegistrationChoiceFilter{Application: shop.ID, Search: search}, all)
			w.must(err)
			if found.Application.ID != shop.ID || found.Choices.Total != len(found.Choices.Items) {
				t.Errorf("%d of %s", found.Choices.Total, found.Application.Name)
			}
			return spelled(found.Choices.Items, func(one access.RegistrationChoice) string {
				return one.Release.Product.Name + "/" + one.Release.Version.Name
			})
		}
		expect := func(when, want string) {
			t.Helper()
			if got := offered("MAP"); got != want {
				t.Errorf("%s: %q, want %q", when, got, want)
			}
		}
		expect("nothing is registered", "Maps/automatic Maps/byStaff")
		if got := offered("arbou"); got != "" {
			t.Errorf("of another team's product %q is offered", got)
		}
		ended := w.register(shop.ID, shelf.automatic)
		expect("one is approved", "Maps/byStaff")
		waiting := w.register(shop.ID, shelf.byStaff)
		expect("the other waits", "")
		w.must(w.Access.Unregister(w.As(w.Owner), shop.ID, waiting.Subscription.ID))
		expect("it was withdrawn", "Maps/byStaff")
		_, err := w.Access.SuspendSubscription(w.As(w.Staff), ended.Subscription.ID, "")
		w.must(err)
		w.must(w.Access.Unregister(w.As(w.Owner), shop.ID, ended.Subscription.ID))
		expect("one was removed while it was suspended", "Maps/byStaff")
		w.narrow(shelf.product, catalog.TeamRights{Team: w.Acme.ID})
		expect("the team may only look", "")
		w.narrow(shelf.product, catalog.TeamRights{Team: w.Acme.ID, Register: true})
		expect("the team may register", "Maps/byStaff")
		w.publish(shelf.byStaff, false)
		expect("the version is hidden", "")

		others := w.application(w.Owner, access.NewApplication{Name: "Others", Strategy: w.byPassword.ID})
		found, err := w.Access.RegistrationChoices(w.As(w.Owner), access.RegistrationChoiceFilter{Application: others.ID, Search: "maps"}, page.Request{Size: 1})
		w.must(err)
		choice := found.Choices.Items[0]
		if found.Choices.Total != 1 || choice.Release.Version.Name != "automatic" || choice.Environment != "production" ||
			choice.Automatic { // staff have revoked the other application's
			t.Errorf("by password %d are offered, the first %+v", found.Choices.Total, choice)
		}
	})
}

func TestAnApplicationThatWasChosenBefore(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.application(w.Owner, access.NewApplication{Name: "Till"})
		theirs := w.application(w.OtherOwner, access.NewApplication{Name: "Theirs"})
		offered := func(chosen access.ApplicationID) (string, bool) {
			form, err := w.Access.RegistrationForm(w.As(w.Member), "Maps", "automatic", "", chosen)
			w.must(err)
			return spelled(form.Applications, func(one access.ApplicationDetail) string { return one.Application.Name }), form.Chosen
		}
		if got, chosen := offered(shop.ID); got != "Shop" || !chosen {
			t.Errorf("%q, chosen %v", got, chosen)
		}
		if got, chosen := offered(theirs.ID); got != "Till Shop" && got != "Shop Till" || chosen {
			t.Errorf("another team's: %q, chosen %v", got, chosen)
		}
		registered := w.register(shop.ID, shelf.automatic)
		if got, chosen := offered(shop.ID); got != "Till" || chosen {
			t.Errorf("one that is registered: %q, chosen %v", got, chosen)
		}
		if at := registered.Target; at != (access.RegistrationTarget{}) {
			t.Errorf("registering returned the target %+v", at)
		}
		read, err := w.Access.Registration(w.As(w.Viewer), shop.ID, registered.Subscription.ID)
		w.must(err)
		if read.Target.Plan != "Maps" || read.Target.Environment != "production" || read.Target.BasePath == "" {
			t.Errorf("target %+v", read.Target)
		}
		w.publish(shelf.automatic, false)
		hidden, err := w.Access.Registration(w.As(w.Viewer), shop.ID, registered.Subscription.ID)
		w.must(err)
		if hidden.Target != (access.RegistrationTarget{}) {
			t.Errorf("target of a hidden version %+v", hidden.Target)
		}
	})
}
