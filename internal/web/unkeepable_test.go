package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/web/address"
)

// TestUnstorableTextIsRejectedOnEveryPage sends a NUL and invalid UTF-8 in forms, queries and paths.
func TestUnstorableTextIsRejectedOnEveryPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		p := newPortalOn(t, kit).stocked(t)
		settings, err := p.Site.SettingsToChange(p.As(p.Staff))
		if err != nil {
			t.Fatal(err)
		}
		settings.SignUp = site.SignUpOpen
		if err := p.Site.ChangeSettings(p.As(p.Staff), settings); err != nil {
			t.Fatal(err)
		}
		for _, unfit := range []string{"a\x00b", "a\xffb"} {
			for _, form := range []struct {
				who    identity.Principal
				path   string
				field  string
				others url.Values
			}{
				{p.Visitor, "/sign-in", "email", url.Values{"password": {"x"}}},
				{p.Visitor, "/sign-up", "name", url.Values{"email": {"grace@hopper.example"}}},
				{p.Visitor, "/forgot-password", "email", nil},
				{p.Owner, "/applications/new", "description", url.Values{"name": {"Shop"}}},
				{p.Owner, "/applications/new", "name", nil},
				{p.Owner, "/team/rename", "name", nil},
				{p.Owner, "/team/invite", "email", url.Values{"role": {"viewer"}}},
				{p.Owner, "/profile/password", "new", nil},
				{p.Owner, "/theme", "return_to", url.Values{"theme": {"dark"}}},
				{p.Staff, "/staff/people/new", "name", url.Values{"email": {"grace@hopper.example"}}},
				{p.Staff, "/staff/teams/new", "name", nil},
				{p.Staff, "/staff/catalogue/new-product", "description", url.Values{"slug": {"a"}, "name": {"A"}}},
				{p.Staff, "/staff/settings", "welcome", url.Values{"name": {"A"}}},
				{p.Staff, "/staff/subscriptions/new", "reason", nil},
			} {
				sent := url.Values{form.field: {unfit}}
				for name, values := range form.others {
					sent[name] = values
				}
				answer := p.post(t, form.who, form.path, sent)
				expect(t, answer, http.StatusUnprocessableEntity, "<code>"+form.field+"</code> must be text in UTF-8 without a NUL")
			}
			for _, path := range []string{
				"/apis?q=", "/search?q=", "/applications?q=", "/staff/people?q=", "/staff/teams?q=", "/staff/keys?q=", "/staff/audit?q=",
				"/staff/subscriptions?plan=", "/staff/requests?state=", "/staff/outbox?state=",
			} {
				_, field, _ := strings.Cut(strings.TrimSuffix(path, "="), "?")
				expect(t, p.get(t, p.Staff, path+url.QueryEscape(unfit)), http.StatusUnprocessableEntity, "<code>"+field+"</code>")
			}
			for _, path := range []string{"/apis/", "/apis/parcels/", "/apis/parcels/2/operations/", "/staff/catalogue/products/"} {
				expect(t, p.get(t, p.Staff, path+url.PathEscape(unfit)), http.StatusNotFound, "There is nothing at this address")
			}
		}
		// %25 decodes to a percent sign, which does not begin another encoded character.
		for _, path := range []string{"/apis/%2500", "/apis/%25ff", "/apis/parcels/%2500"} {
			expect(t, p.get(t, p.Staff, path), http.StatusNotFound)
		}
		if strings.Contains(p.logged.String(), "level=ERROR") {
			t.Errorf("logged:\n%s", p.logged)
		}
	})
}

// TestTooLongFiltersAreRejected sends filters that are too long for the database.
func TestTooLongFiltersAreRejected(t *testing.T) {
	p := newPortal(t)
	long := "?q=" + strings.Repeat("x", 60_000)
	for _, path := range []string{"/applications", "/staff/audit", "/staff/audit.csv", "/staff/outbox", "/staff/people", "/staff/teams", "/staff/subscriptions", "/staff/requests", address.Catalogue, address.StaffPlans, address.StaffStrategies} {
		expect(t, p.get(t, p.Staff, path+long), http.StatusUnprocessableEntity, "longer than anything")
	}
}
