package people

import (
	"strings"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/visit"
)

// personContent is the page of a person.
type personContent struct {
	overview.PersonPage
	Notice string
	// MayChange reports whether the visitor may change people. Self reports whether this is their own page, which does
	// not offer actions that would lock them out.
	MayChange bool
	Self      bool
	// MayDecide reports whether the visitor may decide on sign-ups.
	MayDecide bool
	// Session is the visitor's own session.
	Session account.SessionID
}

func (c personContent) removed() bool { return c.Person.State == account.Removed }

// teamName returns the name of one of the person's teams, or a text for a team that they have left.
func (c personContent) teamName(team identity.TeamID) string {
	for _, membership := range c.Person.Teams {
		if membership.Team.ID == team {
			return membership.Team.Name
		}
	}
	return "A former team"
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

// personNotice returns the notice for what was done, as in the URL.
func personNotice(word string) string {
	return map[string]string{
		"blocked":     "Suspended. Their sessions have ended, and the keys of their own applications no longer work.",
		"unblocked":   "Reinstated. They can sign in, and the keys of their own applications work again.",
		"approved":    "Sign-up approved. We'll email them.",
		"rejected":    "Sign-up rejected. We'll email them.",
		"link-mailed": "Set-up link sent.",
		"removed":     "Removed. The address can be used again.",
		"unlocked":    "Account unlocked. They can sign in now.",
		"ended":       "Session ended.",
		"all-ended":   "All sessions ended.",
		"staff":       "Staff role changed. It applies at the next sign-in.",
		"joined":      "Added to the team.",
		"moved":       "Moved to the other team.",
		"home":        "Home team set. API clients that don't name a team use it.",
	}[word]
}

// today and lately are a team's calls today and on all days shown.
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

// deviceText returns the name of a browser and its system from its User-Agent.
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

// firstIn returns the name of the first mark that the text contains.
func firstIn(text string, marks [][2]string) string {
	for _, mark := range marks {
		if strings.Contains(text, mark[0]) {
			return mark[1]
		}
	}
	return ""
}
