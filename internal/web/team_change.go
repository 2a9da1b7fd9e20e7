package web

import (
	"net/url"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
)

// teamAction is a handler of both places where a team is looked after.
type teamAction func(v *visit, place teamPlace) error

// inPlace finds out which team an address is about.
func inPlace(answer teamAction) handler {
	return func(v *visit) error {
		place, err := v.teamPlace()
		if err != nil {
			return err
		}
		return answer(v, place)
	}
}

// amendable reports whether a form about a team comes back with what was refused.
func amendable(err error) bool { return correctable(err) || fault.Is(err, fault.Precondition) }

func renameForm(place teamPlace, current, name string) nameForm {
	return nameForm{Above: place.above(current), Title: "Rename " + current, Action: place.path("rename"), Button: "Rename", Name: name}
}

func renameTeamPage(v *visit, place teamPlace) error {
	found, err := v.config.Accounts.TeamToRename(v.request.Context(), place.Team)
	if err != nil {
		return err
	}
	return place.render("Rename the team", nameFormView(renameForm(place, found.Name, found.Name)))
}

func renameTeam(v *visit, place teamPlace) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.RenameTeam(v.request.Context(), place.Team, sent.Get("name"))
	switch {
	case err == nil:
		return place.back("renamed")
	case !amendable(err):
		return err
	}
	found, lookErr := v.config.Accounts.Team(v.request.Context(), place.Team)
	if lookErr != nil {
		return lookErr
	}
	form := renameForm(place, found.Name, sent.Get("name"))
	form.Refused = refused(err, "name")
	return place.renderAs(v.refusedForm(err), form.Title, nameFormView(form))
}

// inviteForm is the form by which somebody is invited.
type inviteForm struct {
	Place   teamPlace
	Team    string
	Roles   []choice
	Sent    url.Values
	Refused refusals
}

func invitePage(v *visit, place teamPlace) error {
	found, err := v.config.Accounts.InvitationForm(v.request.Context(), place.Team)
	if err != nil {
		return err
	}
	return place.render("Invite", inviteView(inviteForm{Place: place, Team: found.Team.Name, Roles: roleChoices(found.Roles...)}))
}

func invite(v *visit, place teamPlace) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	again, err := v.config.Accounts.Invite(v.request.Context(), account.NewInvitation{
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
	found, lookErr := v.config.Accounts.InvitationForm(v.request.Context(), place.Team)
	if lookErr != nil {
		return lookErr
	}
	form := inviteForm{Place: place, Team: found.Team.Name, Roles: roleChoices(found.Roles...), Sent: sent, Refused: refused(err, "email", "role")}
	return place.renderAs(v.refusedForm(err), "Invite", inviteView(form))
}

func withdrawInvitation(v *visit, place teamPlace) error {
	if err := v.config.Accounts.WithdrawInvitation(v.request.Context(), place.Team, v.invitation()); err != nil {
		return err
	}
	return place.back("withdrawn")
}

func memberRolePage(v *visit, place teamPlace) error {
	found, err := v.config.Accounts.RoleForm(v.request.Context(), place.Team, v.person())
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
		Choice: entry{Name: "role", Label: "Role", Value: string(chosen)}, Choices: roleChoices(found.Roles...),
	}
}

func setMemberRole(v *visit, place teamPlace) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	role := identity.Role(sent.Get("role"))
	err = v.config.Accounts.SetRole(v.request.Context(), v.person(), place.Team, role)
	switch {
	case err == nil:
		return place.back("role")
	case !amendable(err):
		return err
	}
	found, lookErr := v.config.Accounts.RoleForm(v.request.Context(), place.Team, v.person())
	if lookErr != nil {
		return lookErr
	}
	form := roleForm(place, found, role)
	form.Refused = refused(err, "role")
	return place.renderAs(v.refusedForm(err), "Role", memberFormView(form))
}

func removeMemberPage(v *visit, place teamPlace) error {
	found, err := v.config.Overview.DepartureFrom(v.request.Context(), place.Team, v.person())
	if err != nil {
		return err
	}
	asked := memberRemoval(place, found)
	return place.render(asked.Title, removalView(place, found, asked))
}

// removalView speaks to those who leave as to themselves.
func removalView(place teamPlace, found overview.Departure, asked confirmation) templ.Component {
	if found.Account.ID == place.visit.principal.Account {
		return leaveView(asked, lossOf(place, found))
	}
	return departureView(asked, lossOf(place, found))
}

func memberRemoval(place teamPlace, found overview.Departure) confirmation {
	asked := confirmation{
		Above: place.above(found.Team.Name), Title: "Remove " + found.Account.Name + " from " + found.Team.Name + "?", Button: "Remove from the team",
		Text:   "They see nothing of the team any more, and the keys of applications that they own in it are refused from then on. The account stays.",
		Danger: true, Action: place.path("members", found.Account.ID.Hex(), "remove"), Back: place.path(),
		Facts: append([]fact{{"Role", capital(string(found.Role))}}, lossOf(place, found).facts()...),
	}
	if found.Account.ID == place.visit.principal.Account {
		asked.Facts = leavingFacts(found)
		asked.Title, asked.Button = "Leave "+found.Team.Name+"?", "Leave the team"
		asked.Text = "You see nothing of the team any more, and the keys of applications that you own in it are refused from then on. To come back you need an invitation."
	}
	return asked
}

// leavingFacts say what stops working for who leaves.
func leavingFacts(found overview.Departure) []fact {
	facts := []fact{{"Your role", capital(string(found.Role))}}
	for _, application := range found.Applications.Items {
		refused := 0
		for _, key := range found.Closing.Items {
			if key.Application == application.ID {
				refused++
			}
		}
		facts = append(facts, fact{application.Name, countOf(refused, "key is refused", "keys are refused")})
	}
	return append(facts, fact{"Keys of the team that you know", number(int64(found.Known.Total))})
}

// lossOf leads to where keys are changed: staff do so on their side, members on their profile.
func lossOf(place teamPlace, found overview.Departure) loss {
	lost := loss{Departure: found, Change: staffKeyPath}
	if !place.Staff {
		lost.Change = func(key access.CredentialID) string { return credentialPath(key, "regenerate") }
	}
	return lost
}

func removeMember(v *visit, place teamPlace) error {
	leaving := v.person()
	err := v.config.Accounts.RemoveMember(v.request.Context(), leaving, place.Team)
	switch {
	case err == nil && !place.Staff && leaving == v.principal.Account:
		return place.back("left")
	case err == nil:
		return place.back("removed")
	case !amendable(err):
		return err
	}
	found, lookErr := v.config.Overview.DepartureFrom(v.request.Context(), place.Team, leaving)
	if lookErr != nil {
		return lookErr
	}
	asked := memberRemoval(place, found)
	asked.Refused = refused(err).Text
	return place.renderAs(v.refusedForm(err), asked.Title, removalView(place, found, asked))
}
