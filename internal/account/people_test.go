package account_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

func TestTheLastOwnerStays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff, owner := kit.As(kit.Staff), kit.As(kit.Owner)
		refused := map[string]func() error{
			"leaves":                   func() error { return kit.Accounts.RemoveMember(owner, kit.Owner.Account, kit.Acme.ID) },
			"is removed from the team": func() error { return kit.Accounts.RemoveMember(staff, kit.Owner.Account, kit.Acme.ID) },
			"gives up the role":        func() error { return kit.Accounts.SetRole(owner, kit.Owner.Account, kit.Acme.ID, identity.Admin) },
			"is removed":               func() error { return kit.Accounts.Remove(staff, kit.Owner.Account) },
			"of a team of one is removed from the team": func() error { return kit.Accounts.RemoveMember(staff, kit.OtherOwner.Account, kit.Globex.ID) },
			"is moved": func() error {
				return kit.Accounts.MoveMember(staff, account.Move{Account: kit.Owner.Account, From: kit.Acme.ID, To: "Globex", Role: identity.Viewer})
			},
			"of a team of one gives up the role": func() error {
				return kit.Accounts.SetRole(staff, kit.OtherOwner.Account, kit.Globex.ID, identity.Viewer)
			},
		}
		tryAll := func(when string) {
			t.Helper()
			for what, try := range refused {
				wantKind(t, when+" the last owner "+what, try(), fault.Precondition, "last_owner")
			}
			if last, err := kit.Accounts.LastOwner(kit.As(kit.Viewer), kit.Acme.ID); err != nil || last != kit.Owner.Account {
				t.Errorf("%s the last owner is %s, %v", when, last, err)
			}
		}
		tryAll("at first")
		if err := kit.Accounts.SetRole(owner, kit.Member.Account, kit.Acme.ID, identity.Owner); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.Block(staff, kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		tryAll("with a blocked second owner")
		if err := kit.Accounts.Unblock(staff, kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		if err := kit.Accounts.RemoveMember(owner, kit.Owner.Account, kit.Acme.ID); err != nil {
			t.Errorf("one of two owners leaves: %v", err)
		}
	})
}

func TestARemovedAccountLeavesATombstone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		for _, gone := range []identity.Principal{kit.Member, kit.OtherOwner} {
			if err := kit.Accounts.Remove(staff, gone.Account); err != nil {
				t.Fatal(err)
			}
			tombstone, err := kit.Accounts.Account(staff, gone.Account)
			if err != nil || tombstone.Email != "" || tombstone.State != account.Removed || tombstone.Name == "" {
				t.Errorf("the tombstone reads %+v (%v)", tombstone, err)
			}
			for what, err := range map[string]error{
				"block": kit.Accounts.Block(staff, gone.Account), "remove": kit.Accounts.Remove(staff, gone.Account),
				"add to a team": kit.Accounts.AddMember(staff, gone.Account, kit.Acme.ID, identity.Member),
			} {
				wantKind(t, what, err, fault.NotFound, "not_found")
			}
			mustAdd(t, kit, account.NewAccount{Email: gone.Name, Name: "The next"})
		}
		acme, err := kit.Accounts.Team(staff, kit.Acme.ID)
		if err != nil || acme.Disabled {
			t.Errorf("a team that others are in is disabled (%v)", err)
		}
		globex, err := kit.Accounts.Team(staff, kit.Globex.ID)
		if err != nil || !globex.Disabled {
			t.Errorf("a team without members is not disabled (%v)", err)
		}
		found, err := kit.Accounts.Accounts(staff, account.AccountFilter{}, pageOfAll)
		if err != nil || slices.ContainsFunc(found.Items, func(found account.Person) bool { return found.State == account.Removed }) || found.Total != 8 {
			t.Errorf("the list holds %d people (%v), want 8 without the removed ones", found.Total, err)
		}
	})
}

