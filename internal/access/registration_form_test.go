package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

func TestWhatOneRegistersFrom(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		registered := w.application(w.Owner, access.NewApplication{Name: "Registered"})
		w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.application(w.Owner, access.NewApplication{Name: "Basic", Strategy: w.byPassword.ID})
		w.register(registered.ID, shelf.automatic)
		look := func(version, search string) access.RegistrationForm {
			form, err := w.Access.RegistrationForm(w.As(w.Member), "Maps", version, search, access.ApplicationID{})
			w.must(err)
			return form
		}
		names := func(form access.RegistrationForm) string {
			return spelled(form.Applications, func(one access.ApplicationDetail) string { return one.Application.Name })
		}
		if got := names(look("automatic", "")); got != "Basic Shop" {
			t.Errorf("offered %q", got)
		}
		if newest := look("automatic", "").Applications[0].Application.Name; newest != "Basic" {
			t.Errorf("%s is first, which is not the newest", newest)
		}
		if got := names(look("automatic", "SHO")); got != "Shop" {
			t.Errorf("searched %q", got)
		}
		if got := names(look("byStaff", "")); got != "Registered Shop" {
			t.Errorf("where passwords do not do, %q are offered", got)
		}
		if form := look("closed", ""); len(form.Offers) > 0 || len(form.Applications) > 0 {
			t.Errorf("a closed version offers %+v", form)
		}
		form := look("automatic", "")
		if !form.Offer(w.byKey.ID).Automatic || form.Offer(w.byToken.ID).Automatic || form.Offers[0].Strategy.ID != w.byKey.ID {
			t.Errorf("offers %+v", form.Offers)
		}
		for _, version := range []string{"unpublished", "none"} {
			_, err := w.Access.RegistrationForm(w.As(w.Member), "Maps", version, "", access.ApplicationID{})
			w.refused(err, fault.NotFound, "not_found")
		}
		_, err := w.Access.RegistrationForm(w.As(w.Member), "Harbours", "theirs", "", access.ApplicationID{})
		w.refused(err, fault.NotFound, "not_found")
	})
}

// Whoever may only look at a product is neither offered to register nor let, however they ask.
func TestATeamThatMayOnlyLook(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		product, err := w.DB.Catalog().Product(t.Context(), shelf.product)
		w.must(err)
		product.Audience, product.Teams = catalog.Teams, []catalog.TeamRights{{Team: w.Acme.ID}}
		w.must(w.DB.Catalog().SaveProduct(t.Context(), product))
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		_, err = w.Access.RegistrationForm(w.As(w.Owner), "Maps", "automatic", "", access.ApplicationID{})
		w.refused(err, fault.Forbidden, "register_not_permitted")
		_, err = w.Access.Register(w.As(w.Owner), access.NewRegistration{Application: shop.ID, Version: shelf.automatic})
		w.refused(err, fault.Forbidden, "register_not_permitted")
		plans, err := w.DB.Plans().Plans(t.Context())
		w.must(err)
		for _, one := range plans {
			if one.Name == "Maps by staff" {
				_, err = w.Access.RequestAccess(w.As(w.Owner), wanting(one))
				w.refused(err, fault.Forbidden, "register_not_permitted")
			}
		}
		page, err := w.Access.ProductPage(w.As(w.Owner), "Maps")
		w.must(err)
		if page.MayRegister || !page.Registrable(shelf.automatic) || page.Registrable(shelf.closed) {
			t.Errorf("may register %v", page.MayRegister)
		}
	})
}

func TestRequestsOfTheTeam(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, shelf.byStaff)
		w.ask(w.Member, wanting(w.single))
		w.ask(w.OtherOwner, wanting(w.single))
		system := w.As(identity.SystemPrincipal("test"))
		_, err := w.Access.RequestAccess(system, access.Ask{Application: shop.ID, Plans: []string{w.hidden.ID.Hex(), "gone"}})
		w.must(err)
		read := func(as identity.Principal, filter access.RequestFilter) string {
			found, err := w.Access.TeamRequests(w.As(as), filter, all)
			w.must(err)
			return spelled(found.Items, func(one access.TeamRequest) string {
				text := one.Application.Name + ":" + one.Asker + ":" + one.Release.Product.Name + one.Release.Version.Name
				for _, name := range one.Plans {
					text += "," + name
				}
				return text
			})
		}
		want := "Default application:member@acme.example:,Single Shop::," + w.hidden.ID.Hex() + ",gone Shop:" + w.Owner.Name + ":MapsbyStaff,Maps by staff"
		if got := read(w.Viewer, access.RequestFilter{Team: w.Globex.ID}); got != want {
			t.Errorf("read %q, want %q", got, want)
		}
		if got := read(w.OtherOwner, access.RequestFilter{Team: w.Acme.ID, State: access.RequestPending}); got != "Default application:owner@globex.example:,Single" {
			t.Errorf("the other team reads %q", got)
		}
		if got := read(w.Staff, access.RequestFilter{}); got != "" {
			t.Errorf("who is in no team reads %q", got)
		}
	})
}

// The profile and the product's page tell apart what applications are registered for.
func TestRegistrationsApartFromOtherSubscriptions(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		shelf := w.shelf()
		shop := w.application(w.Owner, access.NewApplication{Name: "Shop"})
		w.register(shop.ID, shelf.automatic)
		w.grant(access.NewAccess{Application: shop.ID, Plan: w.production.ID})
		w.grant(access.NewAccess{Plan: w.production.ID, Version: w.first}) // of the default application
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
			"opening Maps":       {access.SubscriptionFilter{Opening: []catalog.VersionID{shelf.byStaff, shelf.automatic}}, 1},
		} {
			if got := read(row.filter); got != row.want {
				t.Errorf("%s: %d, want %d", name, got, row.want)
			}
		}
		page, err := w.Access.ProductPage(w.As(w.Owner), "Maps")
		w.must(err)
		if len(page.Subscriptions) != 1 || page.Subscriptions[0].Application.ID != shop.ID {
			t.Errorf("the page shows %+v", page.Subscriptions)
		}
	})
}
