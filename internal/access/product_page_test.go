package access_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// productPage loads the page of a product as the principal.
func (w *world) productPage(as identity.Principal, slug string) access.ProductPage {
	w.t.Helper()
	page, err := w.Access.ProductPage(w.As(as), slug)
	w.must(err)
	return page
}

// offerNames returns the plans of a page, each with its strategy and the versions that it opens.
func offerNames(page access.ProductPage) string {
	var names []string
	for _, offer := range page.Offers {
		name := offer.Plan.Name + " " + offer.Strategy.Slug
		for _, version := range offer.Versions {
			name += " " + version.Name
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// subscriptionNames returns the subscriptions of a page, each with its state.
func subscriptionNames(page access.ProductPage) string {
	var names []string
	for _, detail := range page.Subscriptions {
		names = append(names, detail.Plan.Name+" "+string(detail.Subscription.State))
	}
	return strings.Join(names, ", ")
}

// makePublic shows the portal and the product weather to visitors.
func (w *world) makePublic() {
	w.t.Helper()
	w.must(w.DB.InTx(w.t.Context(), func(ctx context.Context) error {
		settings := site.Defaults()
		settings.Public = true
		w.must(w.DB.Site().SaveSettings(ctx, settings))
		product, err := w.DB.Catalog().ProductBySlug(ctx, "weather")
		w.must(err)
		product.Audience = catalog.Public
		return w.DB.Catalog().SaveProduct(ctx, product)
	}))
}

func TestTheProductPageOffersOnlyVisiblePlans(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.makePublic()
		narrow := w.production
		narrow.Opens = []catalog.VersionID{w.first, w.theirs}
		w.must(w.DB.Plans().SavePlan(t.Context(), narrow))
		everyonesPlans := "Gold key 2 1, Password password 2 1, Production key 1, Reserved key 2 1, Silver key 2 1, Single key 2 1, Test key 2 1"
		for _, row := range []struct {
			as         identity.Principal
			slug, want string
		}{
			{w.Visitor, "weather", everyonesPlans},
			{w.Viewer, "weather", everyonesPlans},
			{w.OtherOwner, "weather", everyonesPlans},
			{w.OtherOwner, "secret", "Private key 1, Production key 1"},
			{w.Support, "weather", strings.Replace(everyonesPlans, "Gold key 2 1,", "Gold key 2 1, Hidden key 2 1,", 1)},
		} {
			if diff := cmp.Diff(row.want, offerNames(w.productPage(row.as, row.slug))); diff != "" {
				t.Errorf("%s on %s: %s", row.as.Name, row.slug, diff)
			}
		}
		for _, hidden := range []identity.Principal{w.Visitor, w.Owner} {
			_, err := w.Access.ProductPage(w.As(hidden), "secret")
			w.wantError(err, fault.NotFound, "not_found")
		}
	})
}

func TestTheProductPageShowsOnlyTheTeamsOwnAccess(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.makePublic()
		w.grant(access.NewAccess{Plan: w.production.ID})
		w.grant(access.NewAccess{Plan: w.hidden.ID, Version: w.second})
		w.grant(access.NewAccess{Team: w.Acme.ID, Account: w.Member.Account, Plan: w.test.ID})
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.gold.ID})
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.private.ID})
		acmes := "Hidden approved, Production approved"
		for _, row := range []struct {
			as   identity.Principal
			want string
		}{
			{w.Owner, "Test approved, " + acmes}, {w.Admin, "Test approved, " + acmes}, {w.Member, "Test approved, " + acmes},
			{w.Viewer, acmes}, {w.people()[3], acmes},
			{w.OtherOwner, "Gold approved"}, {w.Visitor, ""}, {w.Staff, ""}, {w.Support, ""},
			{identity.SystemPrincipal("test"), ""},
		} {
			page := w.productPage(row.as, "weather")
			if got := subscriptionNames(page); got != row.want || page.Holds() != (row.want != "") {
				t.Errorf("%s: got %q, want %q", row.as.Name, got, row.want)
			}
			for _, detail := range page.Subscriptions {
				if detail.Subscription.Team != row.as.Team {
					t.Errorf("%s: got a subscription of team %s, want only their own", row.as.Name, detail.Subscription.Team)
				}
			}
		}
		if got := subscriptionNames(w.productPage(w.OtherOwner, "secret")); got != "Private approved" {
			t.Errorf("other team on the other product: got %q, want its private plan", got)
		}
	})
}

