package rest

import (
	"context"
	"net/http"
	"strings"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// Callers identifies the callers of one dialect.
type Callers struct {
	Site     *site.Service
	Accounts *account.Service
	// Dialect is also the audience of session tokens. Identify ignores tokens of other dialects.
	Dialect site.Dialect
	// Token returns the session token that a request carries, empty if there is none.
	Token func(r *http.Request) string
	// Off is the answer while the dialect is switched off in the portal's settings.
	Off error
	// Staff lets staff act by their staff role. Otherwise they act as members of their current team.
	Staff bool
}

// Caller is the caller of a request, with the portal's settings at its beginning.
type Caller struct {
	Settings  site.Settings
	Principal identity.Principal
}

// Identify loads the settings and the principal of a request. An ended session makes the caller anonymous; any other
// failure is returned, so that a failing store admits no one.
func (c Callers) Identify(r *http.Request) (Caller, error) {
	settings, err := c.Site.Settings(r.Context())
	if err != nil {
		return Caller{}, err
	}
	if !settings.Speaks(c.Dialect) {
		return Caller{}, c.Off
	}
	caller := Caller{Settings: settings}
	if token := c.Token(r); token != "" {
		principal, _, err := c.Accounts.AuthenticateToken(r.Context(), string(c.Dialect), token)
		switch {
		case err == nil:
			caller.Principal = principal
		case !fault.Is(err, fault.Unauthenticated):
			return Caller{}, err
		}
	}
	if !c.Staff {
		caller.Principal.Staff = identity.NotStaff
	}
	caller.Principal.Address = Address(r)
	return caller, nil
}

// Context returns a context that carries the caller's principal.
func (c Caller) Context(ctx context.Context) context.Context { return identity.With(ctx, c.Principal) }

// Cookie returns the value of a cookie, empty if it is missing. It is also empty if the cookie is sent twice, because
// either of the two could be forged.
func Cookie(r *http.Request, name string) string {
	sent := r.CookiesNamed(name)
	if len(sent) != 1 {
		return ""
	}
	return sent[0].Value
}

// Bearer returns the token of the Authorization header, empty if it is missing, sent twice or of another scheme.
func Bearer(r *http.Request) string {
	sent := r.Header.Values("Authorization")
	if len(sent) != 1 {
		return ""
	}
	scheme, token, _ := strings.Cut(sent[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
