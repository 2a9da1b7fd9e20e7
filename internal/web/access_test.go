package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
)

// accessTable is the part of the table of who may do what that is about requests, subscriptions and keys.
func (p *portal) accessTable(t *testing.T) map[string][]permitted {
	t.Helper()
	read := func(path string, status int) permitted {
		return permitted{path: path, want: [8]int{303, 403, 403, 403, 403, status, status, status}}
	}
	decide := func(path string, status int) permitted { // approvers and admins
		return permitted{path: path, want: [8]int{303, 403, 403, 403, 403, 403, status, status}}
	}
	sent := func(path string, form url.Values, want [8]int) permitted {
		return permitted{path: path, form: form, want: want}
	}
	no := url.Values{}
	request, other := requestPath(p.ask(t)), requestPath(p.ask(t))
	subscription := staffSubscriptionPath(p.primary.Credential.Subscription)
	nothing, key := staffSubscriptionPath(access.SubscriptionID{}), staffKeyPath(p.spare(t))
	return map[string][]permitted{
		"GET /staff/requests":                          {read("/staff/requests", 200), read("/staff/requests?state=rejected&q=none", 200), {path: "/staff/requests?page=0", want: [8]int{422, 422, 422, 422, 422, 422, 422, 422}}},
		"POST /staff/requests":                         {sent("/staff/requests", no, [8]int{401, 403, 403, 403, 403, 403, 422, 422})},
		"GET /staff/requests/{request}":                {read(request, 200), read(requestPath(access.RequestID{}), 404), read("/staff/requests/nonsense", 404)},
		"POST /staff/requests/{request}":               {sent(other, url.Values{"decision": {"reject"}}, [8]int{401, 403, 403, 403, 404, 403, 303, 409})},
		"GET /staff/subscriptions":                     {read("/staff/subscriptions", 200), read("/staff/subscriptions?state=approved&q=acme", 200)},
		"GET /staff/subscriptions/new":                 {decide("/staff/subscriptions/new", 200)},
		"POST /staff/subscriptions/new":                {sent("/staff/subscriptions/new", no, [8]int{401, 403, 403, 403, 403, 403, 404, 404})},
		"GET /staff/subscriptions/{subscription}":      {read(subscription, 200), read(nothing, 404)},
		"GET /staff/subscriptions/{subscription}/plan": {read(subscription+"/plan", 200)},
		"POST /staff/subscriptions/{subscription}/plan": {
			sent(subscription+"/plan", no, [8]int{401, 403, 403, 403, 404, 403, 404, 404}),
		},
		"GET /staff/subscriptions/{subscription}/{move}": {
			read(subscription+"/suspend", 200), read(subscription+"/reinstate", 409), read(nothing+"/suspend", 404),
			{path: subscription + "/nonsense", want: [8]int{404, 404, 404, 404, 404, 404, 404, 404}},
		},
		"POST /staff/subscriptions/{subscription}/{move}": {
			sent(subscription+"/reinstate", no, [8]int{401, 403, 403, 403, 404, 403, 409, 409}),
		},
		"GET /staff/keys":              {read("/staff/keys", 200)},
		"POST /staff/keys":             {sent("/staff/keys", url.Values{"key": {"abc"}}, [8]int{401, 403, 403, 403, 403, 422, 422, 422})},
		"GET /staff/keys/{credential}": {read(key, 200), read("/staff/keys/nonsense", 404)},
		"GET /staff/keys/{credential}/{change}": {
			{path: key + "/revoke", want: [8]int{303, 403, 403, 403, 403, 403, 200, 200}}, {path: key + "/nonsense", want: [8]int{404, 404, 404, 404, 404, 404, 404, 404}},
		},
		"POST /staff/keys/{credential}/{change}": {sent(key+"/nonsense", no, [8]int{404, 404, 404, 404, 404, 404, 404, 404})},
	}
}

