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

func (p *Pages) renameTeamPage(v *visit.Visit, place teamPlace) error {
	return p.showRenameTeam(v, place, view.Form{})
}

func (p *Pages) showRenameTeam(v *visit.Visit, place teamPlace, form view.Form) error {
	found, err := p.Accounts.TeamToRename(v.Request.Context(), place.Team)
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(url.Values{"name": {found.Name}})
	}
	title := "Rename " + found.Name
	return place.render(title, nameFormView(nameForm{
		Form: form, Above: place.above(found.Name), Title: title, Action: place.path("rename"), Button: "Rename",
	}))
}

func (p *Pages) renameTeam(v *visit.Visit, place teamPlace) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.RenameTeam(v.Request.Context(), place.Team, sent.Get("name")); err != nil {
		return v.Refuse(err, sent, place.again(p.showRenameTeam))
	}
	return place.back("renamed")
}

// inviteForm is the form that invites a person into a team.
type inviteForm struct {
	view.Form
	Place teamPlace
	Team  string
	Roles []view.Choice
}

func (p *Pages) invitePage(v *visit.Visit, place teamPlace) error {
	return p.showInvite(v, place, view.Form{})
}

func (p *Pages) showInvite(v *visit.Visit, place teamPlace, form view.Form) error {
	found, err := p.Accounts.InvitationForm(v.Request.Context(), place.Team)
	if err != nil {
		return err
	}
	return place.render("Invite", inviteView(inviteForm{Form: form, Place: place, Team: found.Team.Name, Roles: roleChoices(found.Roles...)}))
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
	case err != nil:
		return v.Refuse(err, sent, place.again(p.showInvite))
	case again:
		return place.back("invited_again")
	}
	return place.back("invited")
}

func (p *Pages) withdrawInvitation(v *visit.Visit, place teamPlace) error {
	if err := p.Accounts.WithdrawInvitation(v.Request.Context(), place.Team, invitation(v)); err != nil {
		return err
	}
	return place.back("withdrawn")
}

func (p *Pages) memberRolePage(v *visit.Visit, place teamPlace) error {
	return p.showMemberRole(v, place, view.Form{})
}

func (p *Pages) showMemberRole(v *visit.Visit, place teamPlace, form view.Form) error {
	found, err := p.Accounts.RoleForm(v.Request.Context(), place.Team, person(v))
	if err != nil {
		return err
	}
	member := found.Member
	if form.Values == nil {
		form = view.Filled(url.Values{"role": {string(member.Role)}})
	}
	return place.render("Role", memberFormView(memberForm{
		Above: place.above("Team"), Title: "Role of " + member.Name, Action: place.path("members", member.Account.Hex(), "role"), Button: "Set the role",
		Text: "It holds from the next page that they open.", Sent: form.Values, Refused: form.Refused,
		Choice: form.Input("role", "Role", ""), Choices: roleChoices(found.Roles...),
	}))
}

func (p *Pages) setMemberRole(v *visit.Visit, place teamPlace) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.SetRole(v.Request.Context(), person(v), place.Team, identity.Role(sent.Get("role"))); err != nil {
		return v.Refuse(err, sent, place.again(p.showMemberRole))
	}
	return place.back("role")
}

func (p *Pages) removeMemberPage(v *visit.Visit, place teamPlace) error {
	return p.showRemoveMember(v, place, view.Form{})
}

func (p *Pages) showRemoveMember(v *visit.Visit, place teamPlace, form view.Form) error {
	found, err := p.Overview.DepartureFrom(v.Request.Context(), place.Team, person(v))
	if err != nil {
		return err
	}
	asked := memberRemoval(place, found)
	asked.Refused = form.Refused.Text
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
	if err := p.Accounts.RemoveMember(v.Request.Context(), leaving, place.Team); err != nil {
		return v.Refuse(err, nil, place.again(p.showRemoveMember))
	}
	if !place.Staff && leaving == v.Principal.Account {
		return place.back("left")
	}
	return place.back("removed")
}
