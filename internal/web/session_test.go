package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/web/visit"
)

func credentials(email, password string) url.Values {
	return url.Values{"email": {email}, "password": {password}}
}

func TestSignInStartsASession(t *testing.T) {
	p := newPortal(t)
	form := credentials(p.Owner.Name, testkit.Password)
	form.Set("return_to", "/profile")
	answer := p.post(t, p.Visitor, "/sign-in", form)
	expectRedirect(t, answer, "/profile")
	cookie := answer.Result().Cookies()[0]
	if cookie.Name != "portico_session" || !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("the cookie is %v", cookie)
	}
	if strings.Contains(answer.Body.String(), cookie.Value) || strings.Contains(p.logged.String(), cookie.Value) {
		t.Error("the token is not only in the cookie")
	}
	request := p.as(t, p.Visitor, http.MethodGet, "/profile", nil)
	request.AddCookie(cookie)
	expect(t, p.send(request), http.StatusOK, p.Owner.Name)

	form.Set("return_to", "//evil.example")
	expectRedirect(t, p.post(t, p.Visitor, "/sign-in", form), "/")
}

func TestSecureSiteHasSecureCookies(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.Secure = true })
	answer := p.post(t, p.Visitor, "/sign-in", credentials(p.Owner.Name, testkit.Password))
	cookie := answer.Result().Cookies()[0]
	if cookie.Name != "__Host-portico_session" || !cookie.Secure || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("the cookie is %v", cookie)
	}
	if answer.Header().Get("Strict-Transport-Security") == "" {
		t.Error("the Strict-Transport-Security header is missing")
	}
	request := p.as(t, p.Visitor, http.MethodGet, "/profile", nil)
	request.AddCookie(&http.Cookie{Name: "portico_session", Value: cookie.Value})
	expectRedirect(t, p.send(request), "/sign-in?return_to=%2Fprofile")
}

func TestSignInDoesNotRevealKnownAddresses(t *testing.T) {
	p := newPortal(t)
	known := p.post(t, p.Visitor, "/sign-in", credentials(p.Owner.Name, "wrong"))
	unknown := p.post(t, p.Visitor, "/sign-in", credentials("nobody@acme.example", "wrong"))
	expect(t, known, http.StatusUnauthorized, "password is incorrect")
	if strings.ReplaceAll(known.Body.String(), p.Owner.Name, "") != strings.ReplaceAll(unknown.Body.String(), "nobody@acme.example", "") {
		t.Error("the pages differ")
	}
}

func TestLockedSignInSaysHowLongToWait(t *testing.T) {
	p := newPortal(t)
	for range 5 {
		p.post(t, p.Visitor, "/sign-in", credentials(p.Owner.Name, "wrong"))
	}
	p.Clock.Advance(5 * time.Minute)
	answer := p.post(t, p.Visitor, "/sign-in", credentials(p.Owner.Name, testkit.Password))
	expect(t, answer, http.StatusTooManyRequests, "Try again in 10 minutes.")
	if answer.Header().Get("Retry-After") != "600" {
		t.Errorf("Retry-After is %q", answer.Header().Get("Retry-After"))
	}
}

func TestFormsOfOtherSitesAreRejected(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.TrustedOrigins = []string{"https://www.example.com"} })
	for origin, want := range map[string]int{
		"https://evil.example":    http.StatusForbidden,
		"null":                    http.StatusForbidden,
		"http://portal.example":   http.StatusSeeOther,
		"https://www.example.com": http.StatusSeeOther,
	} {
		request := p.as(t, p.Visitor, http.MethodPost, "/sign-in", credentials(p.Owner.Name, testkit.Password))
		request.Header.Set("Origin", origin)
		answer := p.send(request)
		expect(t, answer, want)
		if (want == http.StatusForbidden) == (len(answer.Result().Cookies()) > 0) {
			t.Errorf("from %s the cookies are %v", origin, answer.Result().Cookies())
		}
	}
	request := p.as(t, p.Owner, http.MethodPost, "/sign-out", url.Values{})
	request.Header.Set("Sec-Fetch-Site", "cross-site")
	expect(t, p.send(request), http.StatusForbidden, "sent from another site")
	expect(t, p.get(t, p.Owner, "/profile"), http.StatusOK)
}

func TestSessionEndsAtOnce(t *testing.T) {
	staff := func(p *portal) context.Context { return p.As(p.Staff) }
	for name, end := range map[string]func(t *testing.T, p *portal) error{
		"sign-out": func(t *testing.T, p *portal) error {
			expectRedirect(t, p.post(t, p.Member, "/sign-out", nil), "/sign-in?done=signed-out")
			return nil
		},
		"block":  func(_ *testing.T, p *portal) error { return p.Accounts.Block(staff(p), p.Member.Account) },
		"remove": func(_ *testing.T, p *portal) error { return p.Accounts.Remove(staff(p), p.Member.Account) },
		"a password changed elsewhere": func(_ *testing.T, p *portal) error {
			return p.Accounts.ChangePassword(p.As(p.Member), account.ChangePassword{Current: testkit.Password, New: "another long password"})
		},
		"a month": func(_ *testing.T, p *portal) error { p.Clock.Advance(31 * 24 * time.Hour); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPortal(t)
			expect(t, p.get(t, p.Member, "/profile"), http.StatusOK)
			if err := end(t, p); err != nil {
				t.Fatal(err)
			}
			expectRedirect(t, p.get(t, p.Member, "/profile"), "/sign-in?return_to=%2Fprofile")
		})
	}
}

