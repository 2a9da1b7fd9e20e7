package web

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// TestApplicationPageShowsRegistrationsEndedByStaff checks that a revoked registration is on the application's page
// with its date and reason, and can be requested again.
func TestApplicationPageShowsRegistrationsEndedByStaff(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	lacks(t, p.get(t, p.Member, path).Body.String(), "Revoked by")
	registered, err := p.Access.Subscriptions(p.As(p.Staff), access.SubscriptionFilter{OnlyRegistrations: true}, view.Listing{}.Request())
	if err != nil || len(registered.Items) != 1 {
		t.Fatal(registered, err)
	}
	cancel := address.StaffSubscription(registered.Items[0].Subscription.ID) + "/revoke"
	expect(t, p.get(t, p.Approver, cancel), http.StatusOK, "email the person who requested it", "Shown to the team and sent by email")
	expectRedirect(t, p.post(t, p.Approver, cancel, url.Values{"reason": {hostile}, "again": {"yes"}}), address.StaffSubscription(registered.Items[0].Subscription.ID)+"?done=revoke")
	page := p.get(t, p.Viewer, path)
	expect(t, page, http.StatusOK, "Revoked by staff", "Parcels 2", "Revoked on "+view.Day(p.Clock.Now()), "You can request it again", "Reason: ")
	if found := activeMarkup(page.Body.String()); found != "" {
		t.Errorf("the page contains %s", found)
	}
	if got := p.registers(t, path, "2"); got != path+"?done=registered" {
		t.Errorf("registering again leads to %s", got)
	}
}
