package people

import (
	"net/url"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// teamAction is a handler of both places where a team is looked after.
type teamAction func(v *visit.Visit, place teamPlace) error

// inPlace finds out which team an address is about.
func (p *Pages) inPlace(answer teamAction) visit.Handler {
	return func(v *visit.Visit) error {
		place, err := p.findTeamPlace(v)
		if err != nil {
			return err
		}
		return answer(v, place)
	}
}

// amendable reports whether a form about a team comes back with what was refused.
func amendable(err error) bool { return view.Correctable(err) || fault.Is(err, fault.Precondition) }

func renameForm(place teamPlace, current, name string) nameForm {
	return nameForm{Above: place.above(current), Title: "Rename " + current, Action: place.path("rename"), Button: "Rename", Name: name}
}

func (p *Pages) renameTeamPage(v *visit.Visit, place teamPlace) error {
	found, err := p.Accounts.TeamToRename(v.Request.Context(), place.Team)
	if err != nil {
		return err
	}
	return place.render("Rename the team", nameFormView(renameForm(place, found.Name, found.Name)))
}

func (p *Pages) renameTeam(v *visit.Visit, place teamPlace) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.RenameTeam(v.Request.Context(), place.Team, sent.Get("name"))
	switch {
	case err == nil:
		return place.back("renamed")
	case !amendable(err):
		return err
	}
	found, lookErr := p.Accounts.Team(v.Request.Context(), place.Team)
	if lookErr != nil {
		return lookErr
	}
	form := renameForm(place, found.Name, sent.Get("name"))
	form.Refused = view.Refused(err, "name")
	return place.renderAs(v.RefusedForm(err), form.Title, nameFormView(form))
}

// inviteForm is the form by which somebody is invited.
type inviteForm struct {
	Place   teamPlace
	Team    string
	Roles   []view.Choice
	Sent    url.Values
	Refused view.Refusals
}

func (p *Pages) invitePage(v *visit.Visit, place teamPlace) error {
	found, err := p.Accounts.InvitationForm(v.Request.Context(), place.Team)
	if err != nil {
		return err
	}
	return place.render("Invite", inviteView(inviteForm{Place: place, Team: found.Team.Name, Roles: roleChoices(found.Roles...)}))
}

func (p *Pages) invite(v *visit.Visit, place teamPlace) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	again, err := p.Accounts.Invite(v.Request.Context(), account.NewInvitation{
		Team: place.Team, Email: sent.Get("email"), Role: identity.Role(sent.Get("role")),
	})
	switch {
	case err == nil && again:
		return place.back("invited_again")
	case err == nil:
		return place.back("invited")
	case !amendable(err):
		return err
	}
	found, lookErr := p.Accounts.InvitationForm(v.Request.Context(), place.Team)
	if lookErr != nil {
		return lookErr
	}
	form := inviteForm{Place: place, Team: found.Team.Name, Roles: roleChoices(found.Roles...), Sent: sent, Refused: view.Refused(err, "email", "role")}
	return place.renderAs(v.RefusedForm(err), "Invite", inviteView(form))
}

func (p *Pages) withdrawInvitation(v *visit.Visit, place teamPlace) error {
	if err := p.Accounts.WithdrawInvitation(v.Request.Context(), place.Team, invitation(v)); err != nil {
		return err
	}
	return place.back("withdrawn")
}

func (p *Pages) memberRolePage(v *visit.Visit, place teamPlace) error {
	found, err := p.Accounts.RoleForm(v.Request.Context(), place.Team, person(v))
	if err != nil {
		return err
	}
	return place.render("Role", memberFormView(roleForm(place, found, found.Member.Role)))
}

func roleForm(place teamPlace, found account.RoleForm, chosen identity.Role) memberForm {
	member := found.Member
	return memberForm{
		Above: place.above("Team"), Title: "Role of " + member.Name, Action: place.path("members", member.Account.Hex(), "role"), Button: "Set the role",
		Text:   "It holds from the next page that they open.",
		Choice: view.Entry{Name: "role", Label: "Role", Value: string(chosen)}, Choices: roleChoices(found.Roles...),
	}
}

func (p *Pages) setMemberRole(v *visit.Visit, place teamPlace) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	role := identity.Role(sent.Get("role"))
	err = p.Accounts.SetRole(v.Request.Context(), person(v), place.Team, role)
	switch {
	case err == nil:
		return place.back("role")
	case !amendable(err):
		return err
	}
	found, lookErr := p.Accounts.RoleForm(v.Request.Context(), place.Team, person(v))
	if lookErr != nil {
		return lookErr
	}
	form := roleForm(place, found, role)
	form.Refused = view.Refused(err, "role")
	return place.renderAs(v.RefusedForm(err), "Role", memberFormView(form))
}

func (p *Pages) removeMemberPage(v *visit.Visit, place teamPlace) error {
	found, err := p.Overview.DepartureFrom(v.Request.Context(), place.Team, person(v))
	if err != nil {
		return err
	}
	asked := memberRemoval(place, found)
	return place.render(asked.Title, removalView(place, found, asked))
}

// removalView speaks to those who leave as to themselves.
func removalView(place teamPlace, found overview.Departure, asked view.Confirmation) templ.Component {
	if found.Account.ID == place.visit.Principal.Account {
		return leaveView(asked, lossOf(place, found))
	}
	return departureView(asked, lossOf(place, found))
}

func memberRemoval(place teamPlace, found overview.Departure) view.Confirmation {
	asked := view.Confirmation{
		Above: place.above(found.Team.Name), Title: "Remove " + found.Account.Name + " from " + found.Team.Name + "?", Button: "Remove from the team",
		Text:   "They see nothing of the team any more, and the keys of applications that they own in it are refused from then on. The account stays.",
		Danger: true, Action: place.path("members", found.Account.ID.Hex(), "remove"), Back: place.path(),
		Facts: append([]view.Fact{{Name: "Role", Value: view.Capital(string(found.Role))}}, lossOf(place, found).facts()...),
	}
	if found.Account.ID == place.visit.Principal.Account {
		asked.Facts = leavingFacts(found)
		asked.Title, asked.Button = "Leave "+found.Team.Name+"?", "Leave the team"
		asked.Text = "You see nothing of the team any more, and the keys of applications that you own in it are refused from then on. To come back you need an invitation."
	}
	return asked
}

// leavingFacts say what stops working for who leaves.
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
	return append(facts, view.Fact{Name: "Keys of the team that you know", Value: view.Number(int64(found.Known.Total))})
}

// lossOf leads to where keys are changed: staff do so on their side, members on their profile.
func lossOf(place teamPlace, found overview.Departure) loss {
	lost := loss{Departure: found, Change: address.StaffKey}
	if !place.Staff {
		lost.Change = func(key access.CredentialID) string { return address.ProfileKey(key, "regenerate") }
	}
	return lost
}

func (p *Pages) removeMember(v *visit.Visit, place teamPlace) error {
	leaving := person(v)
	err := p.Accounts.RemoveMember(v.Request.Context(), leaving, place.Team)
	switch {
	case err == nil && !place.Staff && leaving == v.Principal.Account:
		return place.back("left")
	case err == nil:
		return place.back("removed")
	case !amendable(err):
		return err
	}
	found, lookErr := p.Overview.DepartureFrom(v.Request.Context(), place.Team, leaving)
	if lookErr != nil {
		return lookErr
	}
	asked := memberRemoval(place, found)
	asked.Refused = view.Refused(err).Text
	return place.renderAs(v.RefusedForm(err), asked.Title, removalView(place, found, asked))
}
