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

// team returns the ID of the team in the path, or the zero ID if it is malformed.
func team(v *visit.Visit) identity.TeamID {
	parsed, err := id.Parse[identity.TeamID](v.PathPart("team"))
	if err != nil {
		return identity.TeamID{}
	}
	return parsed
}

// teamScope is the team that a page manages, and whether the page is on the staff side. Members manage their own team
// at one address, staff manage any team at others; what they can do is the same.
type teamScope struct {
	Team  identity.TeamID
	Staff bool
	visit *visit.Visit
}

// findTeamScope returns the scope of the path. Only staff may use the staff side, even for their own team.
func (p *Pages) findTeamScope(v *visit.Visit) (teamScope, error) {
	if v.PathPart("team") == "" {
		return teamScope{Team: v.Principal.Team, visit: v}, nil
	}
	return teamScope{Team: team(v), Staff: true, visit: v}, v.EnterStaff()
}

func (p teamScope) path(parts ...string) string {
	if p.Staff {
		return address.StaffTeam(p.Team, parts...)
	}
	path, _ := url.JoinPath(address.OwnTeam, parts...)
	return path
}

// may reports whether the visitor has a permission for the team.
func (p teamScope) may(permission identity.Permission) bool {
	principal := p.visit.Principal
	return principal.MayAnywhere(permission) || principal.Team == p.Team && principal.May(permission)
}

// above returns the links from a page of the team back to the pages above it.
func (p teamScope) above(team string) []view.Link {
	if p.Staff {
		return []view.Link{{Text: "Teams", Path: address.StaffTeams}, {Text: team, Path: p.path()}}
	}
	return []view.Link{{Text: team, Path: p.path()}}
}

func (p teamScope) render(title string, content templ.Component) error {
	if p.Staff {
		return p.visit.RenderStaff(title, content)
	}
	return p.visit.Render(title, site.AreaProfile, content)
}

// again returns a function that shows a rejected form of the team again.
func (p teamScope) again(show func(v *visit.Visit, scope teamScope, form view.Form) error) func(*visit.Visit, view.Form) error {
	return func(v *visit.Visit, form view.Form) error { return show(v, p, form) }
}

// back redirects to the team's page, which says what was done.
func (p teamScope) back(done string) error { return p.visit.Redirect(p.path() + "?done=" + done) }
