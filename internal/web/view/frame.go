package view

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
)

// Page is what the layout shows around every page's content.
type Page struct {
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
	// Style, Script and Font are the addresses of the built files that every page needs.
	Style, Script, Font string
	// Island is the script of pages that are more alive than others, empty on the rest.
	Island string
	// Frame is how wide the page is: empty for the usual width, FrameWide or FrameFull.
	Frame string
	// Sections are the parts of the staff side on its pages; the menu of narrow screens lists them too.
	Sections []LinkGroup
}

// The frames of pages that need more than the usual width.
const (
	FrameWide = "wide"
	FrameFull = "full"
)

// LinkGroup is a part of a navigation under its title, which may be empty.
type LinkGroup struct {
	Title string
	Links []Link
}

// Link is one entry of the navigation.
type Link struct {
	Text    string
	Path    string
	Current bool
	// Waiting is how many things wait there for a decision.
	Waiting int
	// Icon is the name of the icon before the text, empty for none.
	Icon string
}

// AreaStaff is not among the areas that staff choose from: it is theirs.
const AreaStaff site.Area = "staff"

// navigation lists the areas that staff chose to show, and staff their own side.
func (p Page) navigation() []Link {
	names := map[site.Area]Link{
		site.AreaHome:         {Text: "Home", Path: "/"},
		site.AreaAPIs:         {Text: "APIs", Path: "/apis"},
		site.AreaApplications: {Text: "Applications", Path: address.Applications},
		site.AreaProfile:      {Text: "Profile", Path: "/profile"},
	}
	var shown []Link
	for _, area := range site.Areas() {
		if slices.Contains(p.Settings.Areas, area) {
			entry := names[area]
			entry.Current = area == p.Area
			shown = append(shown, entry)
		}
	}
	if p.Principal.Staff != identity.NotStaff {
		shown = append(shown, Link{Text: "Staff", Path: address.Staff, Current: p.Area == AreaStaff, Waiting: p.waiting()})
	}
	return shown
}

// waiting counts what waits for a decision in all sections of the staff side.
func (p Page) waiting() int {
	sum := 0
	for _, group := range p.Sections {
		for _, entry := range group.Links {
			sum += entry.Waiting
		}
	}
	return sum
}

// Initials returns one or two letters that stand for a name or an e-mail address.
func Initials(name string) string {
	words := strings.FieldsFunc(strings.Split(name, "@")[0], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var letters strings.Builder
	for _, word := range words[:min(len(words), 2)] {
		first, _ := utf8.DecodeRuneInString(word)
		letters.WriteRune(unicode.ToUpper(first))
	}
	return letters.String()
}

// SupportLink is where the support contact leads: a mail address or a page.
func SupportLink(contact string) string {
	if strings.HasPrefix(contact, "https://") {
		return contact
	}
	return "mailto:" + contact
}

// SupportText is how the support contact reads.
func SupportText(contact string) string {
	return strings.TrimSuffix(strings.TrimPrefix(contact, "https://"), "/")
}
