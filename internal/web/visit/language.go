package visit

import (
	"net/http"

	"github.com/portico-api/portico/internal/catalog/samples"
)

// LanguageQuery is the name of the language of samples in addresses.
const LanguageQuery = "lang"

const languageCookie = "portico_language"

// Language returns the language of samples that the query names, or else the one in the cookie. It stores a named one
// in the cookie.
func (v *Visit) Language() samples.Language {
	asked := v.Request.URL.Query().Get(LanguageQuery)
	if asked == "" {
		if kept, err := v.Request.Cookie(languageCookie); err == nil {
			asked = kept.Value
		}
		return samples.Find(asked)
	}
	found := samples.Find(asked)
	http.SetCookie(v.Writer, &http.Cookie{ //nolint:gosec // Secure is set if browsers use https
		Name: languageCookie, Value: found.ID, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: v.Config.Secure, SameSite: http.SameSiteLaxMode,
	})
	return found
}