func TestTwoSessionCookiesAreIgnored(t *testing.T) {
	p := newPortal(t)
	request := p.as(t, p.Owner, http.MethodGet, "/profile", nil)
	request.AddCookie(&http.Cookie{Name: "portico_session", Value: "planted"})
	expectRedirect(t, p.send(request), "/sign-in?return_to=%2Fprofile")
}

func TestNobodySignsInWithoutTheStore(t *testing.T) {
	p := newPortal(t)
	requests := []*http.Request{
		p.as(t, p.Owner, http.MethodGet, "/profile", nil),
		p.as(t, p.Visitor, http.MethodPost, "/sign-in", credentials(p.Owner.Name, testkit.Password)),
	}
	if err := p.DB.Close(); err != nil {
		t.Fatal(err)
	}
	for _, request := range requests {
		answer := p.send(request)
		expect(t, answer, http.StatusInternalServerError, "on our side")
		if len(answer.Result().Cookies()) > 0 || strings.Contains(answer.Body.String(), "sql") {
			t.Errorf("the response reveals too much: %v\n%s", answer.Header(), answer.Body)
		}
	}
}

// TestUnreadableSessionsAreRejected breaks only the tables of accounts and sessions. Visitors without a session are not
// affected; visitors with one are neither let in nor signed out.
func TestUnreadableSessionsAreRejected(t *testing.T) {
	p := newPortal(t)
	request := p.as(t, p.Owner, http.MethodGet, "/apis", nil)
	broken := p.Another(t)
	if err := broken.DB.Close(); err != nil {
		t.Fatal(err)
	}
	p.site.server.Config.Source = source{site: p.Site, accounts: broken.Accounts, overview: p.Overview}
	expect(t, p.get(t, p.Visitor, "/apis"), http.StatusOK)
	answer := p.send(request)
	expect(t, answer, http.StatusInternalServerError, "on our side", "Sign in")
	if len(answer.Result().Cookies()) > 0 || strings.Contains(answer.Body.String(), p.Owner.Name) {
		t.Errorf("the visitor was let in or signed out: %v\n%s", answer.Header(), answer.Body)
	}
}

func TestSetUpLink(t *testing.T) {
	p := newPortal(t)
	invited, err := p.Accounts.AddAccount(p.As(p.Staff), account.NewAccount{Email: "new@acme.example", Name: "New", Team: p.Acme.ID, Role: identity.Member})
	if err != nil {
		t.Fatal(err)
	}
	path := "/set-up/" + invited.Token
	page := p.get(t, p.Visitor, path)
	expect(t, page, http.StatusOK, "new@acme.example")
	if page.Header().Get("Referrer-Policy") != "strict-origin" {
		t.Error("the token is sent in the Referer header")
	}
	if strings.Contains(page.Body.String(), "return_to="+url.QueryEscape(path)) {
		t.Error("the sign-in link contains the token")
	}
	short := url.Values{"username": {"new@acme.example"}, "password": {"short"}}
	expect(t, p.post(t, p.Visitor, path, short), http.StatusUnprocessableEntity, "at least 12", `aria-invalid="true"`,
		"<strong>new@acme.example</strong>", `name="username" value="new@acme.example"`)
	expectRedirect(t, p.submit(t, path, path, url.Values{"password": {"a new long password"}}), "/")
	expect(t, p.post(t, p.Visitor, path, url.Values{"password": {"another long password"}}), http.StatusNotFound, "Ask the portal")
	expectRedirect(t, p.post(t, p.Visitor, "/sign-in", credentials("new@acme.example", "a new long password")), "/")
	for _, secret := range []string{invited.Token, "a new long password"} {
		if strings.Contains(p.logged.String(), secret) {
			t.Error("a secret is in the log")
		}
	}
}

func TestChangePasswordEndsOtherSessions(t *testing.T) {
	p := newPortal(t)
	form := url.Values{"current_password": {"wrong"}, "new_password": {"a new long password"}}
	expect(t, p.post(t, p.Member, "/profile/password", form), http.StatusUnprocessableEntity, "Current password is not your password")
	form.Set("current_password", testkit.Password)
	form.Set("new_password", "short")
	expect(t, p.post(t, p.Member, "/profile/password", form), http.StatusUnprocessableEntity, "New password must have at least 12")
	form.Set("new_password", "a new long password")
	expectRedirect(t, p.post(t, p.Member, "/profile/password", form), "/profile?done=password")
	expect(t, p.get(t, p.Member, "/profile?done=password"), http.StatusOK, "Password changed")
}

func TestTooLargeFormsAreRejected(t *testing.T) {
	p := newPortal(t)
	expect(t, p.post(t, p.Visitor, "/sign-in", credentials(strings.Repeat("a", visit.MaxForm), "x")), http.StatusRequestEntityTooLarge, "at most 64 KiB")
}
