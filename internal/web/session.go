package web

import (
	"net/http"

	"github.com/portico-api/portico/internal/account"
)

// sessionCookie is the name of the cookie that holds the session's token. Over https the prefix makes browsers refuse
// the cookie from anywhere but this very host.
func (s *Site) sessionCookie() string {
	if s.config.Secure {
		return "__Host-portico_session"
	}
	return "portico_session"
}

// sessionToken is the token that the browser sent. Of two cookies nobody can tell which one is ours.
func (v *visit) sessionToken() string {
	sent := v.request.CookiesNamed(v.sessionCookie())
	if len(sent) != 1 {
		return ""
	}
	return sent[0].Value
}

func (v *visit) startSession(token string, session account.Session) {
	http.SetCookie(v.writer, &http.Cookie{ //nolint:gosec // Secure wherever browsers come by https
		Name: v.sessionCookie(), Value: token, Path: "/", Expires: session.ExpiresAt,
		HttpOnly: true, Secure: v.config.Secure, SameSite: http.SameSiteLaxMode,
	})
}

func (v *visit) clearSession() {
	http.SetCookie(v.writer, &http.Cookie{ //nolint:gosec // Secure wherever browsers come by https
		Name: v.sessionCookie(), Path: "/", MaxAge: -1,
		HttpOnly: true, Secure: v.config.Secure, SameSite: http.SameSiteLaxMode,
	})
}
