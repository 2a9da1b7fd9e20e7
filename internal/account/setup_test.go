package account_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

const firstPassword = "first horse battery"

func mustAdd(t *testing.T, kit *testkit.Kit, in account.NewAccount) account.Added {
	t.Helper()
	added, err := kit.Accounts.AddAccount(kit.As(kit.Staff), in)
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func setUp(kit *testkit.Kit, token string) error {
	return kit.Accounts.SetUp(kit.As(kit.Visitor), account.SetUp{Token: token, Password: firstPassword})
}

func TestAnAddedPersonSetsUpAndSignsIn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		for _, test := range []struct {
			in   account.NewAccount
			team string
			role identity.Role
		}{
			{account.NewAccount{Email: "Grace@Hopper.example", Name: " Grace Hopper "}, "Grace Hopper", identity.Owner},
			{account.NewAccount{Email: "ada@lovelace.example", Name: "Ada", TeamName: "Engines", Role: identity.Viewer}, "Engines", identity.Owner},
			{account.NewAccount{Email: "charles@babbage.example", Name: "Charles", TeamName: "engines"}, "Engines", identity.Member},
			{account.NewAccount{Email: "luigi@menabrea.example", Name: "Luigi", TeamName: "Engines", Role: identity.Admin}, "Engines", identity.Admin},
			{account.NewAccount{Email: "new@acme.example", Name: "New", Team: kit.Acme.ID}, "Acme", identity.Member},
			{account.NewAccount{Email: "boss@acme.example", Name: "Boss", Team: kit.Acme.ID, Role: identity.Owner}, "Acme", identity.Owner},
		} {
			added := mustAdd(t, kit, test.in)
			if added.Account.State != account.Invited || added.ExpiresAt != kit.Clock.Now().Add(48*time.Hour) {
				t.Errorf("added %+v", added)
			}
			target, err := kit.Accounts.LinkTarget(kit.As(kit.Visitor), added.Token)
			if err != nil || target.Email != strings.ToLower(test.in.Email) || target.Name != strings.TrimSpace(test.in.Name) {
				t.Errorf("the link is for %+v (%v)", target, err)
			}
			absentFromTheDatabase(t, kit, added.Token, firstPassword)
			if err := setUp(kit, added.Token); err != nil {
				t.Fatal(err)
			}
			signedIn, err := signIn(kit, test.in.Email, firstPassword)
			if err != nil {
				t.Fatal(err)
			}
			principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
			if err != nil {
				t.Fatal(err)
			}
			me, err := kit.Accounts.Me(kit.As(principal))
			if err != nil || me.Team.Name != test.team || principal.Role != test.role || me.Account.HomeTeam != me.Team.ID {
				t.Errorf("%s acts as %s of %s (%v), want %s of %s", test.in.Email, principal.Role, me.Team.Name, err, test.role, test.team)
			}
		}
	})
}

func TestTheDefaultNameComesFromTheAddress(t *testing.T) {
	kit := testkit.New(t)
	if added := mustAdd(t, kit, account.NewAccount{Email: "grace@hopper.example"}); added.Account.Name != "grace" {
		t.Errorf("the person is called %q", added.Account.Name)
	}
}

func TestAnAmbiguousTeamNameIsRejected(t *testing.T) {
	kit := testkit.New(t)
	for _, name := range []string{"Twins", "twins"} {
		if _, err := kit.Accounts.AddTeam(kit.As(kit.Staff), name); err != nil {
			t.Fatal(err)
		}
	}
	_, err := kit.Accounts.AddAccount(kit.As(kit.Staff), account.NewAccount{Email: "one@twins.example", TeamName: "Twins"})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("joined one of two teams of the name: %v", err)
	}
}

