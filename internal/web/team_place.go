package web

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

const (
	ownTeamPath = "/team"
	teamsPath   = staffPath + "/teams"
)

// staffTeamPath leads to the page of a team on the staff side, or to something that is done to it.
func staffTeamPath(team identity.TeamID, parts ...string) string {
	path, _ := url.JoinPath(teamsPath, append([]string{team.Hex()}, parts...)...)
	return path
}

// team is the team that the address names. What is no identifier names none: the zero one, which the services do not know.
func (v *visit) team() identity.TeamID {
	parsed, err := id.Parse[identity.TeamID](v.pathPart("team"))
	if err != nil {
		return identity.TeamID{}
	}
	return parsed
}

// teamPlace is where a team is looked after: its members do so for their own at one address, staff for any at others. What
// is done there is the same.
type teamPlace struct {
	Team  identity.TeamID
	Staff bool
	visit *visit
}

// teamPlace is the place that the address is in. The staff side does not exist for others, also where it would show them
// their own team.
func (v *visit) teamPlace() (teamPlace, error) {
	if v.pathPart("team") == "" {
		return teamPlace{Team: v.principal.Team, visit: v}, nil
	}
	_, err := v.config.Overview.Waiting(v.request.Context())
	return teamPlace{Team: v.team(), Staff: true, visit: v}, err
}

func (p teamPlace) path(parts ...string) string {
	if p.Staff {
		return staffTeamPath(p.Team, parts...)
	}
	path, _ := url.JoinPath(ownTeamPath, parts...)
	return path
}

// may reports whether the visitor may do something to the team.
func (p teamPlace) may(permission identity.Permission) bool {
	principal := p.visit.principal
	return principal.MayAnywhere(permission) || principal.Team == p.Team && principal.May(permission)
}

// above leads back from a page within the place.
func (p teamPlace) above(team string) []link {
	if p.Staff {
		return []link{{Text: "Teams", Path: teamsPath}, {Text: team, Path: p.path()}}
	}
	return []link{{Text: team, Path: p.path()}}
}

func (p teamPlace) render(title string, content templ.Component) error {
	return p.renderAs(http.StatusOK, title, content)
}

func (p teamPlace) renderAs(status int, title string, content templ.Component) error {
	if p.Staff {
		return p.visit.renderStaffAs(status, title, content)
	}
	return p.visit.render(status, title, site.AreaProfile, content)
}

// back leads to the team's page with a word for what was done.
func (p teamPlace) back(done string) error { return p.visit.redirect(p.path() + "?done=" + done) }
