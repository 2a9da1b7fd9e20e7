package view

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
)

// Page is the data of the layout around a page's content.
type Page struct {
	Title     string
	Area      site.Area
	Settings  site.Settings
	Principal identity.Principal
	// Path is the page to return to after a form of the layout.
	Path string
	// Theme is the theme of the page, empty for the system's; Chosen is the selected theme in the footer.
	Theme, Chosen string
	// Searching reports whether this is the search page, which has its own search field.
	Searching bool
	// Twin is the URL of the page in Markdown.
	Twin string
	// Brand is the URL of the portal's stylesheet for its colours, empty if it has none.
	Brand string
	// Style, Script and Font are the URLs of the built files that every page needs.
	Style, Script, Font string
	// Island is the URL of an additional script, empty on most pages.
	Island string
	// Frame is the kind of page: empty for the usual width, or one of the frames below.
	Frame string
	// Beside is the content beside a page with FrameAlone on wide screens, nil on most pages.
	Beside templ.Component
	// Sections are the sections of the staff side, on staff pages. The menu of narrow screens lists them too.
	Sections []LinkGroup
}

// The frames of pages that need more than the usual width, or only a form without the navigation. FrameSheet has the
// usual width without a margin inside, for sections that are ruled from edge to edge.
const (
	FrameWide  = "wide"
	FrameFull  = "full"
	FrameAlone = "solo"
	FrameSheet = "sheet"
)

// LinkGroup is a part of a navigation with a title, which may be empty.
type LinkGroup struct {
	Title string
	Links []Link
}

// Link is one entry of the navigation.
type Link struct {
	Text    string
	Path    string
	Current bool
	// Waiting is the number of pending decisions there.
	Waiting int
	// Icon is the name of the icon before the text, empty for none.
	Icon string
}

// AreaStaff is the staff side. Unlike the other areas, it cannot be hidden.
const AreaStaff site.Area = "staff"

// navigation lists the areas that staff chose to show, and staff their own side.
func (p Page) navigation() []Link {
	names := map[site.Area]Link{
		site.AreaHome:         {Text: "Home", Path: "/"},
		site.AreaAPIs:         {Text: "APIs", Path: "/apis"},
		site.AreaApplications: {Text: "Applications", Path: address.Applications},
		site.AreaUsage:        {Text: "Usage", Path: address.Usage},
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

// waiting returns the number of pending decisions in all sections of the staff side.
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

// SupportLink returns the URL for the support contact, which is a mail address or a page.
func SupportLink(contact string) string {
	if strings.HasPrefix(contact, "https://") {
		return contact
	}
	return "mailto:" + contact
}

// SupportText returns the support contact without the scheme of its URL.
func SupportText(contact string) string {
	return strings.TrimSuffix(strings.TrimPrefix(contact, "https://"), "/")
}
