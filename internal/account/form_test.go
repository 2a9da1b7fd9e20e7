package account_test

import (
	"slices"
	"testing"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
)

// TestFormsOfferTheRolesThatMayBeGiven compares the offered roles with those that SetRole accepts.
func TestFormsOfferTheRolesThatMayBeGiven(t *testing.T) {
	kit := testkit.New(t)
	for _, principal := range []identity.Principal{kit.Admin, kit.Owner, kit.Staff} {
		ctx := kit.As(principal)
		form, err := kit.Accounts.RoleForm(ctx, kit.Acme.ID, kit.Viewer.Account)
		if err != nil || form.Member.Account != kit.Viewer.Account {
			t.Fatal(form, err)
		}
		invitation, err := kit.Accounts.InvitationForm(ctx, kit.Acme.ID)
		if err != nil || invitation.Team.ID != kit.Acme.ID || !slices.Equal(invitation.Roles, form.Roles) {
			t.Errorf("%s is offered %+v (%v), want the roles %v", principal.Name, invitation, err, form.Roles)
		}
		for _, role := range identity.Roles() {
			err := kit.Accounts.SetRole(ctx, kit.Viewer.Account, kit.Acme.ID, role)
			if offered := slices.Contains(form.Roles, role); offered != (err == nil) {
				t.Errorf("%s is offered the role %s: %t, but giving it returns %v", principal.Name, role, offered, err)
			}
		}
		if err := kit.Accounts.SetRole(kit.As(kit.Staff), kit.Viewer.Account, kit.Acme.ID, identity.Viewer); err != nil {
			t.Fatal(err)
		}
	}
}