// ask lets Acme ask for its plan once more, through an application of its own.
func (p *portal) ask(t *testing.T) access.RequestID {
	t.Helper()
	system := p.As(p.Owner)
	application, err := p.Access.CreateApplication(system, access.NewApplication{Name: "Asking " + t.Name()})
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Access.GrantablePlans(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range plans {
		if !one.Registrable {
			continue
		}
		decided, err := p.Access.RequestAccess(system, access.Ask{Application: application.ID, Plans: []string{one.ID.Hex()}, Fields: map[string]string{"why": "<b>Because</b>"}})
		if err != nil {
			t.Fatal(err)
		}
		return decided.Request.ID
	}
	t.Fatal("there is no plan to ask for")
	return access.RequestID{}
}

// spare is a key of Acme's that no other test needs.
func (p *portal) spare(t *testing.T) access.Credential {
	t.Helper()
	issued, err := p.Access.IssueCredential(p.As(p.Owner), access.NewCredential{Environment: "production", Name: "spare"})
	if err != nil {
		t.Fatal(err)
	}
	return issued.Credential
}

func TestStaffDecideAboutARequest(t *testing.T) {
	p := newPortal(t).stocked(t)
	first, second := p.ask(t), p.ask(t)
	inbox := p.get(t, p.Approver, "/staff/requests")
	expect(t, inbox, http.StatusOK, "Acme on request", "owner@acme.example", requestPath(first), "Approve chosen")
	page := p.get(t, p.Approver, requestPath(first))
	expect(t, page, http.StatusOK, "&lt;b&gt;Because&lt;/b&gt;", "Decide later")
	decided := p.send(p.as(t, p.Approver, http.MethodPost, requestPath(first), url.Values{"decision": {"approve"}, "reason": {"Welcome"}}))
	if decided.Code != http.StatusSeeOther || decided.Header().Get("Location") != "/staff/requests?done=approved" {
		t.Errorf("approving answers %d %v", decided.Code, decided.Header())
	}
	again := p.send(p.as(t, p.Staff, http.MethodPost, requestPath(first), url.Values{"decision": {"reject"}}))
	expect(t, again, http.StatusConflict, "Welcome")
	several := p.send(p.as(t, p.Approver, http.MethodPost, "/staff/requests", url.Values{"decision": {"reject"}, "request": {second.Hex(), first.Hex()}}))
	expect(t, several, http.StatusOK, "1 request rejected.", "1 request could not be decided", requestPath(first), "Nothing waits for a decision")
	support := p.get(t, p.Support, "/staff/requests?state=any")
	expect(t, support, http.StatusOK, "Approved", "Rejected")
	if strings.Contains(support.Body.String(), "Approve chosen") {
		t.Error("support is offered to decide")
	}
}

func TestStaffMoveASubscription(t *testing.T) {
	p := newPortal(t).stocked(t)
	path := staffSubscriptionPath(p.primary.Credential.Subscription)
	expect(t, p.get(t, p.Approver, "/staff/subscriptions"), http.StatusOK, "Acme Production", "Active", path)
	page := p.get(t, p.Approver, path)
	expect(t, page, http.StatusOK, "Suspend", "Cancel", "Primary", p.primary.Credential.Prefix)
	if strings.Contains(page.Body.String(), secretOf(t, p, p.primary)) {
		t.Error("staff see a key")
	}
	expect(t, p.get(t, p.Approver, path+"/suspend"), http.StatusOK, "Its keys are refused at once", "Calls today")
	for _, want := range []int{http.StatusSeeOther, http.StatusConflict} { // sent twice, done once
		if answer := p.send(p.as(t, p.Approver, http.MethodPost, path+"/suspend", url.Values{"reason": {"unpaid"}})); answer.Code != want {
			t.Errorf("suspending answers %d, want %d", answer.Code, want)
		}
	}
	expect(t, p.get(t, p.Approver, path+"?done=suspend"), http.StatusOK, "Suspended", "unpaid", "Reinstate")
	expect(t, p.get(t, p.Owner, "/profile"), http.StatusOK, "unpaid")
}

func TestStaffGrantAccess(t *testing.T) {
	p := newPortal(t).stocked(t)
	form := url.Values{"email": {p.OtherOwner.Name}, "plan": {"acme"}, "reason": {"<i>as agreed</i>"}}
	answer := p.send(p.as(t, p.Approver, http.MethodPost, "/staff/subscriptions/new", form))
	if answer.Code != http.StatusSeeOther || !strings.HasSuffix(answer.Header().Get("Location"), "?done=granted") {
		t.Fatalf("granting answers %d %v\n%s", answer.Code, answer.Header(), answer.Body)
	}
	expect(t, p.get(t, p.Approver, answer.Header().Get("Location")), http.StatusOK, "Access is granted", "Globex", "&lt;i&gt;as agreed&lt;/i&gt;")
	form.Set("email", "nobody@nowhere.example")
	expect(t, p.send(p.as(t, p.Approver, http.MethodPost, "/staff/subscriptions/new", form)), http.StatusNotFound, "nobody@nowhere.example", "Add it first")
}

func TestAPastedKeyIsOnNoPageAndInNoLog(t *testing.T) {
	p := newPortal(t).stocked(t)
	secret := secretOf(t, p, p.primary)
	found := p.send(p.as(t, p.Support, http.MethodPost, "/staff/keys", url.Values{"key": {secret}}))
	expect(t, found, http.StatusOK, "This is the key", staffKeyPath(p.primary.Credential), "Acme")
	if strings.Contains(found.Body.String(), secret) || strings.Contains(p.logged.String(), secret) {
		t.Error("the key is on the page or in the log")
	}
	path := staffKeyPath(p.primary.Credential)
	expect(t, p.get(t, p.Approver, path+"/revoke"), http.StatusOK, "It leaked: tell the owners")
	if answer := p.send(p.as(t, p.Approver, http.MethodPost, path+"/revoke", url.Values{"leaked": {"yes"}})); answer.Code != http.StatusSeeOther {
		t.Errorf("revoking answers %d\n%s", answer.Code, answer.Body)
	}
	expect(t, p.get(t, p.Approver, path+"?done=revoked"), http.StatusOK, "Revoked")
	if p.Rows(t, "outbox WHERE template = 'key_leaked'") != 1 {
		t.Error("its owner is not told")
	}
}
