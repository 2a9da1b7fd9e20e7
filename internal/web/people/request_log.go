package people

import (
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// requestLogPage asks before the visitor's team starts or stops its request log.
func (p *Pages) requestLogPage(v *visit.Visit) error {
	team, err := p.Accounts.TeamToLog(v.Request.Context(), v.Principal.Team)
	if err != nil {
		return err
	}
	asked := view.Confirmation{
		Above: []view.Link{{Text: team.Name, Path: address.OwnTeam}}, Action: address.OwnTeam + "/request-log", Back: address.OwnTeam,
		Title: "Switch on the request log?", Button: "Switch on",
		Text: "Each call of your team is then kept for 7 days: time, path, status, key, and the caller's address. No headers, bodies or query strings are kept. Members of the team and the portal's staff can see the calls.",
	}
	if !team.LoggedSince.IsZero() {
		asked.Title, asked.Button, asked.Danger = "Switch off the request log?", "Switch off", true
		asked.Text = "No more calls are logged, and those in the log are deleted. You can't undo this. Usage still counts all calls."
		asked.Action += "/stop"
	}
	return v.Render(asked.Title, site.AreaProfile, view.ConfirmView(asked))
}

// setRequestLog returns the handler that switches the request log of the visitor's team on or off.
func (p *Pages) setRequestLog(on bool, done string) visit.Handler {
	return func(v *visit.Visit) error {
		if err := p.Accounts.SetRequestLog(v.Request.Context(), v.Principal.Team, on); err != nil {
			return err
		}
		return v.Redirect(address.OwnTeam + "?done=" + done)
	}
}

// logs reports whether the visitor may switch the team's request log on and off.
func (c teamContent) logs() bool {
	return !c.Scope.Staff && c.Scope.visit.Principal.Role.May(identity.ManageRequestLog)
}
