package people

import (
	"strconv"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// teamsContent is the list of teams.
type teamsContent struct {
	List   view.Listing
	Teams  []account.ListedTeam
	MayAdd bool
	Notice string
}

var teamColumns = []view.Column{
	{Name: "name", Label: "Team", Sort: view.LowFirst, Place: view.PlaceName},
	{Name: "state", Label: "State", Place: view.PlaceState},
	{Name: "members", Label: "Members", Number: true, Place: view.PlaceEnd},
	{Name: "since", Label: "Since", Sort: view.HighFirst, Place: view.PlaceSecond},
}

func (c teamsContent) toolbar() view.Toolbar {
	return view.Toolbar{Label: "Teams", Search: "q", SearchFor: "Team name", Longest: 200, Exports: view.CSV(c.List)}
}

func teamListing(v *visit.Visit) (view.Listing, error) {
	list, err := v.Table(teamColumns, "q")
	list.Path = address.StaffTeams
	return list, err
}

// exportTeams sends the teams that match the search as a file.
func (p *Pages) exportTeams(v *visit.Visit) error {
	list, err := teamListing(v)
	if err != nil {
		return err
	}
	return v.SendCSV("teams", []string{"id", "name", "state", "members", "created"}, func(write func(cells ...string) error) error {
		return page.EachItem(list.Order(), func(request page.Request) (page.Page[account.ListedTeam], error) {
			return p.Accounts.Teams(v.Request.Context(), list.Filter("q"), request)
		}, func(one account.ListedTeam) error {
			return write(one.ID.Hex(), one.Name, teamStateText(one.Team), strconv.Itoa(one.Members), view.TimeOrEmpty(one.CreatedAt))
		})
	})
}

func teamStateText(team account.Team) string {
	if team.Disabled {
		return "Suspended"
	}
	return "Active"
}

func (p *Pages) teamsPage(v *visit.Visit) error {
	list, err := teamListing(v)
	if err != nil {
		return err
	}
	found, err := p.Accounts.Teams(v.Request.Context(), list.Filter("q"), list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.RenderStaff("Teams", teamsView(teamsContent{List: list, Teams: found.Items, MayAdd: v.Principal.May(identity.ManagePeople)}))
}

// nameForm is a form for the name of a team.
type nameForm struct {
	view.Form
	Above  []view.Link
	Title  string
	Action string
	Button string
}

func (p *Pages) addTeamPage(v *visit.Visit) error { return p.showAddTeam(v, view.Form{}) }

func (p *Pages) showAddTeam(v *visit.Visit, form view.Form) error {
	if err := p.Accounts.MayAdd(v.Request.Context()); err != nil {
		return err
	}
	return v.RenderStaff("Add a team", nameFormView(nameForm{
		Form: form, Above: []view.Link{{Text: "Teams", Path: address.StaffTeams}}, Title: "Add a team", Action: address.StaffTeams + "/new", Button: "Add team",
	}))
}

func (p *Pages) addTeam(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	added, err := p.Accounts.AddTeam(v.Request.Context(), sent.Get("name"))
	if err != nil {
		return v.Refuse(err, sent, p.showAddTeam)
	}
	return v.Redirect(address.StaffTeam(added.ID) + "?done=added")
}

func (p *Pages) teamPage(v *visit.Visit) error {
	scope, err := p.findTeamScope(v)
	if err != nil {
		return err
	}
	list, err := v.Listing()
	if err != nil {
		return err
	}
	found, err := p.Overview.TeamPage(v.Request.Context(), scope.Team, list.Request())
	if err != nil {
		return err
	}
	return scope.render(found.Team.Name, staffTeamView(newTeamContent(scope, found, list)))
}

// addToTeamPage and addToTeam add a person to a team without an invitation, which only staff may do.
func (p *Pages) addToTeamPage(v *visit.Visit) error { return p.showAddToTeam(v, view.Form{}) }

func (p *Pages) showAddToTeam(v *visit.Visit, form view.Form) error {
	found, err := p.Accounts.TeamToFill(v.Request.Context(), team(v))
	if err != nil {
		return err
	}
	scope := teamScope{Team: found.ID, Staff: true, visit: v}
	return scope.render("Add a person", personFormView(personForm{
		Form: form, Above: scope.above(found.Name), Action: scope.path("add"), Into: found.Name,
	}))
}

func (p *Pages) addToTeam(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	added, err := p.Accounts.AddToTeam(v.Request.Context(), account.NewAccount{
		Email: sent.Get("email"), Name: sent.Get("name"), Team: team(v), Role: identity.Role(sent.Get("role")),
	})
	switch {
	case err != nil:
		return v.Refuse(err, sent, p.showAddToTeam, personInputs...)
	case added.Token == "":
		return v.Redirect(address.StaffTeam(team(v)) + "?done=joined")
	}
	return v.RenderSetUpLink(added)
}

func (p *Pages) disableTeamPage(v *visit.Visit) error {
	found, err := p.Overview.TeamToDisable(v.Request.Context(), team(v))
	if err != nil {
		return err
	}
	scope := teamScope{Team: found.Team.ID, Staff: true, visit: v}
	return v.RenderStaff("Suspend", view.ConfirmView(view.Confirmation{
		Above: scope.above(found.Team.Name), Title: "Suspend " + found.Team.Name + "?", Danger: true, Button: "Suspend " + found.Team.Name,
		Text:   "All its keys stop working until you reinstate it. Its members can still sign in and see everything.",
		Facts:  teamLosses(found),
		Action: scope.path("disable"), Back: scope.path(),
	}))
}

func teamLosses(found overview.TeamPage) []view.Fact {
	return []view.Fact{
		{Name: "Keys that stop working", Value: view.Number(int64(found.WorkingKeys))},
		{Name: "Members", Value: view.Number(int64(found.Members.Total))},
		{Name: "Calls today", Value: view.Number(today(found.Calls))},
	}
}

// setTeamDisabled returns the handler that disables or enables a team.
func (p *Pages) setTeamDisabled(disabled bool, done string) visit.Handler {
	return func(v *visit.Visit) error {
		if err := p.Accounts.SetTeamDisabled(v.Request.Context(), team(v), disabled); err != nil {
			return err
		}
		return v.Redirect(address.StaffTeam(team(v)) + "?done=" + done)
	}
}
