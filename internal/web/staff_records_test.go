package web

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/logging"
	paging "github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

// queued puts a message into the outbox and returns its page.
func (p *portal) queued(t *testing.T, to, template string) string {
	t.Helper()
	ctx := p.As(p.Staff)
	if err := p.DB.Send(ctx, event.Message{To: to, Template: template, Params: map[string]string{"team": "Acme"}}); err != nil {
		t.Fatal(err)
	}
	found, err := p.Outbox.Messages(ctx, event.OutboxFilter{Search: to}, paging.Request{Size: 1})
	if err != nil || len(found.Items) != 1 {
		t.Fatal(found, err)
	}
	return address.Message(found.Items[0].ID)
}

// recordsTable lists who may use the pages of the audit trail and the outbox.
func (p *portal) recordsTable(t *testing.T) map[string][]permitted {
	t.Helper()
	invited, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: "invited@acme.example", Team: p.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	waiting, dropped, none := p.queued(t, invited.Account.Email, account.MessageSetUp), p.queued(t, "dropped@acme.example", "key_leaked"), address.Message(event.MessageID{})
	closed := p.queued(t, p.Owner.Name, account.MessageResetPassword)
	admin := func(path string, status int) permitted {
		return permitted{path: path, want: [8]int{303, 403, 403, 403, 403, 403, 403, status}}
	}
	sent := func(path string, status int) permitted {
		return permitted{path: path, form: url.Values{}, want: [8]int{401, 403, 403, 403, 403, 403, 403, status}}
	}
	return map[string][]permitted{
		"GET /staff/audit": {
			admin("/staff/audit", 200), admin("/staff/audit?from=today", 422), admin("/staff/audit?from=2026-03-02&to=2026-03-01", 422),
			admin("/staff/audit?q=%25&actor=x&action=x&object=x&team=x&address=x&request=x&from=2026-03-01&to=2026-03-01&page=9", 200),
		},
		"GET /staff/audit.csv":                 {admin("/staff/audit.csv", 200), admin("/staff/audit.csv?to=1", 422)},
		"GET /staff/audit.jsonl":               {admin("/staff/audit.jsonl", 200), admin("/staff/audit.jsonl?to=0000-00-00", 422)},
		"GET /staff/outbox.csv":                {admin("/staff/outbox.csv?q=x", 200)},
		"GET /staff/outbox":                    {admin("/staff/outbox", 200), admin("/staff/outbox?state=sent&q=x&page=3", 200), admin("/staff/outbox?state=x", 422)},
		"POST /staff/outbox/retry":             {sent("/staff/outbox/retry", 303)},
		"GET /staff/outbox/{message}":          {admin(waiting, 200), admin(none, 404), admin("/staff/outbox/x", 404)},
		"POST /staff/outbox/{message}/retry":   {sent(waiting+"/retry", 303), sent(none+"/retry", 404)},
		"GET /staff/outbox/{message}/discard":  {admin(waiting+"/discard", 200), admin(none+"/discard", 404)},
		"POST /staff/outbox/{message}/discard": {sent(dropped+"/discard", 303), sent(dropped+"/discard", 303)},
		"POST /staff/outbox/{message}/link":    {sent(waiting+"/link", 200), sent(closed+"/link", 412), sent(none+"/link", 404)},
	}
}

// record writes an audit record with a detail called "it".
func (p *portal) record(t *testing.T, it string) {
	t.Helper()
	ctx := logging.WithRequestID(p.As(p.Owner), "request-1")
	details := event.Note(map[string]string{"it": it}, event.Difference{Name: "name", Before: it, After: "b"})
	if err := p.DB.Audit(ctx, event.Audit{Action: "test.done", Object: event.TagOf(event.TagTeam, p.Acme.ID), Team: p.Acme.ID, Details: details}); err != nil {
		t.Fatal(err)
	}
}

func (p *portal) read(t *testing.T, who identity.Principal, path string) string {
	t.Helper()
	answer := p.send(p.as(t, who, http.MethodGet, path, nil))
	if answer.Code != http.StatusOK {
		t.Fatalf("%s returns status %d", path, answer.Code)
	}
	return answer.Body.String()
}

