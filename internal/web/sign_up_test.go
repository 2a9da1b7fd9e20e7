package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/web/address"
)

func (p *portal) letSignUp(t *testing.T, mode site.SignUp) {
	t.Helper()
	settings, err := p.Site.SettingsToChange(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	settings.SignUp = mode
	if err := p.Site.ChangeSettings(p.As(p.Staff), settings); err != nil {
		t.Fatal(err)
	}
}

// mailed returns the token of the oldest mail in the outbox.
func (p *portal) mailed(t *testing.T) string {
	t.Helper()
	claimed, found, err := p.DB.ClaimMessage(t.Context(), time.Hour)
	if err != nil || !found {
		t.Fatalf("no mail waits (%v)", err)
	}
	letter, err := p.Accounts.Letter(p.As(identity.SystemPrincipal("test")), claimed.Message)
	if err != nil {
		t.Fatal(err)
	}
	return letter.Token
}

// The home page links to sign-up.
func TestHomeLeadsToSignUp(t *testing.T) {
	p := newPortal(t)
	lacks(t, p.get(t, p.Visitor, "/").Body.String(), `href="/sign-up"`)
	p.letSignUp(t, site.SignUpApproval)
	expect(t, p.get(t, p.Visitor, "/"), 200, `href="/sign-up"`)
	lacks(t, p.get(t, p.Member, "/").Body.String(), `href="/sign-up"`)
}

func TestSignUpAndApproval(t *testing.T) {
	p := newPortal(t)
	const email = "grace@hopper.example"
	form := url.Values{"email": {email}, "name": {"Grace Hopper"}}
	if page := p.get(t, p.Visitor, "/sign-in").Body.String(); strings.Contains(page, "/sign-up") {
		t.Error("the sign-in page links to sign-up, which is off")
	}
	expect(t, p.get(t, p.Visitor, "/sign-up"), http.StatusForbidden, "Sign-up is off on this portal")
	expect(t, p.post(t, p.Visitor, "/sign-up", form), http.StatusForbidden, "Sign-up is off on this portal")

	p.letSignUp(t, site.SignUpApproval)
	expect(t, p.get(t, p.Visitor, "/sign-in"), http.StatusOK, `href="/sign-up"`, `href="/forgot-password"`)
	expect(t, p.get(t, p.Visitor, "/sign-up"), http.StatusOK, "Staff approve each sign-up")
	wrong := url.Values{"email": {"grace"}, "name": {"<i>Grace"}}
	expect(t, p.post(t, p.Visitor, "/sign-up", wrong), http.StatusUnprocessableEntity, `value="grace"`, "must be an e-mail address", "&lt;i&gt;Grace")
	expectRedirect(t, p.post(t, p.Visitor, "/sign-up", form), "/sign-in?done=signed-up")

	verify := p.mailed(t)
	for range 2 { // as mail scanners do
		opened := p.get(t, p.Visitor, "/verify-email?token="+verify)
		expect(t, opened, http.StatusOK, email, `value="`+verify+`"`)
		withoutTrace(t, p, opened, verify)
	}
	confirmed := p.submit(t, "/verify-email?token="+verify, "/verify-email", url.Values{"token": {verify}})
	choose := confirmed.Header().Get("Location")
	if confirmed.Code != http.StatusSeeOther || !strings.HasPrefix(choose, "/reset-password?token=") {
		t.Fatalf("confirming returns %d to %s", confirmed.Code, choose)
	}
	token := strings.TrimPrefix(choose, "/reset-password?token=")
	withoutTrace(t, p, confirmed, verify)
	chosen := p.get(t, p.Visitor, choose)
	expect(t, chosen, http.StatusOK, email, "new-password", "before you can sign in", `name="waits"`)
	withoutTrace(t, p, chosen, token)
	password := url.Values{"token": {token}, "username": {email}, "password": {"short"}, "waits": {"yes"}}
	expect(t, p.post(t, p.Visitor, "/reset-password", password), http.StatusUnprocessableEntity, "at least 12", token, `name="waits"`)
	password.Set("password", testkit.Password)
	expectRedirect(t, p.submit(t, choose, "/reset-password", password), "/sign-in?done=waits")
	expect(t, p.get(t, p.Visitor, "/sign-in?done=waits"), http.StatusOK, "We&#39;ll email you when your sign-up is approved")
	expect(t, p.post(t, p.Visitor, "/reset-password", password), http.StatusNotFound, "has been used")

	credentials := url.Values{"email": {email}, "password": {testkit.Password}}
	waits := p.post(t, p.Visitor, "/sign-in", credentials)
	expect(t, waits, http.StatusUnauthorized, `Your sign-up waits for the portal`)
	lacks(t, waits.Body.String(), "alert-error")
	made, err := p.DB.Accounts().AccountByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Approver, address.People), http.StatusOK, "1 sign-up is waiting for approval", address.People+"?state=pending")
	expect(t, p.get(t, p.Approver, address.Person(made.ID)), http.StatusOK, "Pending", address.Person(made.ID, "approve"), address.Person(made.ID, "reject"))
	if page := p.get(t, p.Support, address.Person(made.ID)).Body.String(); strings.Contains(page, address.Person(made.ID, "approve")) {
		t.Error("support can approve")
	}
	expectRedirect(t, p.post(t, p.Approver, address.Person(made.ID, "approve"), nil), address.Person(made.ID)+"?done=approved")
	expectRedirect(t, p.post(t, p.Visitor, "/sign-in", credentials), "/")
}

