package web

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/web/address"
)

// asked requests access to the plan for a new application of Acme.
func (p *portal) asked(t *testing.T, name string) access.Request {
	t.Helper()
	system := p.As(identity.SystemPrincipal("test"))
	application, err := p.Access.CreateApplication(system, access.NewApplication{Team: p.Acme.ID, Name: name})
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Plans.Plans(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	decided, err := p.Access.RequestAccess(system, access.Ask{
		Application: application.Application.ID, Plans: []string{plans[0].ID.Hex()}, Fields: map[string]string{"Purpose": "<b>Parcels</b> for all"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return decided.Request
}

func TestStaffDecideRequestsWithAReason(t *testing.T) {
	p := newPortal(t).stocked(t)
	request := p.asked(t, "Shop")
	path := address.StaffRequests + "/" + request.ID.Hex()
	expect(t, p.get(t, p.Support, address.StaffRequests), http.StatusOK, "Acme Production", "Shop", "&lt;b&gt;Parcels&lt;/b&gt; for all", "1<span class=\"sr-only\">")
	if page := p.get(t, p.Support, path).Body.String(); strings.Contains(page, "name=\"decision\"") {
		t.Error("support can decide requests")
	}
	expect(t, p.get(t, p.Approver, path), http.StatusOK, "name=\"decision\"", "Calls, last 30 days")
	expect(t, p.post(t, p.Approver, path, url.Values{"decision": {"approve"}, "reason": {strings.Repeat("x", 2001)}}), http.StatusUnprocessableEntity, "at most 2,000", "xxx")
	expectRedirect(t, p.post(t, p.Approver, path, url.Values{"decision": {"approve"}, "reason": {"Enjoy it."}}), address.StaffRequests+"?done=approved")
	expect(t, p.get(t, p.Owner, "/profile"), http.StatusOK, "Staff wrote: Enjoy it.")
	expect(t, p.post(t, p.Staff, path, url.Values{"decision": {"reject"}, "reason": {"Too late"}}), http.StatusConflict, "already been decided", "Decided by", p.Approver.Name)
}

func TestStaffNavigationCountsWaitingRequests(t *testing.T) {
	p := newPortal(t).stocked(t)
	badge := func(section, number string) string {
		return section + " <span class=\"count waiting\">" + number + "<span class=\"sr-only\">"
	}
	lacks(t, p.get(t, p.Support, address.StaffKeys).Body.String(), badge("Requests", "1"), badge("People", "1"))
	p.asked(t, "Shop")
	for i, unproven := range []bool{false, true, false} {
		waiting := account.Account{ID: id.New[identity.AccountID](p.Clock.Now()), Email: fmt.Sprintf("%d@hopper.example", i), State: account.Pending, Unproven: unproven}
		if err := p.DB.Accounts().SaveAccount(t.Context(), waiting); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, p.get(t, p.Support, address.StaffKeys), http.StatusOK, badge("Requests", "1"), badge("People", "2"))
}

func TestBulkDecisionsReportEachResult(t *testing.T) {
	p := newPortal(t).stocked(t)
	first, second := p.asked(t, "One"), p.asked(t, "Two")
	if _, err := p.Access.WithdrawRequest(p.As(identity.SystemPrincipal("test")), second.ID); err != nil {
		t.Fatal(err)
	}
	form := url.Values{"decision": {"reject"}, "reason": {"Not now."}, "request": {first.ID.Hex(), second.ID.Hex(), "nonsense"}}
	expect(t, p.post(t, p.Approver, address.StaffRequests, form), http.StatusOK, "1 request not decided", "it is withdrawn", "1 request rejected")
	expect(t, p.get(t, p.Owner, "/profile"), http.StatusOK, "Not now.")
	expect(t, p.post(t, p.Approver, address.StaffRequests, form), http.StatusOK, "2 requests not decided")
	expect(t, p.get(t, p.Support, address.StaffRequests+"?state=pending"), http.StatusOK, "All done")
}

// TestRefusedDecisionKeepsSelectionAndFilters sends a decision without requests, and one with too long a reason. The
// page comes back with the reason, the selection and the filters.
func TestRefusedDecisionKeepsSelectionAndFilters(t *testing.T) {
	p := newPortal(t).stocked(t)
	path := address.StaffRequests + "?q=Shop&state=all"
	first := p.asked(t, "Shop")
	p.asked(t, "Till")
	expect(t, p.get(t, p.Approver, path), http.StatusOK, `action="/staff/requests?q=Shop&amp;state=all"`)
	refused := p.post(t, p.Approver, path, url.Values{"decision": {"reject"}, "reason": {"Not now."}})
	expect(t, refused, http.StatusUnprocessableEntity, "Select 1 to 100 requests", ">Not now.</textarea>", `value="Shop"`, `value="all" selected`, first.ID.Hex())
	lacks(t, refused.Body.String(), "Till", "checked")
	long := url.Values{"decision": {"reject"}, "reason": {strings.Repeat("x", 2001)}, "request": {first.ID.Hex()}}
	expect(t, p.post(t, p.Approver, path, long), http.StatusUnprocessableEntity, "at most 2,000", "xxx</textarea>", `value="`+first.ID.Hex()+`" checked`)
	expect(t, p.post(t, p.Support, path, long), http.StatusForbidden)
}

func TestStaffConfirmSubscriptionChanges(t *testing.T) {
	p := newPortal(t).stocked(t)
	path := address.StaffSubscription(p.primary.Credential.Subscription)
	expect(t, p.get(t, p.Approver, path), http.StatusOK, "Parcels 1, Parcels 2", p.primary.Credential.Prefix, path+"/suspend")
	for _, step := range []struct {
		action, asks, notice string
		again                int
	}{
		{"suspend", "stop working until you reinstate it", "Suspended.", http.StatusConflict},
		{"reinstate", "work again", "Reinstated.", http.StatusConflict},
		{"revoke", "Its own keys are revoked", "Revoked.", http.StatusConflict},
		{"clear", "request the same access again", "The team can request it again.", http.StatusSeeOther},
	} {
		expect(t, p.get(t, p.Approver, path+"/"+step.action), http.StatusOK, step.asks, "Calls today", "Working keys")
		expectRedirect(t, p.post(t, p.Approver, path+"/"+step.action, url.Values{"reason": {"Because."}}), path+"?done="+step.action)
		expect(t, p.get(t, p.Approver, path+"?done="+step.action), http.StatusOK, step.notice)
		if again := p.post(t, p.Approver, path+"/"+step.action, url.Values{}); again.Code != step.again {
			t.Errorf("the second %s returns status %d", step.action, again.Code)
		}
	}
	if page := p.get(t, p.Support, path).Body.String(); strings.Contains(page, path+"/") {
		t.Error("support sees actions that it may not take")
	}
}

func TestStaffGrantAccessByName(t *testing.T) {
	p := newPortal(t).stocked(t)
	form := url.Values{"email": {p.OtherOwner.Name}, "for": {"team"}, "plan": {"acme"}, "ends_at": {"31.12."}, "reason": {"A trial"}}
	expect(t, p.post(t, p.Approver, address.StaffSubscriptions+"/new", form), http.StatusUnprocessableEntity, "must be a day", "A trial", "value=\"acme\" selected")
	form.Set("ends_at", "2026-12-31")
	answer := p.post(t, p.Approver, address.StaffSubscriptions+"/new", form)
	path, _, _ := strings.Cut(answer.Header().Get("Location"), "?")
	if answer.Code != http.StatusSeeOther {
		t.Fatal(answer.Code, answer.Body)
	}
	expect(t, p.get(t, p.Approver, path), http.StatusOK, "Globex", "ends on 1 January 2027", "A trial")
	expect(t, p.post(t, p.Approver, address.StaffSubscriptions+"/new", form), http.StatusConflict, "You can use it now")
	expect(t, p.get(t, p.Support, address.StaffSubscriptions+"?q=globex"), http.StatusOK, path)
}

func TestStaffChangeKeysWithoutSeeingSecrets(t *testing.T) {
	p := newPortal(t).stocked(t)
	path := address.StaffKey(p.primary.Credential.ID)
	if _, err := p.Access.RevealCredential(p.As(p.Member), p.primary.Credential.ID); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Approver, path), http.StatusOK, "Shown to", p.Member.Name, "Never")
	expectRedirect(t, p.post(t, p.Approver, path+"/rename", url.Values{"name": {"Warehouse"}}), path+"?done=rename")
	expectRedirect(t, p.post(t, p.Approver, path+"/regenerate", url.Values{}), path+"?done=regenerate")
	expect(t, p.get(t, p.Approver, path+"?done=regenerate"), http.StatusOK, "Key regenerated", "been shown here")
	expect(t, p.post(t, p.Approver, path+"/rotate", url.Values{"overlap": {"many"}}), http.StatusUnprocessableEntity, "one of those offered")
	rotated := p.post(t, p.Approver, path+"/rotate", url.Values{"overlap": {"24"}})
	if to := rotated.Header().Get("Location"); rotated.Code != http.StatusSeeOther || strings.HasPrefix(to, path) || !strings.HasSuffix(to, "?done=rotate") {
		t.Errorf("%d to %q", rotated.Code, to)
	}
	expect(t, p.post(t, p.Approver, path+"/rotate", url.Values{"overlap": {"24"}}), http.StatusConflict, "already been replaced")
	for range 2 {
		expectRedirect(t, p.post(t, p.Approver, path+"/revoke", url.Values{}), path+"?done=revoke")
	}
	made := url.Values{"once": {p.Acme.ID.Hex()}, "slot": {""}, "validity": {"30"}}
	keys := address.StaffSubscription(p.primary.Credential.Subscription) + "/keys"
	issued := p.post(t, p.Approver, keys, made)
	if to := issued.Header().Get("Location"); issued.Code != http.StatusSeeOther || !strings.HasPrefix(to, address.StaffKeys+"/") || !strings.HasSuffix(to, "?done=issue") {
		t.Errorf("%d to %q", issued.Code, to)
	}
	expect(t, p.post(t, p.Approver, keys, made), http.StatusConflict, "was already created")
	expect(t, p.post(t, p.Approver, keys, url.Values{"validity": {"0"}}), http.StatusUnprocessableEntity, "number of days")
}

// TestPastedKeysAreNotKept checks that a pasted key is in no page, address, log line, audit record or message.
func TestPastedKeysAreNotKept(t *testing.T) {
	p := newPortal(t).stocked(t)
	secret, err := p.Access.RevealCredential(p.As(p.Member), p.primary.Credential.ID)
	if err != nil {
		t.Fatal(err)
	}
	canary := "canary0123456789abcdef0123456789"
	tail := secret[12:]
	path := address.StaffKey(p.primary.Credential.ID)
	var answers []string
	for _, pasted := range []string{secret, canary, secret[:30], "abc"} {
		answer := p.post(t, p.Support, address.LeakedKey, url.Values{"pasted": {pasted}})
		answers = append(answers, answer.Body.String(), answer.Header().Get("Location"))
	}
	if !strings.Contains(answers[0], "Key found") || !strings.Contains(answers[0], path) || !strings.Contains(answers[2], "Not found") {
		t.Error("the complete key was not found, or an unknown key was")
	}
	expectRedirect(t, p.get(t, p.Support, address.StaffKeys+"?q="+secret), address.LeakedKey+"?whole=1")
	expect(t, p.get(t, p.Support, address.LeakedKey+"?whole=1"), http.StatusOK, "Paste it here instead")
	page := p.get(t, p.Approver, path+"/leaked")
	expect(t, page, http.StatusOK, "name=\"since\" value=\"0\"", "tell the team&#39;s owners")
	form := url.Values{"since": {"0"}, "close": {"revoke"}, "where": {"A forum"}}
	expectRedirect(t, p.post(t, p.Approver, path+"/leaked", form), path+"?done=leaked")
	expect(t, p.post(t, p.Approver, path+"/leaked", form), http.StatusConflict, "Nothing was changed")
	answers = append(answers, page.Body.String(), p.logged.String(), p.dump(t))
	for i, text := range answers {
		for _, forbidden := range []string{tail, canary} {
			if strings.Contains(text, forbidden) {
				t.Errorf("answer %d contains a pasted text", i)
			}
		}
	}
}

// dump returns the content of the database.
func (p *portal) dump(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := p.DB.Dump(t.Context(), func(chunk store.Chunk) error {
		all.Write(chunk.Rows)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(all.String(), "key_leaked") || !strings.Contains(all.String(), "credential.leaked") {
		t.Error("the message to the owner or the audit record is missing")
	}
	return all.String()
}
