package visit

import (
	"cmp"
	"net/http"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
)

func (v *Visit) page(title string, area site.Area) view.Page {
	made := view.Page{
		Title: title, Area: area, Settings: v.Settings, Principal: v.Principal,
		Path: v.WantedPath(), Chosen: v.theme(), Brand: view.BrandSheet(v.Settings), Searching: v.Request.URL.Path == address.Search, Twin: v.Twin,
		Frame: v.Frame, Beside: v.Beside,
		Style: v.assets.path("site.css"), Script: v.assets.path("site.js"), Font: v.assets.path("sans.woff2"),
	}
	if made.Chosen != "system" {
		made.Theme = made.Chosen
	}
	if v.Island != "" {
		made.Island = v.assets.path(v.Island)
	}
	return made
}

const themeCookie = "portico_theme"

// theme returns the theme that the visitor chose, or else the portal's: light, dark or system.
func (v *Visit) theme() string {
	if chosen, err := v.Request.Cookie(themeCookie); err == nil && isTheme(chosen.Value) {
		return chosen.Value
	}
	return cmp.Or(string(v.Settings.Theme), "system")
}

func isTheme(text string) bool { return text == "light" || text == "dark" || text == "system" }

// ChooseTheme stores the choice in a cookie, so that the server renders the theme and pages do not flash.
func ChooseTheme(v *Visit) error {
	form, err := v.Form()
	if err != nil {
		return err
	}
	cookie := &http.Cookie{ //nolint:gosec // Secure if browsers use https
		Name: themeCookie, Value: form.Get("theme"), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: v.Config.Secure, SameSite: http.SameSiteLaxMode,
	}
	if !isTheme(cookie.Value) {
		return fault.New(fault.Invalid, "unknown_theme", "There are the themes light, dark and system. Choose one of them at the foot of a page.")
	}
	http.SetCookie(v.Writer, cookie)
	return v.Redirect(address.Return(form.Get("return_to"), "/"))
}
