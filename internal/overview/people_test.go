package overview_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

var principalNames = []string{"visitor", "viewer", "member", "admin", "owner", "other owner", "support", "approver", "staff"}

func principals(kit *testkit.Kit) []identity.Principal {
	return []identity.Principal{kit.Visitor, kit.Viewer, kit.Member, kit.Admin, kit.Owner, kit.OtherOwner, kit.Support, kit.Approver, kit.Staff}
}

// TestWhoSeesPeopleAndTeams asks for every page as each principal. Letters: y is answered, f is forbidden, m is not
// found, s is asked to sign in.
func TestWhoSeesPeopleAndTeams(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		subscribed(t, kit) // for its strategy
		application, err := kit.Access.CreateApplication(kit.As(kit.Owner), access.NewApplication{Name: "Shop"})
		if err != nil {
			t.Fatal(err)
		}
		letters := map[fault.Kind]string{fault.Forbidden: "f", fault.NotFound: "m", fault.Unauthenticated: "s"}
		for what, row := range map[string]struct {
			may string
			ask func(ctx context.Context) error
		}{
			"the member's page": {"s f f f f f y y y", func(ctx context.Context) error {
				_, err := kit.Overview.PersonPage(ctx, kit.Member.Account)
				return err
			}},
			"what waits for staff": {"s f f f f f y y y", func(ctx context.Context) error {
				_, err := kit.Overview.Waiting(ctx)
				return err
			}},
			"what disabling Acme stops": {"s f f f f f f f y", func(ctx context.Context) error {
				_, err := kit.Overview.TeamToDisable(ctx, kit.Acme.ID)
				return err
			}},
			"what deleting Acme's application stops": {"s f y y y m f f y", func(ctx context.Context) error {
				_, err := kit.Overview.ApplicationToDelete(ctx, application.Application.ID)
				return err
			}},
			"Acme's page": {"s y y y y m y y y", func(ctx context.Context) error {
				_, err := kit.Overview.TeamPage(ctx, kit.Acme.ID, page.Request{})
				return err
			}},
			"their own team's page": {"s y y y y y y y y", func(ctx context.Context) error {
				_, err := kit.Overview.OwnTeam(ctx, page.Request{})
				return err
			}},
			"what blocking the member closes": {"s f f f f f f f y", func(ctx context.Context) error {
				_, err := kit.Overview.Departure(ctx, kit.Member.Account)
				return err
			}},
			"what the member's leaving Acme closes": {"s f y y y m f f y", func(ctx context.Context) error {
				_, err := kit.Overview.DepartureFrom(ctx, kit.Acme.ID, kit.Member.Account)
				return err
			}},
		} {
			for i, want := range strings.Fields(row.may) {
				err := row.ask(kit.As(principals(kit)[i]))
				got := "y"
				if err != nil {
					got = letters[fault.From(err).Kind]
				}
				if got != want {
					t.Errorf("%s as %s: %s (%v), want %s", what, principalNames[i], got, err, want)
				}
			}
		}
	})
}

// ownedBy gives a member an application that they own, with keys.
func ownedBy(t *testing.T, kit *testkit.Kit, owner identity.Principal, under access.Granted) (access.Application, access.Granted) {
	t.Helper()
	system := kit.As(identity.SystemPrincipal("test"))
	created, err := kit.Access.CreateApplication(system, access.NewApplication{Team: owner.Team, Account: owner.Account, Name: "Script"})
	if err != nil {
		t.Fatal(err)
	}
	application := created.Application
	granted, err := kit.Access.GrantAccess(system, access.NewAccess{Application: application.ID, Plan: under.Subscription.Plan})
	if err != nil {
		t.Fatal(err)
	}
	return application, granted
}

func TestDepartureListsClosingAndKnownKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		granted := subscribed(t, kit)
		application, own := ownedBy(t, kit, kit.Owner, granted["pair"])
		known := granted["once"].Issued[len(granted["once"].Issued)-1].Credential.ID // created by the owner
		for name, ask := range map[string]func() (overview.Departure, error){
			"out of the portal": func() (overview.Departure, error) {
				return kit.Overview.Departure(kit.As(kit.Staff), kit.Owner.Account)
			},
			"out of the team": func() (overview.Departure, error) {
				return kit.Overview.DepartureFrom(kit.As(kit.Admin), kit.Acme.ID, kit.Owner.Account)
			},
			"by themselves": func() (overview.Departure, error) {
				return kit.Overview.DepartureFrom(kit.As(kit.Owner), kit.Acme.ID, kit.Owner.Account)
			},
		} {
			found, err := ask()
			if err != nil || found.Account.Email != kit.Owner.Name {
				t.Fatalf("%s: %+v (%v)", name, found, err)
			}
			if len(found.Applications.Items) != 1 || found.Applications.Items[0].ID != application.ID {
				t.Errorf("%s: the applications are %+v", name, found.Applications)
			}
			if found.Closing.Total != len(own.Issued) || slices.ContainsFunc(found.Closing.Items, func(key access.Credential) bool { return key.Application != application.ID }) {
				t.Errorf("%s: %d keys close, want %d", name, found.Closing.Total, len(own.Issued))
			}
			if found.Known.Total != 1 || found.Known.Items[0].ID != known {
				t.Errorf("%s: the known keys are %+v, want 1", name, found.Known)
			}
		}
		if found, err := kit.Overview.DepartureFrom(kit.As(kit.Owner), kit.Acme.ID, kit.Viewer.Account); err != nil || found.Applications.Total+found.Closing.Total+found.Known.Total != 0 {
			t.Errorf("a person without keys and applications: %+v (%v)", found, err)
		}
		if err := kit.Access.RevokeCredential(kit.As(kit.Owner), known); err != nil {
			t.Fatal(err)
		}
		if found, err := kit.Overview.Departure(kit.As(kit.Staff), kit.Owner.Account); err != nil || found.Known.Total != 0 {
			t.Errorf("a revoked key should be replaced: %+v (%v)", found.Known, err)
		}
		if err := kit.Accounts.Remove(kit.As(kit.Staff), kit.Member.Account); err != nil {
			t.Fatal(err)
		}
		if _, err := kit.Overview.Departure(kit.As(kit.Staff), kit.Member.Account); !fault.Is(err, fault.NotFound) {
			t.Errorf("a removed person leaves again: %v", err)
		}
	})
}