func TestTheVersionPageShowsOnlyPlansThatOpenTheVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.makePublic()
		w.must(w.DB.Plans().SavePlan(t.Context(), withVersions(w.production, w.first)))
		w.grant(access.NewAccess{Plan: w.production.ID})
		w.grant(access.NewAccess{Plan: w.hidden.ID, Version: w.second})
		w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.gold.ID})
		for _, row := range []struct {
			as                 identity.Principal
			version, has, gets string
		}{
			{w.Owner, "1", "Production approved", "Production key 1"}, {w.Owner, "2", "Hidden approved", ""},
			{w.OtherOwner, "1", "Gold approved", "Production key 1"}, {w.Visitor, "1", "", "Production key 1"},
		} {
			page, err := w.Access.VersionPage(w.As(row.as), "weather", row.version)
			w.must(err)
			whole := access.ProductPage{Standing: page.Standing}
			if got := subscriptionNames(whole); got != row.has {
				t.Errorf("%s, version %s: got %q, want %q", row.as.Name, row.version, got, row.has)
			}
			if got := offerNames(whole); strings.Contains(got, "Production") != (row.gets != "") || !strings.Contains(got, row.gets) {
				t.Errorf("%s, version %s: got the offers %q, want Production as %q", row.as.Name, row.version, got, row.gets)
			}
		}
		_, err := w.Access.VersionPage(w.As(w.Owner), "secret", "1")
		w.wantError(err, fault.NotFound, "not_found")
	})
}

func TestTheProductPageShowsTheStateOfAccess(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		system := w.As(w.Staff)
		ends := w.Clock.Now().Add(time.Hour)
		steps := []struct {
			name  string
			do    func()
			want  string
			holds bool
		}{
			{"nothing", func() {}, "", false},
			{"requested", func() { w.ask(w.Owner, askFor(w.single)) }, "Single pending", true},
			{"withdrawn", func() {
				pending := w.productPage(w.Owner, "weather").Subscriptions[0].Subscription
				_, err := w.Access.CancelSubscription(w.As(w.Owner), pending.ID, "")
				w.must(err)
			}, "", false},
			{"granted for an hour", func() { w.grant(access.NewAccess{Plan: w.production.ID, EndsAt: ends}) }, "Production approved", true},
			{"suspended", func() {
				approved := w.productPage(w.Owner, "weather").Subscriptions[0].Subscription
				_, err := w.Access.SuspendSubscription(system, approved.ID, "unpaid")
				w.must(err)
			}, "Production suspended", true},
			{"expired", func() { w.Clock.Advance(time.Hour) }, "Production expired", false},
			{"plan of another product", func() { w.must(w.DB.Plans().SavePlan(t.Context(), withVersions(w.production, w.theirs))) }, "", false},
			{"plan of this product again", func() { w.must(w.DB.Plans().SavePlan(t.Context(), w.production)) }, "Production expired", false},
			{"plan deleted", func() {
				deleted := w.production
				deleted.DeletedAt = w.Clock.Now()
				w.must(w.DB.Plans().SavePlan(t.Context(), deleted))
			}, "", false},
		}
		for _, step := range steps {
			step.do()
			page := w.productPage(w.Owner, "weather")
			if got := subscriptionNames(page); got != step.want || page.Holds() != step.holds {
				t.Errorf("%s: got %q, held %v, want %q, held %v", step.name, got, page.Holds(), step.want, step.holds)
			}
		}
		if strings.Contains(offerNames(w.productPage(w.Owner, "weather")), "Production") {
			t.Error("got an offer of a deleted plan, want none")
		}
	})
}

// withVersions returns the plan with other versions that it opens.
func withVersions(changed plan.Plan, versions ...catalog.VersionID) plan.Plan {
	changed.Opens = versions
	return changed
}

// A subscription to one version is shown only with the product of that version, even if its plan opens others.
func TestNarrowedSubscriptionsBelongToOneProduct(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.DB.Plans().SavePlan(t.Context(), withVersions(w.gold, w.first, w.second, w.theirs)))
		narrowed := w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.gold.ID, Version: w.second})
		page := w.productPage(w.OtherOwner, "weather")
		if len(page.Subscriptions) != 1 || page.Subscriptions[0].Subscription.ID != narrowed.Subscription.ID || page.Subscriptions[0].Subscription.Version != w.second {
			t.Errorf("got %q, want the narrowed subscription", subscriptionNames(page))
		}
		if got := subscriptionNames(w.productPage(w.OtherOwner, "secret")); got != "" {
			t.Errorf("other product: got %q, want none", got)
		}
	})
}
