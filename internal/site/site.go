// Package site owns the portal's settings: its name, look and support contact, who may see it, and who may sign up.
//
// The service that owns an action enforces its off-switch and asks here: account for sign-up, catalog for the public
// mode. Pages only hide what that service would refuse. Settings that portico apply has set belong to the files and are
// changed there (Settings.FromFiles). Every read returns what the database holds, so a change applies to the next page
// on every node.
package site

import (
	"cmp"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

type portal struct{}

// PortalID identifies a portal to clients of wire protocols, which have fields for the portal and its organisation.
type PortalID = id.ID[portal]

// Area is a part of the site that the navigation may show.
type Area string

// The areas. The smallest portal has only Home, APIs and Profile.
const (
	AreaHome         Area = "home"
	AreaAPIs         Area = "apis"
	AreaApplications Area = "applications"
	AreaUsage        Area = "usage"
	AreaProfile      Area = "profile"
)

// Areas lists every area in the order of the navigation.
func Areas() []Area { return []Area{AreaHome, AreaAPIs, AreaApplications, AreaUsage, AreaProfile} }

// SignUp says who may create an account for themselves.
type SignUp string

// The modes of sign-up: staff add people; staff approve sign-ups; all sign-ups are accepted.
const (
	SignUpOff      SignUp = "off"
	SignUpApproval SignUp = "approval"
	SignUpOpen     SignUp = "open"
)

// SignUps lists every mode.
func SignUps() []SignUp { return []SignUp{SignUpOff, SignUpApproval, SignUpOpen} }

// MostDomains is how many domains the sign-up may be limited to.
const MostDomains = 100

// Theme is the theme for visitors who have not chosen one.
type Theme string

// The themes.
const (
	ThemeSystem Theme = "" // as the visitor's system is set
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// Settings are the portal's settings.
type Settings struct {
	// Revision counts changes, so that a stale form cannot overwrite newer settings.
	Revision int64
	// Portal is zero until it is first needed.
	Portal PortalID
	// FromFiles are the names of the settings that portico apply owns; only the files change them.
	FromFiles []string

	Name string
	// CoverText is the headline of Home; Headline has a fallback.
	CoverText string
	Welcome   string
	// Terms are the terms of use in markdown, empty if there are none.
	Terms string
	// Support is a mail address or an https address, shown wherever visitors may need help.
	Support string
	// Public lets visitors who have not signed in see public products.
	Public bool
	// KonnectPublic is the is_public setting of the Konnect API. With it, clients read products without a session and
	// have no applications. Public decides what visitors may read, in that API too.
	KonnectPublic bool
	SignUp        SignUp
	// AllowedDomains are the e-mail domains that may sign up, in lower case; an empty list allows all.
	AllowedDomains []string
	// AutoApprove approves every registration automatically, even if its plan needs approval by staff.
	AutoApprove bool
	// RequestFields are asked of everyone who requests access on the site, beside the purpose.
	RequestFields []RequestField
	// StaffMailOff stops mails to staff about new requests.
	StaffMailOff bool
	Areas        []Area
	// PartnerHost is a second host of the portal, on which the first page is the profile with the keys. It includes a
	// non-default port; empty means none.
	PartnerHost string
	// DialectsOff are the dialects that are switched off, of those that DIALECTS enables on the node.
	DialectsOff []Dialect

	Theme Theme
	// LightColor and DarkColor are the accent of the light and the dark theme; empty for Portico's own. AccentOf derives
	// what links and buttons use.
	LightColor, DarkColor Color
	// Logo replaces the name in the header, and LogoDark replaces Logo in the dark theme. Favicon is the icon in the
	// browser's tab. Cover is shown at the top of Home.
	Logo, LogoDark, Favicon, Cover Image
}

// Headline returns the headline of Home: the cover text, or the portal's name without one.
func (s Settings) Headline() string { return cmp.Or(s.CoverText, s.Name) }

// Speaks reports whether the settings leave the dialect switched on.
func (s Settings) Speaks(dialect Dialect) bool { return !slices.Contains(s.DialectsOff, dialect) }

// Defaults returns the settings of a new portal: private, no sign-up, every area shown.
func Defaults() Settings {
	return Settings{Name: "Developer portal", SignUp: SignUpOff, Areas: Areas()}
}

const (
	maxName      = 60
	maxCoverText = 80
	maxWelcome   = 2000
	maxTerms     = 20_000
)

// Validate says what cannot be accepted.
func (s Settings) Validate() error {
	var refused []fault.Field
	refuse := func(name, reason string) { refused = append(refused, fault.Field{Name: name, Reason: reason}) }
	if n := utf8.RuneCountInString(strings.TrimSpace(s.Name)); n < 1 || n > maxName {
		refuse("name", "must have 1 to 60 characters")
	} else if strings.ContainsFunc(s.Name, disturbs) {
		refuse("name", "must not have line breaks or other control characters")
	}
	if s.CoverText != "" && !isLine(s.CoverText, maxCoverText) {
		refuse("cover_text", "must be one line of at most 80 characters")
	}
	if utf8.RuneCountInString(s.Welcome) > maxWelcome {
		refuse("welcome", "must have at most 2,000 characters")
	}
	if utf8.RuneCountInString(s.Terms) > maxTerms {
		refuse("terms", "must have at most 20,000 characters")
	}
	if s.Support != "" && !isContact(s.Support) {
		refuse("support", "must be a mail address or an https address")
	}
	if !slices.Contains(SignUps(), s.SignUp) {
		refuse("sign_up", "must be off, approval or open")
	}
	if len(s.AllowedDomains) > MostDomains || slices.ContainsFunc(s.AllowedDomains, notDomain) {
		refuse("allowed_domains", "must be at most 100 domains such as example.com, in small letters")
	}
	if reason := refusedRequestFields(s.RequestFields); reason != "" {
		refuse("request_fields", reason)
	}
	if slices.ContainsFunc(s.Areas, func(area Area) bool { return !slices.Contains(Areas(), area) }) {
		refuse("areas", "knows home, apis, applications and profile")
	}
	if s.PartnerHost != "" && !isHost(s.PartnerHost) {
		refuse("partner_host", "must be a host such as partners.example.com, in small letters, without https:// and the ports 80 and 443, international names as xn--…")
	}
	if slices.ContainsFunc(s.DialectsOff, func(dialect Dialect) bool { return !slices.Contains(Dialects(), dialect) }) {
		refuse("dialects_off", "knows "+dialectNames())
	}
	if !slices.Contains([]Theme{ThemeSystem, ThemeLight, ThemeDark}, s.Theme) {
		refuse("theme", "knows system, light and dark")
	}
	if reason := s.LightColor.refused(); reason != "" {
		refuse("light_color", reason)
	}
	if reason := s.DarkColor.refused(); reason != "" {
		refuse("dark_color", reason)
	}
	return fault.InvalidFields(refused)
}

// notDomain reports whether a text cannot be the domain of an e-mail address.
func notDomain(text string) bool {
	address, err := mail.ParseAddress("name@" + text)
	odd := func(letter rune) bool {
		return !unicode.IsLetter(letter) && !unicode.IsMark(letter) && !unicode.IsDigit(letter) && letter != '.' && letter != '-'
	}
	return err != nil || address.Address != "name@"+text || !strings.Contains(text, ".") || text != strings.ToLower(text) || strings.ContainsFunc(text, odd)
}

// isHost reports whether a text is a host as browsers send it: without a default port, and with international names in
// ASCII.
func isHost(text string) bool {
	parsed, err := url.Parse("https://" + text)
	return err == nil && parsed.Host == text && parsed.Hostname() != "" && text == strings.ToLower(text) && !strings.ContainsAny(text, " *,") &&
		!strings.HasSuffix(text, ":") && parsed.Port() != "80" && parsed.Port() != "443" &&
		!strings.ContainsFunc(text, func(letter rune) bool { return letter > unicode.MaxASCII })
}

// disturbs reports whether a character is a control character, breaks the line or changes the direction of text.
func disturbs(letter rune) bool {
	return unicode.In(letter, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}

func isContact(text string) bool {
	if address, err := mail.ParseAddress(text); err == nil {
		return address.Address == text
	}
	link, err := url.Parse(text)
	return err == nil && link.Scheme == "https" && link.Host != "" && link.User == nil
}

// Differences returns the changed settings in a fixed order.
func (s Settings) Differences(after Settings) []event.Difference {
	var found []event.Difference
	later := after.texts()
	for i, one := range s.texts() {
		if one.text != later[i].text {
			found = append(found, event.Difference{Name: one.name, Before: one.text, After: later[i].text})
		}
	}
	return found
}

type named struct{ name, text string }

func (s Settings) texts() []named {
	return []named{
		{"name", s.Name}, {"cover_text", s.CoverText}, {"welcome", s.Welcome}, {"terms", s.Terms}, {"support", s.Support},
		{"public", strconv.FormatBool(s.Public)}, {"konnect_public", strconv.FormatBool(s.KonnectPublic)}, {"sign_up", string(s.SignUp)},
		{"allowed_domains", strings.Join(s.AllowedDomains, " ")}, {"auto_approve", strconv.FormatBool(s.AutoApprove)},
		{"request_fields", fieldsText(s.RequestFields)},
		{"staff_mail", strconv.FormatBool(!s.StaffMailOff)}, {"areas", inOrder(Areas(), s.Areas)},
		{"partner_host", s.PartnerHost}, {"dialects_off", inOrder(Dialects(), s.DialectsOff)},
		{"theme", string(s.Theme)}, {"light_color", string(s.LightColor)}, {"dark_color", string(s.DarkColor)},
		{string(LogoSlot), s.Logo.Hash}, {string(LogoDarkSlot), s.LogoDark.Hash}, {string(FaviconSlot), s.Favicon.Hash},
		{string(CoverSlot), s.Cover.Hash}, {"owner", strings.Join(s.FromFiles, " ")},
	}
}

// inOrder returns the chosen values as text, in the order of all.
func inOrder[T ~string](all, chosen []T) string {
	var texts []string
	for _, one := range all {
		if slices.Contains(chosen, one) {
			texts = append(texts, string(one))
		}
	}
	return strings.Join(texts, " ")
}

// Details returns the differences for the audit record.
func (s Settings) Details(after Settings) map[string]string {
	return event.Note(map[string]string{"name": after.Name}, s.Differences(after)...)
}