func TestPagesOfPeopleAndTeamsShowTheCallsOfTheLastDays(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		granted := subscribed(t, kit)
		_, own := ownedBy(t, kit, kit.Member, granted["pair"])
		midnight := testkit.Start.Truncate(24 * time.Hour)
		for i, at := range []time.Time{midnight.AddDate(0, 0, -7), midnight.AddDate(0, 0, -6), midnight.Add(-time.Minute), midnight, testkit.Start} {
			series := kit.Series()
			series.Subscription = granted["pair"].Subscription.ID
			kit.Count(t, series, at, int64(1)<<i)
			series.Team, series.Credential = kit.Globex.ID, id.New[access.CredentialID](at)
			kit.Count(t, series, at, 100)
		}
		var want []usage.DayCalls
		for i, calls := range []int64{2, 0, 0, 0, 0, 4, 24} {
			want = append(want, usage.DayCalls{Day: midnight.AddDate(0, 0, i-6), Calls: calls})
		}
		daily, err := kit.Usage.DailyCalls(kit.As(kit.Support), []identity.TeamID{kit.Acme.ID}, usage.Today(midnight))
		if diff := cmp.Diff(map[identity.TeamID][]usage.DayCalls{kit.Acme.ID: {{Day: midnight, Calls: 24}}}, daily); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		person, err := kit.Overview.PersonPage(kit.As(kit.Support), kit.Member.Account)
		if diff := cmp.Diff(map[identity.TeamID][]usage.DayCalls{kit.Acme.ID: want}, person.Calls); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		if person.Applications.Total != 1 || person.Subscriptions.Total != 1 || person.Subscriptions.Items[0].Subscription.ID != own.Subscription.ID {
			t.Errorf("the person has %+v", person)
		}
		team, err := kit.Overview.TeamPage(kit.As(kit.Support), kit.Acme.ID, page.Request{Size: 3, Number: 2})
		if diff := cmp.Diff(want, team.Calls); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		if team.Members.Total != 4 || len(team.Members.Items) != 1 || team.AllSubscriptions != 3 || team.Applications.Total != 2 {
			t.Errorf("the team has %+v", team)
		}
		// Two pairs, the single key that came with the plan, and the one that the owner created.
		if keys := kit.Rows(t, "credential"); team.WorkingKeys != keys {
			t.Errorf("%d keys work, want %d", team.WorkingKeys, keys)
		}
		for _, used := range team.Subscriptions {
			if want := map[bool]int64{true: 24}[used.Detail.Subscription.ID == granted["pair"].Subscription.ID]; used.CallsToday != want {
				t.Errorf("%d calls today of %s, want %d", used.CallsToday, used.Detail.Plan.Name, want)
			}
		}
		if peers, err := kit.Overview.OwnTeam(kit.As(kit.Viewer), page.Request{}); err != nil || peers.Team.Applications.Total != 1 {
			t.Errorf("a viewer sees %d applications (%v), want only the team's", peers.Team.Applications.Total, err)
		}
	})
}

func TestExpiredKeysDoNotWork(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		granted := subscribed(t, kit)
		working := func() int {
			t.Helper()
			found, err := kit.Overview.TeamPage(kit.As(kit.Staff), kit.Acme.ID, page.Request{})
			if err != nil {
				t.Fatal(err)
			}
			return found.WorkingKeys
		}
		before := working()
		rotate := access.RotateCredential{Credential: granted["pair"].Issued[0].Credential.ID, Overlap: time.Hour}
		if _, err := kit.Access.RotateCredential(kit.As(kit.Owner), rotate); err != nil {
			t.Fatal(err)
		}
		short := access.NewCredential{Subscription: granted["once"].Subscription.ID, Name: "short", Validity: 2 * time.Hour}
		if _, err := kit.Access.IssueCredential(kit.As(kit.Owner), short); err != nil {
			t.Fatal(err)
		}
		for _, want := range []int{before + 2, before + 1, before} {
			if got := working(); got != want {
				t.Errorf("%d keys work, want %d", got, want)
			}
			kit.Clock.Advance(time.Hour)
		}
	})
}
