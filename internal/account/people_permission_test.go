package account_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

var pageOfAll = page.Request{Size: page.MaxSize}

// TestPermissions tries every action as every caller, and undoes it. The letters are the results: y done, f forbidden,
// m missing, s sign-in required, o not allowed on oneself.
func TestPermissions(t *testing.T) {
	testkit.EachDB(t, whoMayDoWhat)
}

func whoMayDoWhat(t *testing.T, kit *testkit.Kit) {
	partner := mustAdd(t, kit, account.NewAccount{Email: "partner@acme.example", Name: "Partner", Team: kit.Acme.ID, Role: identity.Owner}).Account.ID
	invited := mustAdd(t, kit, account.NewAccount{Email: "invited@acme.example", Name: "Invited"}).Account.ID
	blocked := mustAdd(t, kit, account.NewAccount{Email: "blocked@acme.example", Name: "Blocked"}).Account.ID
	if err := kit.Accounts.Block(kit.As(kit.Staff), blocked); err != nil {
		t.Fatal(err)
	}
	columns := []string{"visitor", "viewer", "member", "admin", "owner", "other owner", "support", "approver", "staff", "system"}
	rows := []struct {
		action string
		may    string
		do     func(ctx context.Context) error
	}{
		{"list accounts", "s f f f f f y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Accounts(ctx, account.AccountFilter{}, pageOfAll))
		}},
		{"see a member's account", "s f y f f f y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Account(ctx, kit.Member.Account))
		}},
		{"ask to add people", "s f f f f f f f y y", kit.Accounts.MayAdd},
		{"ask to change a member", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.PersonToChange(ctx, kit.Member.Account))
		}},
		{"ask to reject a member", "s f f f f f f y y y", func(ctx context.Context) error {
			return second(kit.Accounts.PersonToReject(ctx, kit.Member.Account))
		}},
		{"ask to fill Acme", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.TeamToFill(ctx, kit.Acme.ID))
		}},
		{"ask to rename Acme", "s f f f y m f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.TeamToRename(ctx, kit.Acme.ID))
		}},
		{"ask to invite to Acme", "s f f y y m f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.InvitationForm(ctx, kit.Acme.ID))
		}},
		{"ask to change a member's role", "s f f y y m f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.RoleForm(ctx, kit.Acme.ID, kit.Member.Account))
		}},
		{"list teams", "s f f f f f y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Teams(ctx, "", pageOfAll))
		}},
		{"see Acme", "s y y y y m y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Team(ctx, kit.Acme.ID))
		}},
		{"list Acme's members", "s y y y y m y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Members(ctx, kit.Acme.ID))
		}},
		{"add an account", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.AddAccount(ctx, account.NewAccount{Email: "new@acme.example", Name: "New", Team: kit.Acme.ID}))
		}},
		{"add a staff account", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.AddAccount(ctx, account.NewAccount{Email: "new@acme.example", Name: "New", Staff: identity.StaffAdmin}))
		}},
		{"add a team", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.AddTeam(ctx, "Initech"))
		}},
		{"rename Acme", "s f f f y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.RenameTeam(ctx, kit.Acme.ID, "Acme Corporation")
		}},
		{"ask to switch Acme's request log on", "s f f y y m f f f y", func(ctx context.Context) error {
			return second(kit.Accounts.TeamToLog(ctx, kit.Acme.ID))
		}},
		{"switch Acme's request log on", "s f f y y m f f f y", func(ctx context.Context) error {
			return kit.Accounts.SetRequestLog(ctx, kit.Acme.ID, true)
		}},
		{"disable Acme", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.SetTeamDisabled(ctx, kit.Acme.ID, true)
		}},
		{"add a member to Acme", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.AddMember(ctx, kit.OtherOwner.Account, kit.Acme.ID, identity.Member)
		}},
		{"make the viewer a member", "s f f y y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.SetRole(ctx, kit.Viewer.Account, kit.Acme.ID, identity.Member)
		}},
		{"make the member an owner", "s f f f y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.SetRole(ctx, kit.Member.Account, kit.Acme.ID, identity.Owner)
		}},
		{"make the second owner a viewer", "s f f f y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.SetRole(ctx, partner, kit.Acme.ID, identity.Viewer)
		}},
		{"remove the viewer", "s y f y y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.RemoveMember(ctx, kit.Viewer.Account, kit.Acme.ID)
		}},
		{"remove the second owner", "s f f f y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.RemoveMember(ctx, partner, kit.Acme.ID)
		}},
		{"block the member", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.Block(ctx, kit.Member.Account)
		}},
		{"unblock an account", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.Unblock(ctx, blocked)
		}},
		{"remove the member's account", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.Remove(ctx, kit.Member.Account)
		}},
		{"remove the staff admin's account", "s f f f f f f f o y", func(ctx context.Context) error {
			return kit.Accounts.Remove(ctx, kit.Staff.Account)
		}},
		{"block the staff admin", "s f f f f f f f o y", func(ctx context.Context) error {
			return kit.Accounts.Block(ctx, kit.Staff.Account)
		}},
		{"make the member staff", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.SetStaff(ctx, kit.Member.Account, identity.StaffAdmin)
		}},
		{"take the staff admin's role", "s f f f f f f f o y", func(ctx context.Context) error {
			return kit.Accounts.SetStaff(ctx, kit.Staff.Account, identity.NotStaff)
		}},
		{"unlock the member", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.Unlock(ctx, kit.Member.Account)
		}},
		{"end the member's sessions", "s f y f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.EndSessions(ctx, kit.Member.Account, account.SessionID{})
		}},
		{"renew a set-up link", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.RenewLink(ctx, invited))
		}},
		{"see everything about a person", "s f f f f f y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Person(ctx, kit.Member.Account))
		}},
		{"see a page of Acme's members", "s y y y y m y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.MemberPage(ctx, kit.Acme.ID, pageOfAll))
		}},
		{"see Acme's last owner", "s y y y y m y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.LastOwner(ctx, kit.Acme.ID))
		}},
		{"see one of Acme's members", "s y y y y m y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Member(ctx, kit.Acme.ID, kit.Member.Account))
		}},
		{"end a session of the member's", "s f y f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.EndSession(ctx, kit.Member.Account, account.SessionID{1})
		}},
		{"add a person to Acme by address", "s f f f f f f f y y", func(ctx context.Context) error {
			return second(kit.Accounts.AddToTeam(ctx, account.NewAccount{Email: "new@acme.example", Team: kit.Acme.ID, Role: identity.Viewer}))
		}},
		{"add a person to Acme by its name", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.AddMemberByName(ctx, kit.OtherOwner.Account, "acme", identity.Viewer)
		}},
		{"move the member to Globex", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.MoveMember(ctx, account.Move{Account: kit.Member.Account, From: kit.Acme.ID, To: "Globex", Role: identity.Viewer})
		}},
		{"set the member's home", "s f f f f f f f y y", func(ctx context.Context) error {
			return kit.Accounts.SetHomeTeam(ctx, kit.Member.Account, kit.Acme.ID)
		}},
		{"invite into Acme", "s f f y y m f f y y", func(ctx context.Context) error {
			_, err := kit.Accounts.Invite(ctx, account.NewInvitation{Team: kit.Acme.ID, Email: "guest@acme.example", Role: identity.Admin})
			return err
		}},
		{"invite an owner into Acme", "s f f f y m f f y y", func(ctx context.Context) error {
			_, err := kit.Accounts.Invite(ctx, account.NewInvitation{Team: kit.Acme.ID, Email: "guest@acme.example", Role: identity.Owner})
			return err
		}},
		{"see the invitations to Acme", "s y y y y m y y y y", func(ctx context.Context) error {
			return second(kit.Accounts.Invitations(ctx, kit.Acme.ID))
		}},
		{"withdraw an invitation into Acme", "s f f y y m f f y y", func(ctx context.Context) error {
			return kit.Accounts.WithdrawInvitation(ctx, kit.Acme.ID, account.InvitationID{1})
		}},
		{"accept an unknown invitation", "s m m m m m m m m m", func(ctx context.Context) error {
			return kit.Accounts.AcceptInvitation(ctx, account.InvitationID{1}, account.SessionID{})
		}},
		{"decline an unknown invitation", "s y y y y y y y y y", func(ctx context.Context) error {
			return kit.Accounts.DeclineInvitation(ctx, account.InvitationID{1})
		}},
		{"see oneself", "s y y y y y y y y m", func(ctx context.Context) error {
			return second(kit.Accounts.Me(ctx))
		}},
		{"switch to Acme in an unknown session", "s m m m m m m m m m", func(ctx context.Context) error {
			return kit.Accounts.SwitchTeam(ctx, account.SessionID{1}, kit.Acme.ID)
		}},
	}
	people := []identity.Principal{
		kit.Visitor, kit.Viewer, kit.Member, kit.Admin, kit.Owner, kit.OtherOwner, kit.Support, kit.Approver, kit.Staff, identity.SystemPrincipal("test"),
	}
	undone := errors.New("undo it again")
	for _, row := range rows {
		for at, want := range strings.Fields(row.may) {
			var got string
			err := kit.DB.InTx(kit.As(people[at]), func(ctx context.Context) error {
				got = letter(row.do(ctx))
				return undone
			})
			if !errors.Is(err, undone) {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("%s as %s: %s, want %s", row.action, columns[at], got, want)
			}
		}
	}
}

func letter(err error) string {
	if err == nil {
		return "y"
	}
	switch refused := fault.From(err); refused.Kind {
	case fault.Forbidden:
		return "f"
	case fault.NotFound:
		return "m"
	case fault.Unauthenticated:
		return "s"
	case fault.Conflict:
		return "o"
	default:
		return fmt.Sprint(err)
	}
}

func second[T any](_ T, err error) error { return err }