// submit sends a form of a page as browsers do over plain HTTP: without fetch metadata, and with an Origin header that
// is "null" if the page's referrer policy hides it.
func (p *portal) submit(t *testing.T, page, path string, form url.Values) *httptest.ResponseRecorder {
	t.Helper()
	origin := "http://portal.example"
	if p.get(t, p.Visitor, page).Header().Get("Referrer-Policy") == "no-referrer" {
		origin = "null"
	}
	request := p.as(t, p.Visitor, http.MethodPost, path, form)
	request.Header.Set("Origin", origin)
	return p.send(request)
}

// withoutTrace fails the test if a token is in the log, or could leave the page.
func withoutTrace(t *testing.T, p *portal, answer *httptest.ResponseRecorder, token string) {
	t.Helper()
	if strings.Contains(answer.Body.String(), url.QueryEscape("?token="+token)) {
		t.Error("the link to sign in carries the token")
	}
	if answer.Header().Get("Referrer-Policy") != "strict-origin" || answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the headers of a page with a token are %v", answer.Header())
	}
	if strings.Contains(p.logged.String(), token) {
		t.Error("the log contains a token")
	}
}

// TestUnconfirmedSignUpIsShown checks that a person who signed up is not called invited.
func TestUnconfirmedSignUpIsShown(t *testing.T) {
	p := newPortal(t)
	const email = "eve@hopper.example"
	badge := func(state string) string { return "</svg>" + state + "</span>" }
	for _, mode := range []site.SignUp{site.SignUpOpen, site.SignUpApproval} {
		p.letSignUp(t, mode)
		if err := p.Accounts.SignUp(p.As(p.Visitor), account.SignUp{Email: string(mode) + email, Name: "Eve"}); err != nil {
			t.Fatal(err)
		}
		made, err := p.DB.Accounts().AccountByEmail(t.Context(), string(mode)+email)
		if err != nil {
			t.Fatal(err)
		}
		expect(t, p.get(t, p.Support, address.People+"?q=hopper"), http.StatusOK, badge("Unconfirmed"))
		expect(t, p.get(t, p.Support, address.Person(made.ID)), http.StatusOK, badge("Unconfirmed"), "Address not confirmed")
	}
	expect(t, p.get(t, p.Support, address.People+"?state=unconfirmed"), http.StatusOK, "1–2 of 2", email)
	for _, state := range []account.State{account.Invited, account.Pending} {
		lacks(t, p.get(t, p.Support, address.People+"?state="+string(state)).Body.String(), email)
	}
}

