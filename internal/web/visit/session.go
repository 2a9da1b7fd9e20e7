package visit

import (
	"net/http"

	"github.com/portico-api/portico/internal/account"
)

// SessionCookie returns the name of the cookie with the session's token. Over https, browsers accept a cookie with this
// prefix only from this host.
func (s *Server) SessionCookie() string {
	if s.Config.Secure {
		return "__Host-portico_session"
	}
	return "portico_session"
}

// SessionToken returns the token that the browser sent. It ignores two cookies with this name, because either may be
// from another host.
func (v *Visit) SessionToken() string {
	sent := v.Request.CookiesNamed(v.SessionCookie())
	if len(sent) != 1 {
		return ""
	}
	return sent[0].Value
}

// StartSession sets the cookie of a new session.
func (v *Visit) StartSession(token string, session account.Session) {
	http.SetCookie(v.Writer, &http.Cookie{ //nolint:gosec // Secure if browsers use https
		Name: v.SessionCookie(), Value: token, Path: "/", Expires: session.ExpiresAt,
		HttpOnly: true, Secure: v.Config.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// ClearSession removes the session cookie from the browser.
func (v *Visit) ClearSession() {
	http.SetCookie(v.Writer, &http.Cookie{ //nolint:gosec // Secure if browsers use https
		Name: v.SessionCookie(), Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: v.Config.Secure, SameSite: http.SameSiteLaxMode,
	})
}
