package people

import (
	"net/url"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// teamAction is a handler that members and staff share.
type teamAction func(v *visit.Visit, scope teamScope) error

// inScope passes the team in the path to a handler.
func (p *Pages) inScope(answer teamAction) visit.Handler {
	return func(v *visit.Visit) error {
		scope, err := p.findTeamScope(v)
		if err != nil {
			return err
		}
		return answer(v, scope)
	}
}

func (p *Pages) renameTeamPage(v *visit.Visit, scope teamScope) error {
	return p.showRenameTeam(v, scope, view.Form{})
}

func (p *Pages) showRenameTeam(v *visit.Visit, scope teamScope, form view.Form) error {
	found, err := p.Accounts.TeamToRename(v.Request.Context(), scope.Team)
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(url.Values{"name": {found.Name}})
	}
	title := "Rename " + found.Name
	return scope.render(title, nameFormView(nameForm{
		Form: form, Above: scope.above(found.Name), Title: title, Action: scope.path("rename"), Button: "Rename",
	}))
}

func (p *Pages) renameTeam(v *visit.Visit, scope teamScope) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.RenameTeam(v.Request.Context(), scope.Team, sent.Get("name")); err != nil {
		return v.Refuse(err, sent, scope.again(p.showRenameTeam))
	}
	return scope.back("renamed")
}

// inviteForm is the form that invites a person into a team.
type inviteForm struct {
	view.Form
	Scope teamScope
	Team  string
	Roles []view.Choice
}

func (p *Pages) invitePage(v *visit.Visit, scope teamScope) error {
	return p.showInvite(v, scope, view.Form{})
}

func (p *Pages) showInvite(v *visit.Visit, scope teamScope, form view.Form) error {
	found, err := p.Accounts.InvitationForm(v.Request.Context(), scope.Team)
	if err != nil {
		return err
	}
	return scope.render("Invite", inviteView(inviteForm{Form: form, Scope: scope, Team: found.Team.Name, Roles: roleChoices(found.Roles...)}))
}

func (p *Pages) invite(v *visit.Visit, scope teamScope) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	again, err := p.Accounts.Invite(v.Request.Context(), account.NewInvitation{
		Team: scope.Team, Email: sent.Get("email"), Role: identity.Role(sent.Get("role")),
	})
	switch {
	case err != nil:
		return v.Refuse(err, sent, scope.again(p.showInvite))
	case again:
		return scope.back("invited_again")
	}
	return scope.back("invited")
}

func (p *Pages) withdrawInvitation(v *visit.Visit, scope teamScope) error {
	if err := p.Accounts.WithdrawInvitation(v.Request.Context(), scope.Team, invitation(v)); err != nil {
		return err
	}
	return scope.back("withdrawn")
}

func (p *Pages) setRolePage(v *visit.Visit, scope teamScope) error {
	return p.showSetRole(v, scope, view.Form{})
}

func (p *Pages) showSetRole(v *visit.Visit, scope teamScope, form view.Form) error {
	found, err := p.Accounts.RoleForm(v.Request.Context(), scope.Team, person(v))
	if err != nil {
		return err
	}
	member := found.Member
	if form.Values == nil {
		form = view.Filled(url.Values{"role": {string(member.Role)}})
	}
	return scope.render("Role", memberFormView(memberForm{
		Above: scope.above("Team"), Title: "Role of " + member.Name, Action: scope.path("members", member.Account.Hex(), "role"), Button: "Set role",
		Text: "It applies from the next page they open.", Form: form,
		Choice: form.Input("role", "Role", ""), Choices: roleChoices(found.Roles...),
	}))
}

func (p *Pages) setRole(v *visit.Visit, scope teamScope) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.SetRole(v.Request.Context(), person(v), scope.Team, identity.Role(sent.Get("role"))); err != nil {
		return v.Refuse(err, sent, scope.again(p.showSetRole))
	}
	return scope.back("role")
}

func (p *Pages) removeMemberPage(v *visit.Visit, scope teamScope) error {
	return p.showRemoveMember(v, scope, view.Form{})
}

func (p *Pages) showRemoveMember(v *visit.Visit, scope teamScope, form view.Form) error {
	found, err := p.Overview.DepartureFrom(v.Request.Context(), scope.Team, person(v))
	if err != nil {
		return err
	}
	asked := memberRemoval(scope, found)
	asked.Refused = form.Refused.Text
	return scope.render(asked.Title, removalView(scope, found, asked))
}

// removalView shows the page for leaving if the visitor removes themselves, and the page for removing a member
// otherwise.
func removalView(scope teamScope, found overview.Departure, asked view.Confirmation) templ.Component {
	if found.Account.ID == scope.visit.Principal.Account {
		return leaveView(asked, lossOf(scope, found))
	}
	return departureView(asked, lossOf(scope, found))
}

func memberRemoval(scope teamScope, found overview.Departure) view.Confirmation {
	asked := view.Confirmation{
		Above: scope.above(found.Team.Name), Title: "Remove " + found.Account.Name + " from " + found.Team.Name + "?", Button: "Remove from team",
		Text:   "They lose access to the team, and the keys of their personal applications in it are refused. Their account stays.",
		Danger: true, Action: scope.path("members", found.Account.ID.Hex(), "remove"), Back: scope.path(),
		Facts: append([]view.Fact{{Name: "Role", Value: view.Capital(string(found.Role))}}, lossOf(scope, found).facts()...),
	}
	if found.Account.ID == scope.visit.Principal.Account {
		asked.Facts = leavingFacts(found)
		asked.Title, asked.Button = "Leave "+found.Team.Name+"?", "Leave team"
		asked.Text = "You lose access to the team, and the keys of your personal applications in it are refused. You need an invitation to come back."
	}
	return asked
}

// leavingFacts says what stops working when a member leaves.
func leavingFacts(found overview.Departure) []view.Fact {
	facts := []view.Fact{{Name: "Your role", Value: view.Capital(string(found.Role))}}
	for _, application := range found.Applications.Items {
		refused := 0
		for _, key := range found.Closing.Items {
			if key.Application == application.ID {
				refused++
			}
		}
		facts = append(facts, view.Fact{Name: application.Name, Value: view.CountOf(refused, "key is refused", "keys are refused")})
	}
	return append(facts, view.Fact{Name: "Team keys you have seen", Value: view.Number(int64(found.Known.Total))})
}

// lossOf returns the loss with links for changing keys: staff pages for staff, the profile for members.
func lossOf(scope teamScope, found overview.Departure) loss {
	lost := loss{Departure: found, Change: address.StaffKey}
	if !scope.Staff {
		lost.Change = func(key access.CredentialID) string { return address.ProfileKey(key, "regenerate") }
	}
	return lost
}

func (p *Pages) removeMember(v *visit.Visit, scope teamScope) error {
	leaving := person(v)
	if err := p.Accounts.RemoveMember(v.Request.Context(), leaving, scope.Team); err != nil {
		return v.Refuse(err, nil, scope.again(p.showRemoveMember))
	}
	if !scope.Staff && leaving == v.Principal.Account {
		return scope.back("left")
	}
	return scope.back("removed")
}