// TestChangesThatCloseKeysNotifyTheGateways lists the tags that each change drops before it returns.
func TestChangesThatCloseKeysNotifyTheGateways(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		var heard []event.Tag
		kit.DB.OnChange(func(change event.Change) { heard = append(heard, change.Tags...) })
		member, globex := event.TagOf(event.TagAccount, kit.Member.Account), event.TagOf(event.TagTeam, kit.Globex.ID)
		other := event.TagOf(event.TagAccount, kit.OtherOwner.Account)
		for _, test := range []struct {
			what string
			do   func() error
			want []event.Tag
		}{
			{"block", func() error { return kit.Accounts.Block(staff, kit.Member.Account) }, []event.Tag{member}},
			{"unblock", func() error { return kit.Accounts.Unblock(staff, kit.Member.Account) }, []event.Tag{member}},
			{"leave", func() error { return kit.Accounts.RemoveMember(kit.As(kit.Member), kit.Member.Account, kit.Acme.ID) }, []event.Tag{member}},
			{"join", func() error { return kit.Accounts.AddMember(staff, kit.Member.Account, kit.Acme.ID, identity.Viewer) }, []event.Tag{member}},
			{"disable", func() error { return kit.Accounts.SetTeamDisabled(staff, kit.Globex.ID, true) }, []event.Tag{globex}},
			{"disable again", func() error { return kit.Accounts.SetTeamDisabled(staff, kit.Globex.ID, true) }, nil},
			{"enable", func() error { return kit.Accounts.SetTeamDisabled(staff, kit.Globex.ID, false) }, []event.Tag{globex}},
			{"log on", func() error { return kit.Accounts.SetRequestLog(kit.As(kit.OtherOwner), kit.Globex.ID, true) }, []event.Tag{globex}},
			{"log on again", func() error { return kit.Accounts.SetRequestLog(kit.As(kit.OtherOwner), kit.Globex.ID, true) }, nil},
			{"log off", func() error { return kit.Accounts.SetRequestLog(kit.As(kit.OtherOwner), kit.Globex.ID, false) }, []event.Tag{globex}},
			{"remove", func() error { return kit.Accounts.Remove(staff, kit.Member.Account) }, []event.Tag{member}},
			{"remove the only one", func() error { return kit.Accounts.Remove(staff, kit.OtherOwner.Account) }, []event.Tag{globex, other}},
			{"rename", func() error { return kit.Accounts.RenameTeam(staff, kit.Globex.ID, "Globex Corporation") }, nil},
			{"refused", func() error { _ = kit.Accounts.Remove(staff, kit.Owner.Account); return nil }, nil},
		} {
			heard = nil
			if err := test.do(); err != nil {
				t.Fatalf("%s: %v", test.what, err)
			}
			if !slices.Equal(heard, test.want) {
				t.Errorf("%s drops %v, want %v", test.what, heard, test.want)
			}
		}
	})
}

func TestSessionsFollowTheirPersonBetweenTeams(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		signedIn := mustSignIn(t, kit, "member@acme.example")
		acts := func() string {
			t.Helper()
			principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token)
			if err != nil {
				t.Fatal(err)
			}
			me, err := kit.Accounts.Me(kit.As(principal))
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("%s of %s in %d", principal.Role, me.Team.Name, len(me.Teams))
		}
		want := func(want string) {
			t.Helper()
			if got := acts(); got != want {
				t.Errorf("acts as %s, want %s", got, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		member := kit.As(kit.Member)
		want("member of Acme in 1")
		must(kit.Accounts.SetRole(staff, kit.Member.Account, kit.Acme.ID, identity.Admin))
		want("admin of Acme in 1")
		err := kit.Accounts.SwitchTeam(member, signedIn.Session.ID, kit.Globex.ID)
		wantKind(t, "a team that they are not in", err, fault.NotFound, "not_found")
		must(kit.Accounts.AddMember(staff, kit.Member.Account, kit.Globex.ID, identity.Viewer))
		wantKind(t, "to join twice", kit.Accounts.AddMember(staff, kit.Member.Account, kit.Globex.ID, identity.Owner), fault.Conflict, "member_already")
		want("admin of Acme in 2")
		must(kit.Accounts.SwitchTeam(member, signedIn.Session.ID, kit.Globex.ID))
		want("viewer of Globex in 2")
		theirs := mustSignIn(t, kit, "owner@acme.example")
		err = kit.Accounts.SwitchTeam(member, theirs.Session.ID, kit.Globex.ID)
		wantKind(t, "another account's session", err, fault.NotFound, "not_found")
		must(kit.Accounts.RemoveMember(kit.As(kit.OtherOwner), kit.Member.Account, kit.Globex.ID))
		want("admin of Acme in 1")
		must(kit.Accounts.RemoveMember(member, kit.Member.Account, kit.Acme.ID))
		want(" of  in 0")
		must(kit.Accounts.AddMember(staff, kit.Member.Account, kit.Globex.ID, identity.Member))
		signedIn = mustSignIn(t, kit, "member@acme.example")
		want("member of Globex in 1")
		must(kit.DB.Accounts().DeleteMember(t.Context(), kit.Member.Account, kit.Globex.ID)) // without moving the session
		if principal, _, err := kit.Accounts.Authenticate(t.Context(), signedIn.Token); err != nil || !principal.Team.IsZero() || principal.Role != "" {
			t.Errorf("a session in a team that its holder is not in acts as %+v (%v)", principal, err)
		}
	})
}

