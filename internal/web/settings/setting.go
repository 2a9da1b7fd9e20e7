package settings

import (
	"slices"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
)

// section is a group of settings on the page.
type section struct {
	ID, Title, Note string
	Rows            templ.Component
}

func (c settingsContent) sections() []section {
	all := []section{
		{ID: "site", Title: "Site", Rows: siteRows(c)},
		{ID: "appearance", Title: "Appearance", Note: "Pictures: PNG, JPEG, WebP or SVG, up to 512 KiB", Rows: appearanceRows(c)},
		{ID: "sign-up", Title: "Access and sign-up", Rows: accessRows(c)},
		{ID: "requests", Title: "Requests", Rows: requestRows(c)},
	}
	if len(c.Dialects) > 0 {
		all = append(all, section{ID: "protocols", Title: "Protocols", Rows: protocolRows(c)})
	}
	return all
}

// settingInputs are the inputs, named as in the errors of the domain.
var settingInputs = []string{
	"name", "cover_text", "welcome", "terms", "support", "public", "konnect_public", "sign_up", "allowed_domains", "auto_approve",
	"request_fields", "staff_mail", "areas", "partner_host", "dialects_off", "theme", "light_color", "dark_color",
}

var settingLabels = map[string]string{
	"name": "Portal name", "cover_text": "Headline", "welcome": "Welcome text", "support": "Support contact", "terms": "Terms of use",
	"areas": "Navigation", "partner_host": "Partner host",
	"theme": "Theme", "light_color": "Accent colour in the light theme", "dark_color": "Accent colour in the dark theme",
	"public": "Public portal", "sign_up": "Who can sign up", "allowed_domains": "Allowed email domains",
	"auto_approve": "Approve registrations automatically", "request_fields": "Questions for access requests", "staff_mail": "Email approvers about new requests",
	"dialects_off": "Client interfaces", "konnect_public": "Public for Konnect clients",
}

var settingHints = map[string]string{
	"name":                    "At the top of every page and in its title.",
	"cover_text":              "At the top of Home. Leave empty to show the portal name.",
	"welcome":                 "Below the headline, in Markdown. Up to 2,000 characters.",
	"support":                 "Email or https address, shown on every page.",
	"terms":                   "In Markdown. Every page links to them.",
	"areas":                   "Pages in the bar at the top.",
	"partner_host":            "A second host, such as partners.example.com, that opens on keys.",
	"theme":                   "For visitors who haven't chosen one.",
	"public":                  "Visitors can read public APIs without signing in.",
	"sign_up":                 "Sign-ups that need approval appear under People.",
	"allowed_domains":         "Separated by spaces. Leave empty to allow all.",
	"auto_approve":            "Even if the plan asks for approval.",
	"request_fields":          "Shown to everyone who requests access.",
	"staff_mail":              "At most one an hour for requests and one for sign-ups.",
	"dialects_off":            "APIs of other portals that this portal answers.",
	"konnect_public":          "They read public APIs without a session, and have no applications.",
	string(site.LogoSlot):     "Shown 28 px high instead of the name.",
	string(site.LogoDarkSlot): "Shown instead in the dark theme.",
	string(site.FaviconSlot):  "The icon in the browser's tab.",
	string(site.CoverSlot):    "A wide picture at the top of Home.",
}

var imageLabels = map[site.ImageSlot]string{
	site.LogoSlot: "Logo", site.LogoDarkSlot: "Logo for the dark theme", site.FaviconSlot: "Favicon", site.CoverSlot: "Cover",
}

// imageNouns name the pictures on buttons, for screen readers.
var imageNouns = map[site.ImageSlot]string{
	site.LogoSlot: "logo", site.LogoDarkSlot: "dark logo", site.FaviconSlot: "favicon", site.CoverSlot: "cover",
}

var areaNames = map[site.Area]string{site.AreaHome: "Home", site.AreaAPIs: "APIs", site.AreaApplications: "Applications", site.AreaUsage: "Usage", site.AreaProfile: "Profile"}

var signUpChoices = []view.Choice{
	{Value: string(site.SignUpOff), Text: "No one. Staff add people"}, {Value: string(site.SignUpApproval), Text: "Anyone, after staff approve"},
	{Value: string(site.SignUpOpen), Text: "Anyone with a confirmed address"},
}

var themeChoices = []view.Choice{
	{Value: string(site.ThemeSystem), Text: "System"}, {Value: string(site.ThemeLight), Text: "Light"}, {Value: string(site.ThemeDark), Text: "Dark"},
}

// entry returns the input of a setting. Its hint is shown beside it.
func (c settingsContent) entry(name string) view.Entry {
	return c.Input(name, settingLabels[name], settingHints[name])
}

func (c settingsContent) optional(name string) view.Entry {
	return c.Optional(name, settingLabels[name], settingHints[name])
}

// ofFiles reports whether files own a setting.
func (c settingsContent) ofFiles(name string) bool {
	return slices.Contains(c.Settings.FromFiles, name)
}

// changed reports whether the form shows an unsaved value of a setting.
func (c settingsContent) changed(name string) bool { return slices.Contains(c.Changed, name) }

func areaChoices() []view.Choice {
	var choices []view.Choice
	for _, area := range site.Areas() {
		choices = append(choices, view.Choice{Value: string(area), Text: areaNames[area]})
	}
	return choices
}

func dialectChoices(dialects []site.Dialect) []view.Choice {
	var choices []view.Choice
	for _, dialect := range dialects {
		choices = append(choices, view.Choice{Value: string(dialect), Text: dialect.Title()})
	}
	return choices
}

// spoken returns the dialects that are on.
func (c settingsContent) spoken() []site.Dialect {
	return slices.DeleteFunc(slices.Clone(c.Dialects), func(dialect site.Dialect) bool { return !c.Settings.Speaks(dialect) })
}
