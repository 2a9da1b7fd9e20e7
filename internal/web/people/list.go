package people

import (
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// person returns the ID of the account in the path, or the zero ID if it is malformed.
func person(v *visit.Visit) identity.AccountID {
	parsed, err := id.Parse[identity.AccountID](v.PathPart("account"))
	if err != nil {
		return identity.AccountID{}
	}
	return parsed
}

var personColumns = []view.Column{
	{Name: "name", Label: "Name", Sort: view.LowFirst, Place: view.PlaceName},
	{Name: "email", Label: "Email", Sort: view.LowFirst, Place: view.PlaceSecond},
	{Name: "teams", Label: "Teams"},
	{Name: "state", Label: "State", Place: view.PlaceState},
	{Name: "signed-in", Label: "Last sign-in", Sort: view.HighFirst, Place: view.PlaceEnd},
}

// peopleContent is the list of people.
type peopleContent struct {
	List view.Listing
	account.People
	// MayAdd reports whether the visitor may add people.
	MayAdd bool
}

func (c peopleContent) views() []view.ListView {
	counts := map[string]int{"": c.Counts.All, unconfirmed: c.Counts.Unproven}
	for _, state := range account.States() {
		counts[string(state)] = c.Counts.States[state]
	}
	return c.List.Views("state", accountStateChoices(), counts, string(account.Pending))
}

func (c peopleContent) toolbar() view.Toolbar {
	return view.Toolbar{
		Label: "People", Search: "q", SearchFor: "Name or email address", Longest: 320, Exports: view.CSV(c.List),
		Filters: []view.Filter{{Name: "staff", Label: "Staff role", Choices: staffFilterChoices()}},
	}
}

func personListing(v *visit.Visit) (view.Listing, error) {
	list, err := v.Table(personColumns, "q", "state", "staff")
	list.Path = address.People
	return list, err
}

// anyStaff is the filter value for all people with a staff role.
const anyStaff = "any"

func (p *Pages) accountsPage(v *visit.Visit) error {
	list, err := personListing(v)
	if err != nil {
		return err
	}
	found, err := p.Accounts.Accounts(v.Request.Context(), peopleFilter(list), list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.RenderStaff("People", peopleView(peopleContent{List: list, People: found, MayAdd: v.Principal.May(identity.ManagePeople)}))
}

// exportAccounts sends the people who match the filters as a file.
func (p *Pages) exportAccounts(v *visit.Visit) error {
	list, err := personListing(v)
	if err != nil {
		return err
	}
	columns := []string{"id", "name", "email", "teams", "state", "staff_role", "created", "last_sign_in"}
	return v.SendCSV("people", columns, func(write func(cells ...string) error) error {
		return page.EachItem(list.Order(), func(request page.Request) (page.Page[account.Person], error) {
			found, err := p.Accounts.Accounts(v.Request.Context(), peopleFilter(list), request)
			return found.Page, err
		}, func(one account.Person) error {
			teams := make([]string, len(one.Teams))
			for i, membership := range one.Teams {
				teams[i] = membership.Team.Name
			}
			return write(one.ID.Hex(), one.Name, one.Email, spelling.List(teams), personStateText(one.Account), string(one.Staff),
				view.TimeOrEmpty(one.CreatedAt), view.TimeOrEmpty(one.LastSignInAt))
		})
	})
}

// personStateText names the state of a person who may not have confirmed their address yet.
func personStateText(one account.Account) string {
	if one.Unproven {
		return view.Capital(unconfirmed)
	}
	return accountStateText(one.State)
}

// unconfirmed is the filter value for people who signed up and have not confirmed their address.
const unconfirmed = "unconfirmed"

func peopleFilter(list view.Listing) account.AccountFilter {
	filter := account.AccountFilter{Search: list.Filter("q")}
	if state := list.Filter("state"); state == unconfirmed {
		filter.Unproven = true
	} else {
		filter.State = account.State(state)
	}
	switch role := list.Filter("staff"); role {
	case "":
	case anyStaff:
		filter.Staff = identity.StaffRoles()
	default:
		filter.Staff = []identity.StaffRole{identity.StaffRole(role)}
	}
	return filter
}

func accountStateChoices() []view.Choice {
	choices := []view.Choice{{Value: "", Text: "All"}}
	for _, state := range account.States() {
		choices = append(choices, view.Choice{Value: string(state), Text: accountStateText(state)})
	}
	return append(choices, view.Choice{Value: unconfirmed, Text: view.Capital(unconfirmed)})
}

// accountStateText names a state by the word of the action that leads to it.
func accountStateText(state account.State) string {
	if state == account.Blocked {
		return "Suspended"
	}
	return view.Capital(string(state))
}

func staffFilterChoices() []view.Choice {
	choices := []view.Choice{{Value: "", Text: "Any role"}, {Value: anyStaff, Text: "All staff"}}
	for _, role := range identity.StaffRoles() {
		choices = append(choices, view.Choice{Value: string(role), Text: "Staff: " + string(role)})
	}
	return choices
}

func staffRoleChoices() []view.Choice {
	return []view.Choice{
		{Value: string(identity.NotStaff), Text: "None"},
		{Value: string(identity.StaffSupport), Text: "Support: reads everything"},
		{Value: string(identity.StaffApprover), Text: "Approver: also decides on access and keys"},
		{Value: string(identity.StaffAdmin), Text: "Admin: everything"},
	}
}

func roleChoices(roles ...identity.Role) []view.Choice {
	choices := make([]view.Choice, len(roles))
	for i, role := range roles {
		choices[i] = view.Choice{Value: string(role), Text: roleChoiceText(role)}
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

// everyRole lists the roles that staff can choose, the most common one first.
func everyRole() []view.Choice {
	return roleChoices(identity.Member, identity.Viewer, identity.Admin, identity.Owner)
}

// personForm is the form that adds a person.
type personForm struct {
	view.Form
	Above  []view.Link
	Action string
	// Into is the name of the team that the person joins; if empty, the form asks for it.
	Into string
}

// personInputs are the inputs that show why they were rejected even if they were not sent.
var personInputs = []string{"email", "name", "staff", "team_name", "role"}

func (p *Pages) addAccountPage(v *visit.Visit) error { return p.showAddAccount(v, view.Form{}) }

func (p *Pages) showAddAccount(v *visit.Visit, form view.Form) error {
	if err := p.Accounts.MayAdd(v.Request.Context()); err != nil {
		return err
	}
	return v.RenderStaff("Add a person", personFormView(personForm{
		Form: form, Above: []view.Link{{Text: "People", Path: address.People}}, Action: address.People + "/new",
	}))
}

func (p *Pages) addAccount(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	added, err := p.Accounts.AddAccount(v.Request.Context(), account.NewAccount{
		Email: sent.Get("email"), Name: sent.Get("name"), Staff: identity.StaffRole(sent.Get("staff")),
		TeamName: sent.Get("team_name"), Role: identity.Role(sent.Get("role")),
	})
	if err != nil {
		return v.Refuse(err, sent, p.showAddAccount, personInputs...)
	}
	return v.RenderSetUpLink(added)
}

func (p *Pages) renewLink(v *visit.Visit) error {
	renewed, err := p.Accounts.RenewLink(v.Request.Context(), person(v))
	if err != nil {
		return err
	}
	return v.RenderSetUpLink(renewed)
}
