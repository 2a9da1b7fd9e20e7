package people

import (
	"cmp"
	"net/url"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// backToPerson redirects to the person's page, which says what was done.
func backToPerson(v *visit.Visit, done string) error {
	return v.Redirect(address.Person(person(v)) + "?done=" + done)
}

// toPerson changes the person in the path and redirects to their page.
func toPerson(done string, do func(v *visit.Visit, person identity.AccountID) error) visit.Handler {
	return func(v *visit.Visit) error {
		if err := do(v, person(v)); err != nil {
			return err
		}
		return backToPerson(v, done)
	}
}

func (p *Pages) block(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.Block(v.Request.Context(), person)
}

func (p *Pages) unblock(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.Unblock(v.Request.Context(), person)
}

func (p *Pages) unlock(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.Unlock(v.Request.Context(), person)
}

func (p *Pages) setHomeTeam(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.SetHomeTeam(v.Request.Context(), person, team(v))
}

func (p *Pages) endSession(v *visit.Visit, person identity.AccountID) error {
	ended, err := id.Parse[account.SessionID](v.PathPart("session"))
	if err != nil {
		ended = account.SessionID{} // a malformed ID matches no session
	}
	return p.Accounts.EndSession(v.Request.Context(), person, ended)
}

// endSessions ends all sessions of a person, except the one in which staff end their own.
func (p *Pages) endSessions(v *visit.Visit, person identity.AccountID) error {
	return p.Accounts.EndSessions(v.Request.Context(), person, v.Session.ID)
}

// loss holds what stops working when a person leaves, and which keys they have seen.
type loss struct {
	overview.Departure
	// Change returns the page for changing a key.
	Change keyPath
}

func (l loss) facts() []view.Fact {
	return []view.Fact{
		{Name: "Applications that close", Value: view.Number(int64(l.Applications.Total))},
		{Name: "Keys refused", Value: view.Number(int64(l.Closing.Total))},
		{Name: "Keys they have seen", Value: view.Number(int64(l.Known.Total))},
	}
}

func (p *Pages) blockPage(v *visit.Visit) error {
	found, err := p.Overview.Departure(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderStaff("Suspend", departing(v, found, view.Confirmation{
		Title: "Suspend " + found.Account.Name + "?", Button: "Suspend " + found.Account.Name, Danger: true, Action: address.Person(found.Account.ID, "block"),
		Text: "They are signed out and can't sign in, their set-up links expire, and the keys of their own applications stop working until you reinstate them. What belongs to their teams keeps working.",
	}, loss{Departure: found, Change: address.StaffKey}))
}

func (p *Pages) removePage(v *visit.Visit) error { return p.showRemove(v, view.Form{}) }

func (p *Pages) showRemove(v *visit.Visit, form view.Form) error {
	found, err := p.Overview.Departure(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderStaff("Remove", departing(v, found, view.Confirmation{
		Title: "Remove " + found.Account.Name + "?", Button: "Remove " + found.Account.Name, Danger: true, Refused: form.Refused.Text,
		Action: address.Person(found.Account.ID, "remove"),
		Text:   "They are signed out and leave every team, and the keys of their own applications stop working. A team without members is suspended. The name stays in the audit trail. You can't undo this.",
	}, loss{Departure: found, Change: address.StaffKey}))
}

// departing asks for confirmation before a person is removed or blocked, and shows what stops working.
func departing(v *visit.Visit, found overview.Departure, asked view.Confirmation, lost loss) templ.Component {
	asked.Above = []view.Link{{Text: "People", Path: address.People}, {Text: found.Account.Name, Path: address.Person(found.Account.ID)}}
	asked.Back, asked.Facts = address.Person(found.Account.ID), append(teamFact(found.Teams), lost.facts()...)
	return departureView(asked, lost)
}

func teamFact(memberships []account.Membership) []view.Fact {
	names := make([]string, len(memberships))
	for i, membership := range memberships {
		names[i] = membership.Team.Name
	}
	return []view.Fact{{Name: "Teams", Value: cmp.Or(spelling.List(names), "None")}}
}

func (p *Pages) remove(v *visit.Visit) error {
	if err := p.Accounts.Remove(v.Request.Context(), person(v)); err != nil {
		return v.Refuse(err, nil, p.showRemove)
	}
	return backToPerson(v, "removed")
}

func (p *Pages) endSessionsPage(v *visit.Visit) error {
	found, err := p.Accounts.PersonToChange(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderStaff("End all sessions", view.ConfirmView(view.Confirmation{
		Above: []view.Link{{Text: "People", Path: address.People}, {Text: found.Name, Path: address.Person(found.ID)}},
		Title: "End all sessions of " + found.Name + "?", Danger: true, Button: "End all sessions", Back: address.Person(found.ID),
		Text:   "They're signed out everywhere and can sign in again. Keys keep working. Your current session stays.",
		Facts:  []view.Fact{{Name: "Sessions", Value: view.Number(int64(found.Sessions.Total))}},
		Action: address.Person(found.ID, "sessions", "end"),
	}))
}

// memberForm is a form about one person and a team.
type memberForm struct {
	view.Form
	Above  []view.Link
	Title  string
	Text   string
	Action string
	Button string
	// Named reports whether the form asks for the name of a team.
	Named bool
	// Choice is the input with the Choices.
	Choice  view.Entry
	Choices []view.Choice
}

func aboutPerson(v *visit.Visit, name string) []view.Link {
	return []view.Link{{Text: "People", Path: address.People}, {Text: name, Path: address.Person(person(v))}}
}

func (p *Pages) setStaffPage(v *visit.Visit) error { return p.showSetStaff(v, view.Form{}) }

func (p *Pages) showSetStaff(v *visit.Visit, form view.Form) error {
	found, err := p.Accounts.PersonToChange(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	if form.Values == nil {
		form = view.Filled(url.Values{"staff": {string(found.Staff)}})
	}
	return v.RenderStaff("Staff role", memberFormView(memberForm{
		Form: form, Above: aboutPerson(v, found.Name), Title: "Staff role of " + found.Name, Action: address.Person(found.ID, "staff"), Button: "Set role",
		Text:   "Staff see every team. Changing the role signs them out.",
		Choice: form.Input("staff", "Staff role", ""), Choices: staffRoleChoices(),
	}))
}

func (p *Pages) setStaff(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	if err := p.Accounts.SetStaff(v.Request.Context(), person(v), identity.StaffRole(sent.Get("staff"))); err != nil {
		return v.Refuse(err, sent, p.showSetStaff, "staff")
	}
	return backToPerson(v, "staff")
}

func (p *Pages) addMemberByNamePage(v *visit.Visit) error {
	return p.showAddMemberByName(v, view.Form{})
}

func (p *Pages) showAddMemberByName(v *visit.Visit, form view.Form) error {
	found, err := p.Accounts.PersonToChange(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	title := "Add " + found.Name + " to a team"
	return v.RenderStaff(title, memberFormView(memberForm{
		Form: form, Above: aboutPerson(v, found.Name), Title: title, Action: address.Person(found.ID, "join"), Button: "Add to team",
		Text: "They can switch to it right away.", Named: true,
		Choice: form.Input("role", "Role", ""), Choices: everyRole(),
	}))
}

func (p *Pages) addMemberByName(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.AddMemberByName(v.Request.Context(), person(v), sent.Get("team_name"), identity.Role(sent.Get("role")))
	if err != nil {
		return v.Refuse(err, sent, p.showAddMemberByName, "team_name", "role")
	}
	return backToPerson(v, "joined")
}

func (p *Pages) moveMemberPage(v *visit.Visit) error { return p.showMoveMember(v, view.Form{}) }

func (p *Pages) showMoveMember(v *visit.Visit, form view.Form) error {
	found, err := p.Accounts.PersonToChange(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	title := "Move " + found.Name + " to another team"
	return v.RenderStaff(title, memberFormView(memberForm{
		Form: form, Above: aboutPerson(v, found.Name), Title: title, Button: "Move",
		Action: address.Person(found.ID, "teams", team(v).Hex(), "move"), Named: true,
		Text:   "They change teams right away and stay signed in. The keys of their personal applications in the old team are refused.",
		Choice: form.Input("role", "Role", ""), Choices: everyRole(),
	}))
}

func (p *Pages) moveMember(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	err = p.Accounts.MoveMember(v.Request.Context(), account.Move{
		Account: person(v), From: team(v), To: sent.Get("team_name"), Role: identity.Role(sent.Get("role")),
	})
	if err != nil {
		return v.Refuse(err, sent, p.showMoveMember, "team_name", "role")
	}
	return backToPerson(v, "moved")
}