func TestAuditPageFiltersRecords(t *testing.T) {
	p := newPortal(t)
	p.record(t, "<b>one</b>")
	for range view.ListedOnPage {
		p.record(t, "other")
	}
	for path, want := range map[string][]string{
		address.Audit:                                       {"52 records", "owner@acme.example", "Test done", "team Acme", "192.0.2.10", "request-1", "audit.csv"},
		address.Audit + "?action=test&page=2":               {"&lt;b&gt;one&lt;/b&gt;", "<ins>b</ins>"},
		address.Audit + "?q=one":                            {"1 record,", `href="/staff/audit.csv?q=one"`},
		address.Audit + "?action=test+done":                 {"51 records"},
		address.Audit + "?action=Test":                      {"51 records"},
		address.Audit + "?actor=OWNER%40acme.example":       {"51 records"},
		address.Audit + "?team=acme":                        {"51 records"},
		address.Audit + "?address=192.0.2.10":               {"51 records", `name="address"`},
		address.Audit + "?from=2026-03-10&to=2026-03-10":    {"52 records"},
		address.Audit + "?to=2026-03-09":                    {"No matching records"},
		address.Audit + "?object=team%3A" + p.Acme.ID.Hex(): {"51 records"},
	} {
		shown := p.read(t, p.Staff, path)
		for _, text := range want {
			if !strings.Contains(shown, text) {
				t.Errorf("%s does not contain %q", path, text)
			}
		}
	}
}

// TestAdminManagesTheOutbox retries, opens and discards messages.
func TestAdminManagesTheOutbox(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.Mails = true })
	if empty := p.read(t, p.Staff, address.Outbox); !strings.Contains(empty, "No messages") {
		t.Error("the empty outbox does not say that it is empty")
	}
	added, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: "new@acme.example", Team: p.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	setUp, leaked := p.queued(t, added.Account.Email, account.MessageSetUp), p.queued(t, p.Owner.Name, "key_leaked")
	p.Exec(t, "UPDATE outbox SET next_at = 0, attempts = 10, failure = 'mailbox <full>' WHERE template = 'key_leaked'")
	list := p.read(t, p.Staff, address.Outbox)
	for _, text := range []string{"2 messages", "Retry all failed", "mailbox &lt;full&gt;", setUp, leaked} {
		if !strings.Contains(list, text) {
			t.Errorf("the outbox does not contain %q", text)
		}
	}
	if shown := p.read(t, p.Staff, leaked); strings.Contains(shown, "/link") || !strings.Contains(shown, "Sending failed") {
		t.Error("the message offers a set-up link, or does not say why it failed")
	}
	if shown := p.read(t, p.Staff, setUp); !strings.Contains(shown, "Show a set-up link") || strings.Contains(shown, "/set-up/") {
		t.Error("the set-up link is shown at once, or cannot be requested")
	}
	press := func(path string, want int) string {
		answer := p.send(p.as(t, p.Staff, http.MethodPost, path, url.Values{}))
		if answer.Code != want {
			t.Fatalf("%s returns status %d: %s", path, answer.Code, answer.Body.String())
		}
		return cmp.Or(answer.Header().Get("Location"), answer.Body.String())
	}
	if shown := press(setUp+"/link", 200); !strings.Contains(shown, "/set-up/") {
		t.Error("the set-up link is missing")
	}
	press(leaked+"/retry", 303)
	press(leaked+"/retry", 303)
	if to := press(address.Outbox+"/retry", 303); !strings.Contains(p.read(t, p.Staff, to), "No messages have failed") {
		t.Error("the notice does not say that there was nothing to retry")
	}
	press(leaked+"/discard", 303)
	press(leaked+"/discard", 303)
	found, err := p.Trail.Records(p.As(p.Staff), event.TrailFilter{Action: "outbox"}, paging.Request{})
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, record := range found.Items {
		actions = append(actions, record.Action)
	}
	if fmt.Sprint(actions) != "[outbox.discarded outbox.retried outbox.link_opened]" {
		t.Errorf("the audit trail has %v", actions)
	}
}

// TestOutboxSaysThatThereIsNoMailServer checks that the pages then offer no retry, because nothing is sent.
func TestOutboxSaysThatThereIsNoMailServer(t *testing.T) {
	p := newPortal(t)
	added, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: "new@acme.example", Team: p.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{address.Outbox, p.queued(t, added.Account.Email, account.MessageSetUp)} {
		page := p.get(t, p.Staff, path)
		expect(t, page, 200, "No mail server is set up")
		lacks(t, page.Body.String(), "/retry", "Next attempt")
	}
}