func TestRejectSignUp(t *testing.T) {
	p := newPortal(t)
	p.letSignUp(t, site.SignUpApproval)
	in := account.SignUp{Email: "eve@hopper.example", Name: "Eve", Answers: account.Answers{"company": "<b>Evil", "seats": 2.5, "terms": true}}
	if err := p.Accounts.SignUp(p.As(p.Visitor), in); err != nil {
		t.Fatal(err)
	}
	made, err := p.DB.Accounts().AccountByEmail(t.Context(), in.Email)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Staff, address.Person(made.ID)), http.StatusOK, "<dt>company</dt><dd>&lt;b&gt;Evil</dd>", "<dd>2.5</dd>", "<dt>terms</dt><dd>Yes</dd>")
	reject := address.Person(made.ID, "reject")
	unproven := p.get(t, p.Staff, address.Person(made.ID))
	expect(t, unproven, http.StatusOK, "Address not confirmed", address.Person(made.ID, "approve"))
	if strings.Contains(unproven.Body.String(), reject) || strings.Contains(p.get(t, p.Staff, address.People).Body.String(), "sign-up waits") {
		t.Error("staff can decide on a sign-up with an unverified address")
	}
	expectRedirect(t, p.post(t, p.Visitor, "/sign-up", url.Values{"email": {in.Email}, "name": {in.Name}}), "/sign-in?done=signed-up")
	expect(t, p.post(t, p.Staff, reject, nil), http.StatusPreconditionFailed, "a stranger may have entered it")
	if _, err := p.Accounts.VerifyEmail(p.As(p.Visitor), p.mailed(t)); err != nil {
		t.Fatal(err)
	}
	expect(t, p.get(t, p.Staff, reject), http.StatusOK, "Reject Eve?", "sign in or sign up with this address")
	long := url.Values{"reason": {strings.Repeat("x", 501)}}
	expect(t, p.post(t, p.Staff, reject, long), http.StatusUnprocessableEntity, "at most 500", long.Get("reason"))
	expectRedirect(t, p.post(t, p.Staff, reject, url.Values{"reason": {"No."}}), address.Person(made.ID)+"?done=rejected")
	page := p.get(t, p.Staff, address.Person(made.ID))
	expect(t, page, http.StatusOK, "Rejected", address.Person(made.ID, "approve"))
	if strings.Contains(page.Body.String(), reject) || strings.Contains(page.Body.String(), address.Person(made.ID, "block")) {
		t.Error("a rejected person can be rejected or blocked")
	}
}

func TestForgotPasswordDoesNotRevealKnownAddresses(t *testing.T) {
	p := newPortal(t)
	ask := func(email string) string {
		answer := p.post(t, p.Visitor, "/forgot-password", url.Values{"email": {email}})
		expectRedirect(t, answer, "/sign-in?done=forgot")
		return answer.Body.String()
	}
	if ask("nobody@acme.example") != ask(p.Member.Name) {
		t.Error("the responses differ")
	}
	expect(t, p.get(t, p.Visitor, "/sign-in?done=forgot"), http.StatusOK, "If there&#39;s an account")
	p.mailed(t) // expects no mail
	token := p.mailed(t)
	expect(t, p.get(t, p.Visitor, "/reset-password?token="+token), http.StatusOK, p.Member.Name)
	p.Clock.Advance(time.Hour)
	expect(t, p.get(t, p.Visitor, "/reset-password?token="+token), http.StatusNotFound, "has expired")
}

func TestStaffChooseWhoMaySignUp(t *testing.T) {
	p := newPortal(t)
	form := url.Values{"revision": {"0"}, "name": {"Portal"}, "areas": {"home", "apis", "profile"}, "sign_up": {"open"}, "allowed_domains": {" Acme.example\tglobex.example "}}
	expectRedirect(t, p.post(t, p.Staff, address.Settings, form), address.Settings+"?done=saved")
	expect(t, p.get(t, p.Staff, address.Settings), http.StatusOK, `value="open" checked`, `value="acme.example globex.example"`)
	stranger := url.Values{"email": {"eve@evil.example"}, "name": {"Eve"}}
	expect(t, p.post(t, p.Visitor, "/sign-up", stranger), http.StatusUnprocessableEntity, "must be an address of acme.example or globex.example")
	expectRedirect(t, p.post(t, p.Visitor, "/sign-up", url.Values{"email": {"eve@acme.example"}, "name": {"Eve"}}), "/sign-in?done=signed-up")
	form.Set("revision", "1")
	form.Set("allowed_domains", "no@domain")
	expect(t, p.post(t, p.Staff, address.Settings, form), http.StatusUnprocessableEntity, "must be at most 100 domains", `value="no@domain"`)
}
