package web

import (
	"net/http"
	"net/url"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
)

const peoplePath = staffPath + "/people"

// personPath leads to somebody's page, or to something that is done to them.
func personPath(person identity.AccountID, parts ...string) string {
	path, _ := url.JoinPath(peoplePath, append([]string{person.Hex()}, parts...)...)
	return path
}

// person is whom the address names. What is no identifier names nobody: the zero one, which the services do not know.
func (v *visit) person() identity.AccountID {
	parsed, err := id.Parse[identity.AccountID](v.pathPart("account"))
	if err != nil {
		return identity.AccountID{}
	}
	return parsed
}

// peopleContent is the list of people.
type peopleContent struct {
	List   listing
	People []account.Person
	// Waiting is how many sign-ups wait for staff.
	Waiting int
	// MayAdd says that the visitor may add people.
	MayAdd bool
	Now    time.Time
}

func (c peopleContent) filtered() bool { return len(c.List.Query) > 0 }

// anyStaff is the filter's word for everybody who has a staff role.
const anyStaff = "any"

func peoplePage(v *visit) error {
	list, err := v.listing("q", "state", "staff")
	if err != nil {
		return err
	}
	found, err := v.config.Accounts.Accounts(v.request.Context(), peopleFilter(list), list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.renderStaff("People", peopleView(peopleContent{List: list, People: found.Items, Waiting: found.Waiting, MayAdd: v.principal.May(identity.ManagePeople)}))
}

// unconfirmed is the word for those who signed up and have not confirmed the address, whatever becomes of them then.
const unconfirmed = "unconfirmed"

func peopleFilter(list listing) account.AccountFilter {
	filter := account.AccountFilter{Search: list.filter("q")}
	if state := list.filter("state"); state == unconfirmed {
		filter.Unproven = true
	} else {
		filter.State = account.State(state)
	}
	switch role := list.filter("staff"); role {
	case "":
	case anyStaff:
		filter.Staff = identity.StaffRoles()
	default:
		filter.Staff = []identity.StaffRole{identity.StaffRole(role)}
	}
	return filter
}

func accountStateChoices() []choice {
	choices := []choice{{"", "Any state"}}
	for _, state := range account.States() {
		choices = append(choices, choice{string(state), capital(string(state))})
	}
	return append(choices, choice{unconfirmed, capital(unconfirmed)})
}

func staffFilterChoices() []choice {
	choices := []choice{{"", "Everybody"}, {anyStaff, "All staff"}}
	for _, role := range identity.StaffRoles() {
		choices = append(choices, choice{string(role), "Staff: " + string(role)})
	}
	return choices
}

func staffRoleChoices() []choice {
	return []choice{
		{string(identity.NotStaff), "None"},
		{string(identity.StaffSupport), "Support: reads everything"},
		{string(identity.StaffApprover), "Approver: also decides on access and keys"},
		{string(identity.StaffAdmin), "Admin: everything"},
	}
}

func roleChoices(roles ...identity.Role) []choice {
	choices := make([]choice, len(roles))
	for i, role := range roles {
		choices[i] = choice{string(role), roleChoiceText(role)}
	}
	return choices
}

func roleChoiceText(role identity.Role) string {
	return map[identity.Role]string{
		identity.Owner:  "Owner: everything, also the team's name and owners",
		identity.Admin:  "Admin: applications, keys and members",
		identity.Member: "Member: applications and keys",
		identity.Viewer: "Viewer: reads only",
	}[role]
}

// everyRole is what staff choose from, the most usual one first.
func everyRole() []choice {
	return roleChoices(identity.Member, identity.Viewer, identity.Admin, identity.Owner)
}

// personForm is the form by which staff add somebody. Team is the team that they are added to, zero where the form names it.
type personForm struct {
	Above   []link
	Action  string
	Into    string
	Sent    url.Values
	Refused refusals
}

var personFields = []string{"email", "name", "staff", "team_name", "role"}

func newPersonPage(v *visit) error {
	if err := v.config.Accounts.MayAdd(v.request.Context()); err != nil {
		return err
	}
	return v.renderStaff("Add a person", personFormView(newPersonForm(nil)))
}

func newPersonForm(sent url.Values) personForm {
	return personForm{Above: []link{{Text: "People", Path: peoplePath}}, Action: peoplePath + "/new", Sent: sent}
}

func addPerson(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	added, err := v.config.Accounts.AddAccount(v.request.Context(), account.NewAccount{
		Email: sent.Get("email"), Name: sent.Get("name"), Staff: identity.StaffRole(sent.Get("staff")),
		TeamName: sent.Get("team_name"), Role: identity.Role(sent.Get("role")),
	})
	if err != nil {
		return v.personRefused("Add a person", newPersonForm(sent), err)
	}
	return v.renderLink(added)
}

func (v *visit) personRefused(title string, form personForm, err error) error {
	if !correctable(err) || v.principal.Anonymous() {
		return err
	}
	form.Refused = refused(err, personFields...)
	return v.renderStaffAs(v.refusedForm(err), title, personFormView(form))
}

// setUpLink is a link that is shown once.
type setUpLink struct {
	Person  account.Account
	Address string
	Expires time.Time
}

func (v *visit) renderLink(added account.Added) error {
	return v.renderStaffAs(http.StatusOK, "Set-up link", setUpLinkView(setUpLink{
		Person: added.Account, Address: v.config.PortalURL + "/set-up/" + added.Token, Expires: added.ExpiresAt,
	}))
}

func renewLink(v *visit) error {
	renewed, err := v.config.Accounts.RenewLink(v.request.Context(), v.person())
	if err != nil {
		return err
	}
	return v.renderLink(renewed)
}
