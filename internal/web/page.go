package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
)

// page is what the layout shows around every page's content.
type page struct {
	Title     string
	Area      site.Area
	Settings  site.Settings
	Principal identity.Principal
	// Path is where the page's own forms lead back to.
	Path string
	// Theme is the theme of the page, empty for the system's; Chosen is what the foot of the page shows as chosen.
	Theme, Chosen string
	// Searching is the search page, which has the search field itself.
	Searching bool
	// Twin is the address of the page in markdown.
	Twin string
	// Brand is the stylesheet of the portal's own colours, empty where it has none.
	Brand string
	// Style and Script are the addresses of the built files.
	Style, Script string
	// Island is the script of pages that are more alive than others, empty on the rest.
	Island string
}

func (v *visit) page(title string, area site.Area) page {
	made := page{
		Title: title, Area: area, Settings: v.settings, Principal: v.principal,
		Path: v.wantedPath(), Chosen: v.theme(), Brand: brandSheetPath(v.settings), Searching: v.request.URL.Path == searchPath, Twin: v.twin,
		Style: v.assets.path("site.css"), Script: v.assets.path("site.js"),
	}
	if made.Chosen != "system" {
		made.Theme = made.Chosen
	}
	if v.island != "" {
		made.Island = v.assets.path(v.island)
	}
	return made
}

// link is one entry of the navigation.
type link struct {
	Text    string
	Path    string
	Current bool
	// Waiting is how many things wait there for a decision.
	Waiting int
}

// areaStaff is not among the areas that staff choose from: it is theirs.
const areaStaff site.Area = "staff"

// navigation lists the areas that staff chose to show, and staff their own side.
func (p page) navigation() []link {
	names := map[site.Area]link{
		site.AreaHome:         {Text: "Home", Path: "/"},
		site.AreaAPIs:         {Text: "APIs", Path: "/apis"},
		site.AreaApplications: {Text: "Applications", Path: applicationsPath},
		site.AreaProfile:      {Text: "Profile", Path: "/profile"},
	}
	var shown []link
	for _, area := range site.Areas() {
		if slices.Contains(p.Settings.Areas, area) {
			entry := names[area]
			entry.Current = area == p.Area
			shown = append(shown, entry)
		}
	}
	if p.Principal.Staff != identity.NotStaff {
		shown = append(shown, link{Text: "Staff", Path: staffPath, Current: p.Area == areaStaff})
	}
	return shown
}

// supportLink is where the support contact leads: a mail address or a page.
func supportLink(contact string) string {
	if strings.HasPrefix(contact, "https://") {
		return contact
	}
	return "mailto:" + contact
}

// supportText is how the support contact reads.
func supportText(contact string) string {
	return strings.TrimSuffix(strings.TrimPrefix(contact, "https://"), "/")
}

// signInPath is the page to sign in on, and from there back. Addresses that hold a token stay where they are.
func signInPath(wanted string) string {
	path, _, _ := strings.Cut(wanted, "?")
	if path == "" || path == "/" || strings.HasPrefix(path, "/sign-in") || holdsToken(path) {
		return "/sign-in"
	}
	return "/sign-in?return_to=" + url.QueryEscape(wanted)
}

const themeCookie = "portico_theme"

// theme is the visitor's choice, or the portal's where there is none: light, dark or system.
func (v *visit) theme() string {
	if chosen, err := v.request.Cookie(themeCookie); err == nil && isTheme(chosen.Value) {
		return chosen.Value
	}
	return cmp.Or(string(v.settings.Theme), "system")
}

func isTheme(text string) bool { return text == "light" || text == "dark" || text == "system" }

// chooseTheme keeps the choice in a cookie, so that the server renders it and no page flashes.
func chooseTheme(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	cookie := &http.Cookie{ //nolint:gosec // Secure wherever browsers come by https
		Name: themeCookie, Value: form.Get("theme"), Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: v.config.Secure, SameSite: http.SameSiteLaxMode,
	}
	if !isTheme(cookie.Value) {
		return fault.New(fault.Invalid, "unknown_theme", "There are the themes light, dark and system. Choose one of them at the foot of a page.")
	}
	http.SetCookie(v.writer, cookie)
	return v.redirect(returnPath(form.Get("return_to"), "/"))
}
