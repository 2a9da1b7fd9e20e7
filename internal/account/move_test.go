package account_test

import (
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

func TestStaffMovePeopleBetweenTeams(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		signedIn := mustSignIn(t, kit, kit.Member.Name)
		move := account.Move{Account: kit.Member.Account, From: kit.Acme.ID, To: " globex ", Role: identity.Viewer}
		if err := kit.Accounts.MoveMember(staff, move); err != nil {
			t.Fatal(err)
		}
		principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
		if err != nil || principal.Team != kit.Globex.ID || principal.Role != identity.Viewer {
			t.Errorf("the session acts as %+v (%v)", principal, err)
		}
		moved := me(t, kit, principal)
		if len(moved.Teams) != 1 || moved.Account.HomeTeam != kit.Globex.ID {
			t.Errorf("moved to %+v, home %s", moved.Teams, moved.Account.HomeTeam)
		}
		wantKind(t, "to move twice", kit.Accounts.MoveMember(staff, move), fault.Conflict, "member_already")
		move.To = "Initech"
		wantKind(t, "to nowhere", kit.Accounts.MoveMember(staff, move), fault.Invalid, "invalid_input")
		move.From, move.To = kit.Acme.ID, "Acme"
		wantKind(t, "out of a team that they are not in", kit.Accounts.MoveMember(staff, move), fault.NotFound, "not_found")
		if moved := me(t, kit, principal); len(moved.Teams) != 1 {
			t.Errorf("rejected calls changed the person to %+v", moved.Teams)
		}
		if err := kit.Accounts.AddMemberByName(staff, kit.Member.Account, "Acme", identity.Admin); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.SetHomeTeam(staff, kit.Member.Account, kit.Acme.ID); err != nil {
			t.Fatal(err)
		}
		if home := me(t, kit, principal).Account.HomeTeam; home != kit.Acme.ID {
			t.Errorf("the home is %s", home)
		}
		wantKind(t, "a home that they are not in", kit.Accounts.SetHomeTeam(staff, kit.Viewer.Account, kit.Globex.ID), fault.NotFound, "not_found")
	})
}

func TestStaffAddTheOwnerOfAnAddress(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		for email, link := range map[string]bool{kit.OtherOwner.Name: false, "new@acme.example": true} {
			added, err := kit.Accounts.AddToTeam(staff, account.NewAccount{Email: email, Team: kit.Acme.ID, Role: identity.Viewer})
			if err != nil || added.Account.Email != email || (added.Token != "") != link {
				t.Errorf("added %+v (%v), want a link: %t", added, err, link)
			}
			_, err = kit.Accounts.AddToTeam(staff, account.NewAccount{Email: email, Team: kit.Acme.ID, Role: identity.Viewer})
			wantKind(t, "again", err, fault.Conflict, "member_already")
		}
	})
}
