package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

func TestTheFormOffersApplicationsThatCanRegister(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		registered := w.application(w.Owner, access.NewApplication{Name: "Registered"})
		w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		w.register(registered.ID, api.automatic)
		look := func(version, search string) access.RegistrationForm {
			form, err := w.Access.RegistrationForm(w.As(w.Member), "Maps", version, search, access.ApplicationID{})
			w.must(err)
			return form
		}
		names := func(form access.RegistrationForm) string {
			return joinNames(form.Applications, func(one access.ApplicationDetail) string { return one.Application.Name })
		}
		if got := names(look("automatic", "")); got != "Basic Shop" {
			t.Errorf("got %q, want Basic and Shop", got)
		}
		if newest := look("automatic", "").Applications[0].Application.Name; newest != "Basic" {
			t.Errorf("got %s first, want Basic, the newest", newest)
		}
		if got := names(look("automatic", "SHO")); got != "Shop" {
			t.Errorf("search: got %q, want Shop", got)
		}
		if got := names(look("byStaff", "")); got != "Registered Shop" {
			t.Errorf("version without passwords: got %q, want Registered and Shop", got)
		}
		if form := look("closed", ""); len(form.Offers) > 0 || len(form.Applications) > 0 {
			t.Errorf("closed version: got %+v, want no offers", form)
		}
		form := look("automatic", "")
		if !form.Offer(w.byKey.ID).Automatic || form.Offer(w.byToken.ID).Automatic || form.Offers[0].Strategy.ID != w.byKey.ID {
			t.Errorf("got the offers %+v, want an automatic one by key first and none by token", form.Offers)
		}
		for _, version := range []string{"unpublished", "none"} {
			_, err := w.Access.RegistrationForm(w.As(w.Member), "Maps", version, "", access.ApplicationID{})
			w.wantError(err, fault.NotFound, "not_found")
		}
		_, err := w.Access.RegistrationForm(w.As(w.Member), "Harbours", "theirs", "", access.ApplicationID{})
		w.wantError(err, fault.NotFound, "not_found")
	})
}

// A team without the right to register gets no form, and neither a registration nor a request succeeds.
func TestATeamWithoutTheRightSeesNoFormAndCannotRegister(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		product, err := w.DB.Catalog().Product(t.Context(), api.product)
		w.must(err)
		product.Audience, product.Teams = catalog.Teams, []catalog.TeamRights{{Team: w.Acme.ID}}
		w.must(w.DB.Catalog().SaveProduct(t.Context(), product))
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		_, err = w.Access.RegistrationForm(w.As(w.Owner), "Maps", "automatic", "", access.ApplicationID{})
		w.wantError(err, fault.Forbidden, "register_not_permitted")
		_, err = w.Access.Register(w.As(w.Owner), access.NewRegistration{Application: shop.ID, Version: api.automatic})
		w.wantError(err, fault.Forbidden, "register_not_permitted")
		plans, err := w.DB.Plans().Plans(t.Context())
		w.must(err)
		for _, one := range plans {
			if one.Name == "Maps by staff" {
				_, err = w.Access.RequestAccess(w.As(w.Owner), askFor(one))
				w.wantError(err, fault.Forbidden, "register_not_permitted")
			}
		}
		page, err := w.Access.ProductPage(w.As(w.Owner), "Maps")
		w.must(err)
		if page.MayRegister || !page.Registrable(api.automatic) || page.Registrable(api.closed) {
			t.Errorf("got may register %v, want false, with only the automatic version registrable", page.MayRegister)
		}
	})
}

func TestATeamSeesOnlyItsOwnRequests(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, api.byStaff)
		w.ask(w.Member, askFor(w.single))
		w.ask(w.OtherOwner, askFor(w.single))
		system := w.As(identity.SystemPrincipal("test"))
		_, err := w.Access.RequestAccess(system, access.Ask{Application: shop.ID, Plans: []string{w.hidden.ID.Hex(), "gone"}})
		w.must(err)
		read := func(as identity.Principal, filter access.RequestFilter) string {
			found, err := w.Access.TeamRequests(w.As(as), filter, all)
			w.must(err)
			return joinNames(found.Items, func(one access.TeamRequest) string {
				text := one.Application.Name + ":" + one.Asker + ":" + one.Release.Product.Name + one.Release.Version.Name
				for _, name := range one.Plans {
					text += "," + name
				}
				return text
			})
		}
		want := "Default application:member@acme.example:,Single Shop::," + w.hidden.ID.Hex() + ",gone Shop:" + w.Owner.Name + ":MapsbyStaff,Maps by staff"
		if got := read(w.Viewer, access.RequestFilter{Team: w.Globex.ID}); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := read(w.OtherOwner, access.RequestFilter{Team: w.Acme.ID, State: access.RequestPending}); got != "Default application:owner@globex.example:,Single" {
			t.Errorf("other team: got %q, want its own pending request", got)
		}
		if got := read(w.Staff, access.RequestFilter{}); got != "" {
			t.Errorf("staff without a team: got %q, want none", got)
		}
	})
}

// The profile lists registrations and other subscriptions separately.
func TestRegistrationsAreListedApartFromOtherSubscriptions(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		api := w.mapsAPI()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, api.automatic)
		w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID})
		w.grant(access.NewAccess{Plan: w.production.ID, Version: w.first}) // for the default application
		read := func(filter access.SubscriptionFilter) int {
			found, err := w.Access.Subscriptions(w.As(w.Owner), filter, all)
			w.must(err)
			return found.Total
		}
		for name, row := range map[string]struct {
			filter access.SubscriptionFilter
			want   int
		}{
			"all":                {access.SubscriptionFilter{}, 3},
			"registrations":      {access.SubscriptionFilter{OnlyRegistrations: true}, 1},
			"the others":         {access.SubscriptionFilter{NoRegistrations: true}, 2},
			"opening the first":  {access.SubscriptionFilter{Opening: []catalog.VersionID{w.first}}, 2},
			"opening the second": {access.SubscriptionFilter{Opening: []catalog.VersionID{w.second}}, 1},
			"opening Maps":       {access.SubscriptionFilter{Opening: []catalog.VersionID{api.byStaff, api.automatic}}, 1},
		} {
			if got := read(row.filter); got != row.want {
				t.Errorf("%s: got %d, want %d", name, got, row.want)
			}
		}
		page, err := w.Access.ProductPage(w.As(w.Owner), "Maps")
		w.must(err)
		if len(page.Subscriptions) != 1 || page.Subscriptions[0].Application.ID != shop.ID {
			t.Errorf("got %+v on the page, want only the registration of Shop", page.Subscriptions)
		}
	})
}
