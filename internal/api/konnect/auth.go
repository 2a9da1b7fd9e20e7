package konnect

import (
	"net/http"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// The cookies of a session. The refresh token goes only where it is needed: to refreshing and to signing out.
const (
	accessCookie  = "portalaccesstoken"
	refreshCookie = "portalrefreshtoken"
	accessPath    = "/"
	refreshPath   = "/api/v2/developer"
)

// open admits all callers. A caller with a valid session acts as its holder.
func (a *API) open(answer handler) http.HandlerFunc {
	return a.kit.Handle(func(w http.ResponseWriter, r *http.Request) error {
		c := &call{API: a, writer: w, request: r, parameters: r.URL.Query()}
		if err := a.origins.Check(r); err != nil {
			return err
		}
		var err error
		if c.Caller, err = a.callers.Identify(r); err != nil {
			return err
		}
		c.request = r.WithContext(c.Context(r.Context()))
		return answer(c)
	})
}

// signedIn admits only callers with a valid session.
func (a *API) signedIn(answer handler) http.HandlerFunc {
	return a.open(func(c *call) error {
		if c.Principal.Anonymous() {
			return signInRequired()
		}
		return answer(c)
	})
}

// viewing admits all callers if clients are told that the portal is public, otherwise callers with a valid session.
func (a *API) viewing(answer handler) http.HandlerFunc {
	return a.open(func(c *call) error {
		if c.Principal.Anonymous() && !c.Settings.KonnectPublic {
			return signInRequired()
		}
		return answer(c)
	})
}

// private admits only callers with a valid session. In this protocol, public portals do not have these operations.
func (a *API) private(answer handler) http.HandlerFunc {
	return a.open(func(c *call) error {
		if c.Settings.KonnectPublic {
			return fault.New(fault.NotFound, "public_portal",
				"On a public portal, this API has no applications and registrations. Use the portal's own pages.")
		}
		if c.Principal.Anonymous() {
			return signInRequired()
		}
		return answer(c)
	})
}

func signInRequired() error {
	return fault.New(fault.Unauthenticated, identity.CodeSignInRequired, "Sign in first, or refresh the session.")
}

// sessionToken returns the access token that a request carries.
func sessionToken(r *http.Request) string { return rest.Cookie(r, accessCookie) }

// cookie returns the value of one of the session's cookies.
func (c *call) cookie(name string) string { return rest.Cookie(c.request, name) }

// startSession sends the tokens of a session as cookies.
func (c *call) startSession(tokens account.TokenPair) {
	c.setCookie(accessCookie, accessPath, tokens.Access, tokens.AccessExpiresAt)
	c.setCookie(refreshCookie, refreshPath, tokens.Refresh, tokens.RefreshExpiresAt)
}

// clearSession removes both cookies.
func (c *call) clearSession() {
	c.setCookie(accessCookie, accessPath, "", time.Unix(1, 0))
	c.setCookie(refreshCookie, refreshPath, "", time.Unix(1, 0))
}

// setCookie sets a Secure cookie, which browsers accept from loopback without TLS too. Browsers send it from other
// sites' pages only if the operator trusts at least one origin.
func (c *call) setCookie(name, path, value string, expires time.Time) {
	sameSite := http.SameSiteLaxMode
	if c.origins.Any() {
		sameSite = http.SameSiteNoneMode
	}
	http.SetCookie(c.writer, &http.Cookie{ //nolint:gosec // its SameSite is one of two values, and never missing
		Name: name, Value: value, Path: path, Expires: expires, HttpOnly: true, Secure: true, SameSite: sameSite,
	})
}
