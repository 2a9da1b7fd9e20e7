package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

func TestAPersonsPageHasTheirSessionsAndFailures(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		first := mustSignIn(t, kit, kit.Member.Name)
		kit.Clock.Advance(time.Hour)
		last := mustSignIn(t, kit, kit.Member.Name)
		theirs := mustSignIn(t, kit, kit.Viewer.Name)
		for range 5 {
			if _, err := signIn(kit, kit.Member.Name, "wrong"); err == nil {
				t.Fatal("signed in")
			}
		}
		look := func() account.PersonDetail {
			t.Helper()
			found, err := kit.Accounts.Person(staff, kit.Member.Account)
			if err != nil {
				t.Fatal(err)
			}
			return found
		}
		found := look()
		ids := []account.SessionID{}
		for _, session := range found.Sessions.Items {
			ids = append(ids, session.ID)
			if session.TokenHash != nil {
				t.Error("the session comes with the hash of its token")
			}
		}
		if !slices.Equal(ids, []account.SessionID{last.Session.ID, first.Session.ID}) || found.PasswordHash != "" || len(found.Teams) != 1 {
			t.Errorf("the person is %+v", found)
		}
		if found.Failed != 5 || found.LockedUntil != kit.Clock.Now().Add(15*time.Minute) {
			t.Errorf("%d failures lock until %s", found.Failed, found.LockedUntil)
		}
		for range 2 { // the second call changes nothing
			if err := kit.Accounts.EndSession(staff, kit.Member.Account, first.Session.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := kit.Accounts.EndSession(kit.As(kit.Member), kit.Member.Account, theirs.Session.ID); err != nil {
			t.Fatal(err)
		}
		if alive(t, kit, first.Token) || !alive(t, kit, last.Token) || !alive(t, kit, theirs.Token) {
			t.Error("another session has ended than the one that was named")
		}
		kit.Clock.Advance(7 * 24 * time.Hour)
		if found := look(); found.Sessions.Total != 0 || found.Failed != 0 || !found.LockedUntil.IsZero() {
			t.Errorf("a week later: %+v", found)
		}
	})
}

func TestPeopleAreFiltered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		if err := kit.Accounts.Block(staff, kit.Viewer.Account); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.Remove(staff, kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			filter account.AccountFilter
			want   int
		}{
			{account.AccountFilter{}, 7},
			{account.AccountFilter{State: account.Active}, 6},
			{account.AccountFilter{State: account.Blocked}, 1},
			{account.AccountFilter{State: account.Removed}, 1},
			{account.AccountFilter{Staff: identity.StaffRoles()}, 3},
			{account.AccountFilter{Staff: []identity.StaffRole{identity.StaffSupport}}, 1},
			{account.AccountFilter{Staff: identity.StaffRoles(), State: account.Blocked}, 0},
			{account.AccountFilter{Search: "acme", State: account.Blocked}, 1},
		} {
			found, err := kit.Accounts.Accounts(staff, test.filter, pageOfAll)
			if err != nil || found.Total != test.want || len(found.Items) != test.want {
				t.Errorf("%+v finds %d people (%v), want %d", test.filter, found.Total, err, test.want)
			}
		}
		for _, filter := range []account.AccountFilter{{State: "' OR 1=1 --"}, {Staff: []identity.StaffRole{"king"}}, {Staff: []identity.StaffRole{""}}} {
			wantKind(t, fmt.Sprintf("%+v", filter), second(kit.Accounts.Accounts(staff, filter, pageOfAll)), fault.Invalid, "invalid_input")
		}
	})
}
