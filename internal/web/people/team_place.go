package people

import (
	"net/url"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// team is the team that the address names. What is no identifier names none: the zero one, which the services do not
// know.
func team(v *visit.Visit) identity.TeamID {
	parsed, err := id.Parse[identity.TeamID](v.PathPart("team"))
	if err != nil {
		return identity.TeamID{}
	}
	return parsed
}

// teamPlace is where a team is looked after: its members do so for their own at one address, staff for any at others.
// What is done there is the same.
type teamPlace struct {
	Team  identity.TeamID
	Staff bool
	visit *visit.Visit
}

// findTeamPlace is the place that the address is in. The staff side does not exist for others, also where it would show
// them their own team.
func (p *Pages) findTeamPlace(v *visit.Visit) (teamPlace, error) {
	if v.PathPart("team") == "" {
		return teamPlace{Team: v.Principal.Team, visit: v}, nil
	}
	return teamPlace{Team: team(v), Staff: true, visit: v}, v.EnterStaff()
}

func (p teamPlace) path(parts ...string) string {
	if p.Staff {
		return address.StaffTeam(p.Team, parts...)
	}
	path, _ := url.JoinPath(address.OwnTeam, parts...)
	return path
}

// may reports whether the visitor may do something to the team.
func (p teamPlace) may(permission identity.Permission) bool {
	principal := p.visit.Principal
	return principal.MayAnywhere(permission) || principal.Team == p.Team && principal.May(permission)
}

// above leads back from a page within the place.
func (p teamPlace) above(team string) []view.Link {
	if p.Staff {
		return []view.Link{{Text: "Teams", Path: address.StaffTeams}, {Text: team, Path: p.path()}}
	}
	return []view.Link{{Text: team, Path: p.path()}}
}

func (p teamPlace) render(title string, content templ.Component) error {
	if p.Staff {
		return p.visit.RenderStaff(title, content)
	}
	return p.visit.Render(title, site.AreaProfile, content)
}

// again shows a form of the place again after it was refused.
func (p teamPlace) again(show func(v *visit.Visit, place teamPlace, form view.Form) error) func(*visit.Visit, view.Form) error {
	return func(v *visit.Visit, form view.Form) error { return show(v, p, form) }
}

// back leads to the team's page with a word for what was done.
func (p teamPlace) back(done string) error { return p.visit.Redirect(p.path() + "?done=" + done) }
