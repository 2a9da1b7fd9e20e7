package web

import (
	"net/url"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
)

// teamsContent is the list of teams.
type teamsContent struct {
	List   listing
	Teams  []account.ListedTeam
	MayAdd bool
	Notice string
}

func teamsPage(v *visit) error {
	list, err := v.listing("q")
	if err != nil {
		return err
	}
	found, err := v.config.Accounts.Teams(v.request.Context(), list.filter("q"), list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.renderStaff("Teams", teamsView(teamsContent{List: list, Teams: found.Items, MayAdd: v.principal.May(identity.ManagePeople)}))
}

// nameForm is a form for the name of a team.
type nameForm struct {
	Above   []link
	Title   string
	Action  string
	Button  string
	Name    string
	Refused refusals
}

func newTeamForm(name string) nameForm {
	return nameForm{Above: []link{{Text: "Teams", Path: teamsPath}}, Title: "Add a team", Action: teamsPath + "/new", Button: "Add", Name: name}
}

func newTeamPage(v *visit) error {
	if err := v.config.Accounts.MayAdd(v.request.Context()); err != nil {
		return err
	}
	return v.renderStaff("Add a team", nameFormView(newTeamForm("")))
}

func addTeam(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	made, err := v.config.Accounts.AddTeam(v.request.Context(), sent.Get("name"))
	switch {
	case err == nil:
		return v.redirect(staffTeamPath(made.ID) + "?done=added")
	case !correctable(err) || v.principal.Anonymous():
		return err
	}
	form := newTeamForm(sent.Get("name"))
	form.Refused = refused(err, "name")
	return v.renderStaffAs(v.refusedForm(err), form.Title, nameFormView(form))
}

func staffTeamPage(v *visit) error {
	place, err := v.teamPlace()
	if err != nil {
		return err
	}
	list, err := v.listing()
	if err != nil {
		return err
	}
	found, err := v.config.Overview.TeamPage(v.request.Context(), place.Team, list.request())
	if err != nil {
		return err
	}
	return place.render(found.Team.Name, staffTeamView(newTeamContent(place, found, list)))
}

// newMemberPage and addToTeam bring somebody into a team at once, which only staff can.
func newMemberPage(v *visit) error {
	found, err := v.config.Accounts.TeamToFill(v.request.Context(), v.team())
	if err != nil {
		return err
	}
	return v.renderStaff("Add a person", personFormView(v.memberForm(found, nil)))
}

func (v *visit) memberForm(team account.Team, sent url.Values) personForm {
	place := teamPlace{Team: team.ID, Staff: true, visit: v}
	return personForm{Above: place.above(team.Name), Action: place.path("add"), Into: team.Name, Sent: sent}
}

func addToTeam(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	added, err := v.config.Accounts.AddToTeam(v.request.Context(), account.NewAccount{
		Email: sent.Get("email"), Name: sent.Get("name"), Team: v.team(), Role: identity.Role(sent.Get("role")),
	})
	switch {
	case err != nil && correctable(err) && !v.principal.Anonymous():
		found, lookErr := v.config.Accounts.Team(v.request.Context(), v.team())
		if lookErr != nil {
			return lookErr
		}
		return v.personRefused("Add a person", v.memberForm(found, sent), err)
	case err != nil:
		return err
	case added.Token == "":
		return v.redirect(staffTeamPath(v.team()) + "?done=joined")
	}
	return v.renderLink(added)
}

func disableTeamPage(v *visit) error {
	found, err := v.config.Overview.TeamToDisable(v.request.Context(), v.team())
	if err != nil {
		return err
	}
	place := teamPlace{Team: found.Team.ID, Staff: true, visit: v}
	return v.renderStaff("Disable", confirmView(confirmation{
		Above: place.above(found.Team.Name), Title: "Disable " + found.Team.Name + "?", Danger: true, Button: "Disable the team",
		Text:   "Every key of the team is refused from then on. Its members can still sign in and see everything; enabling the team opens the same keys again.",
		Facts:  teamLosses(found),
		Action: place.path("disable"), Back: place.path(),
	}))
}

func teamLosses(found overview.TeamPage) []fact {
	return []fact{
		{"Keys that are refused", number(int64(found.WorkingKeys))},
		{"Members", number(int64(found.Members.Total))},
		{"Calls today", number(today(found.Calls))},
	}
}

// setDisabled disables a team, or enables it again.
func setDisabled(disabled bool, done string) handler {
	return func(v *visit) error {
		if err := v.config.Accounts.SetTeamDisabled(v.request.Context(), v.team(), disabled); err != nil {
			return err
		}
		return v.redirect(staffTeamPath(v.team()) + "?done=" + done)
	}
}