func TestASetUpLinkWorksOnceAnd48Hours(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		dead := func(what, token string) {
			t.Helper()
			_, err := kit.Accounts.LinkTarget(kit.As(kit.Visitor), token)
			wantKind(t, what, err, fault.NotFound, "link_dead")
			wantKind(t, what, setUp(kit, token), fault.NotFound, "link_dead")
		}
		staff := kit.As(kit.Staff)
		dead("never created", "no such token")
		dead("empty", "")

		used := mustAdd(t, kit, account.NewAccount{Email: "used@acme.example", Name: "Used"})
		if err := kit.Accounts.SetUp(kit.As(kit.Visitor), account.SetUp{Token: used.Token, Password: "short"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a short password: %v", err)
		}
		if err := setUp(kit, used.Token); err != nil {
			t.Fatal(err)
		}
		dead("used", used.Token)

		renewed := mustAdd(t, kit, account.NewAccount{Email: "renewed@acme.example", Name: "Renewed"})
		again, err := kit.Accounts.RenewLink(staff, renewed.Account.ID)
		if err != nil {
			t.Fatal(err)
		}
		dead("replaced", renewed.Token)
		if err := setUp(kit, again.Token); err != nil {
			t.Errorf("the new link: %v", err)
		}
		_, err = kit.Accounts.RenewLink(staff, renewed.Account.ID)
		wantKind(t, "a new link for an account with a password", err, fault.Precondition, "not_invited")

		blocked := mustAdd(t, kit, account.NewAccount{Email: "blocked@acme.example", Name: "Blocked"})
		if err := kit.Accounts.Block(staff, blocked.Account.ID); err != nil {
			t.Fatal(err)
		}
		dead("of a blocked account", blocked.Token)
		if err := kit.Accounts.Unblock(staff, blocked.Account.ID); err != nil {
			t.Fatal(err)
		}
		dead("of an unblocked account", blocked.Token)

		early := mustAdd(t, kit, account.NewAccount{Email: "early@acme.example", Name: "Early"})
		late := mustAdd(t, kit, account.NewAccount{Email: "late@acme.example", Name: "Late"})
		kit.Clock.Advance(48*time.Hour - time.Microsecond)
		if err := setUp(kit, early.Token); err != nil {
			t.Errorf("just before 48 hours: %v", err)
		}
		kit.Clock.Advance(time.Microsecond)
		dead("after 48 hours", late.Token)
	})
}

func TestASetUpLinkUsedByManyAtOnceWorksOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		added := mustAdd(t, kit, account.NewAccount{Email: "raced@acme.example", Name: "Raced"})
		var worked atomic.Int64
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				switch err := setUp(kit, added.Token); {
				case err == nil:
					worked.Add(1)
				case !fault.Is(err, fault.NotFound):
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := worked.Load(); n != 1 {
			t.Errorf("the link worked %d times", n)
		}
	})
}

func TestAddAccountRejectsInvalidInput(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		good := account.NewAccount{Email: "new@acme.example", Name: "New"}
		for field, spoil := range map[string]func(in *account.NewAccount){
			"email":         func(in *account.NewAccount) { in.Email = "new@acme.example\r\nBcc: all@acme.example" },
			"name":          func(in *account.NewAccount) { in.Name = "New\r\nBcc: all@acme.example" },
			"team_name":     func(in *account.NewAccount) { in.TeamName = "New\nTeam" },
			"staff":         func(in *account.NewAccount) { in.Staff = "god" },
			"role":          func(in *account.NewAccount) { in.Team, in.Role = kit.Acme.ID, "king" },
			"password_hash": func(in *account.NewAccount) { in.PasswordHash = "5f4dcc3b5aa765d61d8327deb882cf99" },
		} {
			in := good
			spoil(&in)
			_, err := kit.Accounts.AddAccount(kit.As(kit.Staff), in)
			if fields := fault.From(err).Fields; !fault.Is(err, fault.Invalid) || len(fields) != 1 || fields[0].Name != field {
				t.Errorf("a bad %s: %v", field, err)
			}
		}
		in := good
		in.Email = " OWNER@acme.example"
		_, err := kit.Accounts.AddAccount(kit.As(kit.Staff), in)
		wantKind(t, "an address that is taken", err, fault.Conflict, "email_taken")
		in = good
		in.Team = identity.TeamID{1}
		_, err = kit.Accounts.AddAccount(kit.As(kit.Staff), in)
		wantKind(t, "an unknown team", err, fault.NotFound, "not_found")
		teams, err := kit.Accounts.Teams(kit.As(kit.Staff), "new", pageOfAll)
		if err != nil || teams.Total != 0 {
			t.Errorf("rejected calls left the teams %v (%v)", teams, err)
		}
	})
}