func TestListsAreSearchedAndPaged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		for search, want := range map[string]int{"": 8, "ACME.example": 4, "the own": 2, "%": 0, "_wner": 0, `\`: 0, "'": 0} {
			found, err := kit.Accounts.Accounts(staff, account.AccountFilter{Search: search}, pageOfAll)
			if err != nil || found.Total != want || len(found.Items) != want {
				t.Errorf("%q finds %d people (%v), want %d", search, found.Total, err, want)
			}
			for _, one := range found.Items {
				if one.PasswordHash != "" {
					t.Errorf("%s comes with a password hash", one.Email)
				}
			}
		}
		second, err := kit.Accounts.Accounts(staff, account.AccountFilter{}, page.Request{Number: 2, Size: 3})
		if err != nil || second.Total != 8 || len(second.Items) != 3 || second.Items[0].Email != "owner@acme.example" {
			t.Errorf("the second page is %+v (%v)", second, err)
		}
		if err := kit.Accounts.RenameTeam(kit.As(kit.Owner), kit.Acme.ID, "Österreich Post"); err != nil {
			t.Fatal(err)
		}
		for _, search := range []string{"Österreich", "öster", "REICH"} {
			if found, err := kit.Accounts.Teams(staff, search, pageOfAll); err != nil || found.Total != 1 {
				t.Errorf("%s: %d teams, %v", search, found.Total, err)
			}
		}
		teams, err := kit.Accounts.Teams(staff, "GLO", pageOfAll)
		if err != nil || teams.Total != 1 || teams.Items[0].Team != kit.Globex || teams.Items[0].Members != 1 {
			t.Errorf("found %+v (%v)", teams, err)
		}
		members, err := kit.Accounts.Members(kit.As(kit.Viewer), kit.Acme.ID)
		if err != nil || len(members) != 4 || members[0].Email != "owner@acme.example" || members[0].Role != identity.Owner {
			t.Errorf("the members are %+v (%v)", members, err)
		}
	})
}

// TestCapitalsOfAllLettersAreFound searches for a team and a person whose names begin with a letter outside ASCII.
func TestCapitalsOfAllLettersAreFound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		staff := kit.As(kit.Staff)
		team, person := kit.Acme, "Žofie Ångström"
		team.Name = "Österreich Post"
		if err := kit.DB.Accounts().SaveTeam(t.Context(), team); err != nil {
			t.Fatal(err)
		}
		one, err := kit.DB.Accounts().Account(t.Context(), kit.Owner.Account)
		if err != nil {
			t.Fatal(err)
		}
		one.Name = person
		if err := kit.DB.Accounts().SaveAccount(t.Context(), one); err != nil {
			t.Fatal(err)
		}
		for _, search := range []string{"Österreich", "österreich", "ÖSTERREICH", "Ö"} {
			if found, err := kit.Accounts.Teams(staff, search, pageOfAll); err != nil || found.Total != 1 {
				t.Errorf("%q finds %d teams (%v)", search, found.Total, err)
			}
		}
		for _, search := range []string{"Žofie", "ž", "ÅNGSTRÖM"} {
			if found, err := kit.Accounts.Accounts(staff, account.AccountFilter{Search: search}, pageOfAll); err != nil || found.Total != 1 {
				t.Errorf("%q finds %d people (%v)", search, found.Total, err)
			}
		}
		for _, name := range []string{"Österreich Post", "ÖSTERREICH post"} {
			narrowed := event.TrailFilter{TeamName: name}
			if err := kit.DB.Audit(staff, event.Audit{Action: "team.renamed", Team: team.ID}); err != nil {
				t.Fatal(err)
			}
			if found, err := kit.Trail.Records(staff, narrowed, pageOfAll); err != nil || found.Total == 0 {
				t.Errorf("%q finds %d records (%v)", name, found.Total, err)
			}
		}
		_, err = kit.Catalog.CreateProduct(staff, catalog.ProductInput{Slug: "ol", Name: "Öl", Audience: catalog.Teams, Teams: []string{team.Name}})
		if err != nil {
			t.Errorf("the team is not found for an audience: %v", err)
		}
		if found, err := kit.Catalog.StaffProducts(staff, catalog.ProductFilter{Search: "Öl"}, pageOfAll); err != nil || found.Total != 1 {
			t.Errorf("%d products are found (%v)", found.Total, err)
		}
	})
}
