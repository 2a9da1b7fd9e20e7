package web

import (
	"cmp"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// backToPerson leads to somebody's page with a word for what was done.
func (v *visit) backToPerson(done string) error {
	return v.redirect(personPath(v.person()) + "?done=" + done)
}

// toPerson does something to the person that the address names, and leads back to them.
func toPerson(done string, do func(v *visit, person identity.AccountID) error) handler {
	return func(v *visit) error {
		if err := do(v, v.person()); err != nil {
			return err
		}
		return v.backToPerson(done)
	}
}

var (
	blockPerson = toPerson("blocked", func(v *visit, person identity.AccountID) error {
		return v.config.Accounts.Block(v.request.Context(), person)
	})
	unblockPerson = toPerson("unblocked", func(v *visit, person identity.AccountID) error {
		return v.config.Accounts.Unblock(v.request.Context(), person)
	})
	unlockPerson = toPerson("unlocked", func(v *visit, person identity.AccountID) error {
		return v.config.Accounts.Unlock(v.request.Context(), person)
	})
	makeHome = toPerson("home", func(v *visit, person identity.AccountID) error {
		return v.config.Accounts.SetHomeTeam(v.request.Context(), person, v.team())
	})
	endSession = toPerson("ended", func(v *visit, person identity.AccountID) error {
		ended, err := id.Parse[account.SessionID](v.pathPart("session"))
		if err != nil {
			ended = account.SessionID{} // no identifier names no session
		}
		return v.config.Accounts.EndSession(v.request.Context(), person, ended)
	})
	// endSessions leaves the one in which staff end their own.
	endSessions = toPerson("all-ended", func(v *visit, person identity.AccountID) error {
		return v.config.Accounts.EndSessions(v.request.Context(), person, v.session.ID)
	})
)

// loss is what is shown below a question: what closes when somebody goes, and which keys they take along in their head.
type loss struct {
	overview.Departure
	// Change leads to where a key is changed.
	Change keyPath
}

func (l loss) facts() []fact {
	return []fact{
		{"Applications that close", number(int64(l.Applications.Total))},
		{"Keys refused", number(int64(l.Closing.Total))},
		{"Keys they know", number(int64(l.Known.Total))},
	}
}

func blockPersonPage(v *visit) error {
	found, err := v.config.Overview.Departure(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	return v.renderStaff("Block", v.departing(found, confirmation{
		Title: "Block " + found.Account.Name + "?", Button: "Block", Danger: true, Action: personPath(found.Account.ID, "block"),
		Text: "Every session of theirs ends at once, set-up links die, and the keys of applications of their own are refused. Unblocking brings all but the sessions and links back. What belongs to their teams goes on working.",
	}, loss{Departure: found, Change: staffKeyPath}))
}

func removePersonPage(v *visit) error {
	found, err := v.config.Overview.Departure(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	return v.renderStaff("Remove", v.removal(found, ""))
}

func (v *visit) removal(found overview.Departure, refused string) templ.Component {
	return v.departing(found, confirmation{
		Title: "Remove " + found.Account.Name + " for good?", Button: "Remove for good", Danger: true, Refused: refused,
		Action: personPath(found.Account.ID, "remove"),
		Text:   "The account cannot be brought back. Its sessions end, it leaves every team, the keys of applications of its own are refused, and a team that nobody is left in is disabled. The name stays in the audit trail; the address may be used again.",
	}, loss{Departure: found, Change: staffKeyPath})
}

// departing is a question about somebody who goes, with everything that it would close.
func (v *visit) departing(found overview.Departure, asked confirmation, lost loss) templ.Component {
	asked.Above = []link{{Text: "People", Path: peoplePath}, {Text: found.Account.Name, Path: personPath(found.Account.ID)}}
	asked.Back, asked.Facts = personPath(found.Account.ID), append(teamFact(found.Teams), lost.facts()...)
	return departureView(asked, lost)
}

func teamFact(memberships []account.Membership) []fact {
	names := make([]string, len(memberships))
	for i, membership := range memberships {
		names[i] = membership.Team.Name
	}
	return []fact{{"Teams", cmp.Or(strings.Join(names, ", "), "None")}}
}

func removePerson(v *visit) error {
	err := v.config.Accounts.Remove(v.request.Context(), v.person())
	if fault.Is(err, fault.Precondition) { // the last owner of a team with others in it
		found, lookErr := v.config.Overview.Departure(v.request.Context(), v.person())
		if lookErr != nil {
			return lookErr
		}
		return v.renderStaffAs(v.refusedForm(err), "Remove", v.removal(found, refused(err).Text))
	}
	if err != nil {
		return err
	}
	return v.backToPerson("removed")
}

func endSessionsPage(v *visit) error {
	found, err := v.config.Accounts.PersonToChange(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	return v.renderStaff("End all sessions", confirmView(confirmation{
		Above: []link{{Text: "People", Path: peoplePath}, {Text: found.Name, Path: personPath(found.ID)}},
		Title: "End all sessions of " + found.Name + "?", Danger: true, Button: "End all sessions", Back: personPath(found.ID),
		Text:   "They are signed out everywhere and sign in again with their password. Nothing changes for keys. Your own session goes on, where it is yours.",
		Facts:  []fact{{"Sessions", number(int64(found.Sessions.Total))}},
		Action: personPath(found.ID, "sessions", "end"),
	}))
}

// memberForm is a form about one person and a team.
type memberForm struct {
	Above   []link
	Title   string
	Text    string
	Action  string
	Button  string
	Sent    url.Values
	Refused refusals
	// Named says that the form names a team.
	Named bool
	// Choices are those of the field Choice.
	Choice  entry
	Choices []choice
}

// choice is the field of the choices, with why it was refused.
func (f memberForm) choice() entry {
	field := f.Choice
	field.Refused = f.Refused.Fields[field.Name]
	return field
}

func (v *visit) aboutPerson(name string) []link {
	return []link{{Text: "People", Path: peoplePath}, {Text: name, Path: personPath(v.person())}}
}

func staffRolePage(v *visit) error {
	found, err := v.config.Accounts.PersonToChange(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	return v.renderStaff("Staff role", memberFormView(memberForm{
		Above: v.aboutPerson(found.Name), Title: "Staff role of " + found.Name, Action: personPath(found.ID, "staff"), Button: "Set the role",
		Text:   "Staff see every team. Their sessions end when the role changes; they sign in again to have it.",
		Choice: entry{Name: "staff", Label: "Staff role", Value: string(found.Staff)}, Choices: staffRoleChoices(),
	}))
}

func setStaffRole(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	if err := v.config.Accounts.SetStaff(v.request.Context(), v.person(), identity.StaffRole(sent.Get("staff"))); err != nil {
		return err
	}
	return v.backToPerson("staff")
}

func (v *visit) joinForm(name string, sent url.Values) memberForm {
	return memberForm{
		Above: v.aboutPerson(name), Title: "Add " + name + " to a team", Action: personPath(v.person(), "join"), Button: "Add to the team",
		Text: "They are in it at once, and act in it when they switch to it.", Named: true, Sent: sent,
		Choice: entry{Name: "role", Label: "Role", Value: sent.Get("role")}, Choices: everyRole(),
	}
}

func joinTeamPage(v *visit) error { return v.teamNameForm(v.joinForm, nil, nil) }

func joinTeam(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.AddMemberByName(v.request.Context(), v.person(), sent.Get("team_name"), identity.Role(sent.Get("role")))
	if err != nil {
		return v.teamNameForm(v.joinForm, sent, err)
	}
	return v.backToPerson("joined")
}

func (v *visit) moveForm(name string, sent url.Values) memberForm {
	return memberForm{
		Above: v.aboutPerson(name), Title: "Move " + name + " into another team", Button: "Move",
		Action: personPath(v.person(), "teams", v.team().Hex(), "move"), Named: true, Sent: sent,
		Text:   "They leave the one team and are in the other at once; their sessions go with them. The keys of applications that they own in the team that they leave are refused.",
		Choice: entry{Name: "role", Label: "Role", Value: sent.Get("role")}, Choices: everyRole(),
	}
}

func moveMemberPage(v *visit) error { return v.teamNameForm(v.moveForm, nil, nil) }

func moveMember(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	err = v.config.Accounts.MoveMember(v.request.Context(), account.Move{
		Account: v.person(), From: v.team(), To: sent.Get("team_name"), Role: identity.Role(sent.Get("role")),
	})
	if err != nil {
		return v.teamNameForm(v.moveForm, sent, err)
	}
	return v.backToPerson("moved")
}

// teamNameForm shows a form in which staff name a team, the first time or with why it was refused.
func (v *visit) teamNameForm(form func(name string, sent url.Values) memberForm, sent url.Values, wrong error) error {
	if wrong != nil && !correctable(wrong) && !fault.Is(wrong, fault.Precondition) {
		return wrong
	}
	found, err := v.config.Accounts.PersonToChange(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	shown := form(found.Name, sent)
	if wrong == nil {
		return v.renderStaff(shown.Title, memberFormView(shown))
	}
	shown.Refused = refused(wrong, "team_name", "role")
	return v.renderStaffAs(v.refusedForm(wrong), shown.Title, memberFormView(shown))
}
