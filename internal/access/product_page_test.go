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

// page reads the page of a product as the principal.
func (w *world) page(as identity.Principal, slug string) access.ProductPage {
	w.t.Helper()
	page, err := w.Access.ProductPage(w.As(as), slug)
	w.must(err)
	return page
}

// offered names the plans of a page, each with the versions of the product that it opens.
func offered(page access.ProductPage) string {
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

// had names the subscriptions of a page, each with its state.
func had(page access.ProductPage) string {
	var names []string
	for _, detail := range page.Subscriptions {
		names = append(names, detail.Plan.Name+" "+string(detail.Subscription.State))
	}
	return strings.Join(names, ", ")
}

// public opens the portal, and the product that everybody who signed in sees, to visitors.
func (w *world) public() {
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

func TestWhoIsOfferedWhat(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.public()
		narrow := w.production
		narrow.Opens = []catalog.VersionID{w.first, w.theirs}
		w.must(w.DB.Plans().SavePlan(t.Context(), narrow))
		everybodys := "Gold key 2 1, Password password 2 1, Production key 1, Reserved key 2 1, Silver key 2 1, Single key 2 1, Test key 2 1"
		for _, row := range []struct {
			as         identity.Principal
			slug, want string
		}{
			{w.Visitor, "weather", everybodys},
			{w.Viewer, "weather", everybodys},
			{w.OtherOwner, "weather", everybodys},
			{w.OtherOwner, "secret", "Private key 1, Production key 1"},
			{w.Support, "weather", strings.Replace(everybodys, "Gold key 2 1,", "Gold key 2 1, Hidden key 2 1,", 1)},
		} {
			if diff := cmp.Diff(row.want, offered(w.page(row.as, row.slug))); diff != "" {
				t.Errorf("%s on %s: %s", row.as.Name, row.slug, diff)
			}
		}
		for _, hidden := range []identity.Principal{w.Visitor, w.Owner} {
			_, err := w.Access.ProductPage(w.As(hidden), "secret")
			w.refused(err, fault.NotFound, "not_found")
		}
	})
}

func TestProductPageShowsOnlyTheTeamsOwnAccess(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.public()
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
			page := w.page(row.as, "weather")
			if got := had(page); got != row.want || page.Holds() != (row.want != "") {
				t.Errorf("%s has %q, want %q", row.as.Name, got, row.want)
			}
			for _, detail := range page.Subscriptions {
				if detail.Subscription.Team != row.as.Team {
					t.Errorf("%s is shown a subscription of another team", row.as.Name)
				}
			}
		}
		if got := had(w.page(w.OtherOwner, "secret")); got != "Private approved" {
			t.Errorf("on the other product the other team has %q", got)
		}
	})
}

func TestVersionPageShowsWhatOpensTheVersion(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.public()
		w.must(w.DB.Plans().SavePlan(t.Context(), opening(w.production, w.first)))
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
			if got := had(whole); got != row.has {
				t.Errorf("%s has %q of %s, want %q", row.as.Name, got, row.version, row.has)
			}
			if got := offered(whole); strings.Contains(got, "Production") != (row.gets != "") || !strings.Contains(got, row.gets) {
				t.Errorf("%s is offered %q of %s", row.as.Name, got, row.version)
			}
		}
		_, err := w.Access.VersionPage(w.As(w.Owner), "secret", "1")
		w.refused(err, fault.NotFound, "not_found")
	})
}

func TestProductPageTellsTheStateOfAccess(t *testing.T) {
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
			{"asked", func() { w.ask(w.Owner, wanting(w.single)) }, "Single pending", true},
			{"withdrawn", func() {
				pending := w.page(w.Owner, "weather").Subscriptions[0].Subscription
				_, err := w.Access.CancelSubscription(w.As(w.Owner), pending.ID, "")
				w.must(err)
			}, "", false},
			{"granted for an hour", func() { w.grant(access.NewAccess{Plan: w.production.ID, EndsAt: ends}) }, "Production approved", true},
			{"suspended", func() {
				approved := w.page(w.Owner, "weather").Subscriptions[0].Subscription
				_, err := w.Access.SuspendSubscription(system, approved.ID, "a bill is open")
				w.must(err)
			}, "Production suspended", true},
			{"expired", func() { w.Clock.Advance(time.Hour) }, "Production expired", false},
			{"of another product", func() { w.must(w.DB.Plans().SavePlan(t.Context(), opening(w.production, w.theirs))) }, "", false},
			{"plan back", func() { w.must(w.DB.Plans().SavePlan(t.Context(), w.production)) }, "Production expired", false},
			{"plan deleted", func() {
				gone := w.production
				gone.DeletedAt = w.Clock.Now()
				w.must(w.DB.Plans().SavePlan(t.Context(), gone))
			}, "", false},
		}
		for _, step := range steps {
			step.do()
			page := w.page(w.Owner, "weather")
			if got := had(page); got != step.want || page.Holds() != step.holds {
				t.Errorf("%s: %q held %v, want %q held %v", step.name, got, page.Holds(), step.want, step.holds)
			}
		}
		if strings.Contains(offered(w.page(w.Owner, "weather")), "Production") {
			t.Error("a deleted plan is offered")
		}
	})
}

func opening(changed plan.Plan, versions ...catalog.VersionID) plan.Plan {
	changed.Opens = versions
	return changed
}

// A subscription that is narrowed to a version belongs to that version's product alone, whatever else its plan opens.
func TestNarrowedSubscriptionsBelongToOneProduct(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		w.must(w.DB.Plans().SavePlan(t.Context(), opening(w.gold, w.first, w.second, w.theirs)))
		narrowed := w.grant(access.NewAccess{Team: w.Globex.ID, Plan: w.gold.ID, Version: w.second})
		page := w.page(w.OtherOwner, "weather")
		if len(page.Subscriptions) != 1 || page.Subscriptions[0].Subscription.ID != narrowed.Subscription.ID || page.Subscriptions[0].Subscription.Version != w.second {
			t.Errorf("the product has %q", had(page))
		}
		if got := had(w.page(w.OtherOwner, "secret")); got != "" {
			t.Errorf("the other product has %q", got)
		}
	})
}
