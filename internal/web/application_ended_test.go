package web

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// A registration that staff cancelled is on the application's page with its date and reason, and can be requested
// again.
func TestApplicationPageShowsRegistrationsEndedByStaff(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	lacks(t, p.get(t, p.Member, path).Body.String(), "Ended by")
	registered, err := p.Access.Subscriptions(p.As(p.Staff), access.SubscriptionFilter{OnlyRegistrations: true}, view.Listing{}.Request())
	if err != nil || len(registered.Items) != 1 {
		t.Fatal(registered, err)
	}
	cancel := address.StaffSubscription(registered.Items[0].Subscription.ID) + "/cancel"
	expect(t, p.get(t, p.Approver, cancel), http.StatusOK, "A mail tells whoever asked for it", "It stands in the mail")
	expectRedirect(t, p.post(t, p.Approver, cancel, url.Values{"reason": {hostile}}), address.StaffSubscription(registered.Items[0].Subscription.ID)+"?done=cancel")
	page := p.get(t, p.Viewer, path)
	expect(t, page, http.StatusOK, "Ended by staff", "Parcels 2", "Cancelled on "+view.Day(p.Clock.Now()), "You may register for it again", "Reason: ")
	if found := activeMarkup(page.Body.String()); found != "" {
		t.Errorf("the page contains %s", found)
	}
	if got := p.registers(t, path, "2"); got != path+"?done=registered" {
		t.Errorf("registering again leads to %s", got)
	}
}
