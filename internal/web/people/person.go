package people

import (
	"cmp"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// personContent is everything about one person.
type personContent struct {
	overview.PersonPage
	Notice string
	// MayChange says that the visitor may change things about people, Self that it is their own page: then what would
	// lock them out is left away.
	MayChange bool
	Self      bool
	// MayDecide says that the visitor may decide about sign-ups.
	MayDecide bool
	// Session is the one that the visitor looks from.
	Session account.SessionID
}

func (c personContent) removed() bool { return c.Person.State == account.Removed }

// teamName is what a team of theirs is called; of one that they have left there is nothing but the link.
func (c personContent) teamName(team identity.TeamID) string {
	for _, membership := range c.Person.Teams {
		if membership.Team.ID == team {
			return membership.Team.Name
		}
	}
	return "A team that they have left"
}

func (p *Pages) personPage(v *visit.Visit) error {
	found, err := p.Overview.PersonPage(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderStaff(found.Person.Name, personView(personContent{
		PersonPage: found, Notice: personNotice(v.Request.URL.Query().Get("done")),
		MayChange: v.Principal.May(identity.ManagePeople), MayDecide: v.Principal.May(identity.DecideRequests), Self: found.Person.ID == v.Principal.Account, Session: v.Session.ID,
	}))
}

// personNotice words what was done, on the page that a form leads to.
func personNotice(word string) string {
	return map[string]string{
		"blocked":     "The account is blocked. Its sessions have ended, and the keys of its own applications are refused.",
		"unblocked":   "The account is open again, as it was before.",
		"approved":    "The sign-up is approved. A mail tells them.",
		"rejected":    "The sign-up is rejected. A mail tells them.",
		"link-mailed": "A mail with a set-up link is on its way.",
		"removed":     "The account is removed for good. The address may be used again.",
		"unlocked":    "The failed sign-ins are forgotten. They may try again at once.",
		"ended":       "The session has ended.",
		"all-ended":   "All sessions have ended.",
		"staff":       "The staff role is changed. They sign in again to have it.",
		"joined":      "They are in the team now.",
		"moved":       "They are in the other team now.",
		"home":        "They act in this team where a protocol has no word for teams.",
	}[word]
}

// today and lately are calls of a team, of the present day and of all days that are shown.
func today(calls []usage.DayCalls) int64 {
	if len(calls) == 0 {
		return 0
	}
	return calls[len(calls)-1].Calls
}

func lately(calls []usage.DayCalls) int64 {
	var all int64
	for _, one := range calls {
		all += one.Calls
	}
	return all
}

// deviceText makes a browser's long description of itself one that people know.
func deviceText(userAgent string) string {
	if userAgent == "" {
		return "Unknown device"
	}
	system := firstIn(userAgent, [][2]string{
		{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	program := firstIn(userAgent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	switch {
	case program != "" && system != "":
		return program + " on " + system
	case program != "":
		return program
	}
	name, _, _ := strings.Cut(userAgent, " ")
	return name
}

// firstIn is the name of the first mark that the text has.
func firstIn(text string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return ""
}

// keyStateOr is what is special about a key in a list, or a word where nothing is.
func keyStateOr(key access.Credential, now time.Time, usual string) string {
	return cmp.Or(view.StatusText(key, key.Status(now)), usual)
}