// TestAuditPageIsLinkedAndRefusesBadFilters sends impossible filters, which come back with the reason. Staff who may
// read an object's history find a link to all of it.
func TestAuditPageIsLinkedAndRefusesBadFilters(t *testing.T) {
	p := newPortal(t)
	expect(t, p.get(t, p.Staff, "/staff/audit?from=2026-03-02&to=2026-03-01&team=Acme"), 422, "until must not be before the first day", `value="2026-03-02"`, `value="Acme"`)
	if err := p.Accounts.RenameTeam(p.As(p.Owner), p.Acme.ID, "Acme Ltd"); err != nil {
		t.Fatal(err)
	}
	all := `href="/staff/audit?team=` + p.Acme.ID.Hex()
	expect(t, p.get(t, p.Staff, address.StaffTeam(p.Acme.ID)), 200, all)
	support := p.get(t, p.Support, address.StaffTeam(p.Acme.ID))
	expect(t, support, 200, "Recent activity")
	lacks(t, support.Body.String(), all)
}

// TestAuditTrailHasNoSecrets uses everything that handles secrets and then searches the audit trail and the log.
func TestAuditTrailHasNoSecrets(t *testing.T) {
	p := newPortal(t).stocked(t)
	owner, staff := p.As(p.Owner), p.As(p.Staff)
	var secrets []string
	keep := func(issued access.IssuedCredential, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		secrets = append(secrets, issued.Secret)
	}
	key := p.primary.Credential
	for _, shown := range []access.IssuedCredential{p.primary, p.secondary} {
		secret, err := p.Access.RevealCredential(owner, shown.Credential.ID)
		keep(access.IssuedCredential{Material: access.Material{Secret: secret}}, err)
	}
	keep(p.Access.RegenerateCredential(owner, key.ID))
	keep(p.Access.RotateCredential(owner, access.RotateCredential{Credential: p.secondary.Credential.ID}))
	added, err := p.Accounts.AddAccount(staff, account.NewAccount{Email: "new@acme.example", Team: p.Acme.ID})
	if err != nil {
		t.Fatal(err)
	}
	const password = "canary password of a person"
	secrets = append(secrets, added.Token, password)
	press := func(who identity.Principal, path string, form url.Values) {
		t.Helper()
		if answer := p.send(p.as(t, who, http.MethodPost, path, form)); answer.Code >= 400 {
			t.Errorf("%s returns status %d: %s", path, answer.Code, answer.Body.String())
		}
	}
	press(p.Staff, address.StaffSubscription(key.Subscription)+"/suspend", url.Values{"reason": {"a look"}})
	press(p.Staff, address.StaffSubscription(key.Subscription)+"/reinstate", url.Values{})
	press(p.Visitor, "/set-up/"+added.Token, url.Values{"password": {password}})
	const another = "another canary password"
	secrets = append(secrets, another, testkit.Password)
	settings, err := p.Site.Settings(staff)
	if err != nil {
		t.Fatal(err)
	}
	settings.Welcome = "Another welcome"
	err = errors.Join(p.Site.ChangeSettings(staff, settings), p.Accounts.ChangePassword(owner, account.ChangePassword{Current: testkit.Password, New: another}))
	if err != nil {
		t.Fatal(err)
	}
	trail := p.read(t, p.Staff, address.Audit+".jsonl") + p.read(t, p.Staff, address.Audit+".csv")
	for _, action := range []string{"credential.revealed", "credential.regenerated", "credential.rotated", "account.added", "account.password_changed", "subscription.suspended", "site."} {
		if !strings.Contains(trail, action) {
			t.Errorf("the audit trail has no record of %s", action)
		}
	}
	lines := bufio.NewScanner(io.MultiReader(strings.NewReader(trail), strings.NewReader(p.logged.String())))
	for lines.Scan() {
		for _, secret := range secrets {
			if secret == "" || strings.Contains(lines.Text(), secret) {
				t.Errorf("the secret %q is in %s", secret, lines.Text())
			}
		}
	}
}

func TestStaffSeeTheHistoryOfSubscriptionsAndKeys(t *testing.T) {
	p := newPortal(t).stocked(t)
	subscription := address.StaffSubscription(p.primary.Credential.Subscription)
	if _, err := p.Access.RevealCredential(p.As(p.Owner), p.primary.Credential.ID); err != nil {
		t.Fatal(err)
	}
	answer := p.send(p.as(t, p.Approver, http.MethodPost, subscription+"/suspend", url.Values{"reason": {"a look"}}))
	if answer.Code != http.StatusSeeOther {
		t.Fatal(answer.Code)
	}
	for path, want := range map[string][]string{
		subscription: {"Subscription granted", "Subscription suspended", "<del>approved</del>", "<ins>suspended</ins>", "a look", p.Approver.Name},
		address.StaffKey(p.primary.Credential.ID): {"Key issued", "Key revealed", p.Owner.Name},
	} {
		shown := p.read(t, p.Support, path)
		for _, text := range want {
			if !strings.Contains(shown, text) {
				t.Errorf("%s does not contain %q", path, text)
			}
		}
	}
}
