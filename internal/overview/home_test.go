package overview_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// shop is a team's applications, registrations and keys at the API of the manifest.
type shop struct {
	t     *testing.T
	kit   *testkit.Kit
	owner identity.Principal
}

func (s shop) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s shop) application(name string) access.ApplicationID {
	s.t.Helper()
	made, err := s.kit.Access.CreateApplication(s.kit.As(s.owner), access.NewApplication{Name: name})
	s.must(err)
	return made.Application.ID
}

// register requests access to a version and decides about it unless the reason is empty.
func (s shop) register(application access.ApplicationID, version, reason string, approve bool) access.Subscription {
	s.t.Helper()
	page, err := s.kit.Catalog.VersionPage(s.kit.As(s.kit.Staff), "orders", version)
	s.must(err)
	made, err := s.kit.Access.Register(s.kit.As(s.owner), access.NewRegistration{Application: application, Version: page.Version.ID})
	s.must(err)
	if reason != "" {
		_, err = s.kit.Access.DecideRequest(s.kit.As(s.kit.Staff), access.Decision{Request: made.Subscription.Request, Approve: approve, Reason: reason})
		s.must(err)
	}
	return made.Subscription
}

// key creates a key that is valid for a time and was used now.
func (s shop) key(application access.ApplicationID, name string, validity time.Duration) access.Credential {
	s.t.Helper()
	issued, err := s.kit.Access.IssueCredential(s.kit.As(s.owner), access.NewCredential{
		Application: application, Name: name, Environment: "production", Validity: validity,
	})
	s.must(err)
	series := s.kit.Series()
	series.Team, series.Application, series.Credential = s.owner.Team, application, issued.Credential.ID
	s.kit.Count(s.t, series, testkit.Start.Add(30*time.Second), 7)
	return issued.Credential
}

func (s shop) home(caller identity.Principal) overview.Home {
	s.t.Helper()
	home, err := s.kit.Overview.Home(s.kit.As(caller))
	s.must(err)
	return home
}

// opened fills the portal: an application in use, one that was suspended, one that was refused, and one that waits.
func opened(t *testing.T, kit *testkit.Kit, owner identity.Principal) shop {
	t.Helper()
	s := shop{t, kit, owner}
	till := s.application("Till")
	s.register(till, "1", "Welcome.", true)
	s.key(till, "Counter", 3*24*time.Hour)
	s.key(till, "Office", 20*24*time.Hour)
	s.key(till, "Lasting", 0)
	stopped := s.register(s.application("Stopped"), "2", "Welcome.", true)
	_, err := kit.Access.SuspendSubscription(kit.As(kit.Staff), stopped.ID, "Unpaid since May.")
	s.must(err)
	s.register(s.application("Refused"), "2", "Not for resale.", false)
	s.register(s.application("Waiting"), "2", "", false)
	return s
}

func TestHomeSaysWhatNeedsTheTeam(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		applyShop(t, kit, "")
		s := opened(t, kit, kit.Owner)
		kit.Clock.Advance(time.Hour)
		applyShop(t, kit, "deprecated: true,")
		home := s.home(kit.Owner)

		var told []string
		kinds := map[overview.ConcernKind]string{
			overview.AccessSuspended: "suspended ", overview.KeyInUseExpires: "stops soon ", overview.AccessRejected: "rejected ",
			overview.KeyExpires: "expires ", overview.RequestWaits: "waits ",
		}
		for _, one := range home.Concerns {
			name := one.Key.Credential.Name
			if one.Stopped() {
				name = one.Access.Application.Name + ": " + one.Access.Subscription.Reason
			} else if one.Kind == overview.RequestWaits {
				name = one.Request.Application.Name
			}
			told = append(told, kinds[one.Kind]+name)
		}
		want := []string{"suspended Stopped: Unpaid since May.", "stops soon Counter", "rejected Refused: Not for resale.", "expires Office", "waits Waiting"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		if home.Applications.Total != 4 || home.Keys != 3 || home.Access != 1 || home.Usage.Whole.Calls != 21 || home.Requests.Total != 4 || home.Expiring.Total != 2 {
			t.Errorf("%d applications, %d keys, %d subscriptions, %d calls, %d requests, %d expiring keys",
				home.Applications.Total, home.Keys, home.Access, home.Usage.Whole.Calls, home.Requests.Total, home.Expiring.Total)
		}
		var news []string
		for _, one := range home.News {
			news = append(news, string(one.Kind)+" "+one.Version.Name+" "+one.Called.Application)
		}
		if diff := cmp.Diff([]string{"deprecated 1 Till", "published 2 ", "published 1 Till"}, news); diff != "" {
			t.Error(diff)
		}
		for _, key := range home.Expiring.Items {
			if key.Credential.Lookup != nil || key.Credential.Sealed != nil {
				t.Error("the page gets what finds a key's secret")
			}
		}
	})
}

func TestHomeShowsNothingOfOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		if _, err := kit.Overview.Home(kit.As(kit.Visitor)); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a visitor gets a home page: %v", err)
		}
		applyShop(t, kit, "deprecated: true,")
		s := opened(t, kit, kit.Owner)
		own, err := kit.Access.CreateApplication(kit.As(kit.Admin), access.NewApplication{Name: "Private", Account: kit.Admin.Account})
		s.must(err)
		s.register(own.Application.ID, "2", "No.", false)
		if home := s.home(kit.Member); home.Applications.Total != 4 || home.Requests.Total != 4 || len(home.Concerns) != 5 {
			t.Errorf("a member sees %d applications, %d requests, %d concerns; another's own is not theirs",
				home.Applications.Total, home.Requests.Total, len(home.Concerns))
		}
		// Another team, and staff who see every team elsewhere.
		for _, stranger := range []identity.Principal{kit.OtherOwner, kit.Staff, kit.Support} {
			home := s.home(stranger)
			if home.Concerns != nil || home.Applications.Total+home.Keys+home.Access+home.Requests.Total+home.Expiring.Total > 0 || home.Usage.Whole.Calls != 0 || home.News != nil {
				t.Errorf("%s sees what is Acme's: %+v", stranger.Name, home)
			}
			if waiting := home.Waiting.Requests; waiting != map[bool]int{true: 1}[stranger.Staff != identity.NotStaff] {
				t.Errorf("%s is told of %d waiting requests", stranger.Name, waiting)
			}
		}
	})
}

func TestNewsOfAPlanWithSeveralVersions(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		applyShop(t, kit, "deprecated: true,")
		plans, err := kit.Plans.Plans(kit.As(kit.Staff))
		if err != nil {
			t.Fatal(err)
		}
		for _, under := range plans {
			if under.Slug != "orders" {
				continue
			}
			if _, err := kit.Access.GrantAccess(kit.As(kit.Staff), access.NewAccess{Team: kit.Acme.ID, Plan: under.ID}); err != nil {
				t.Fatal(err)
			}
		}
		home := shop{t, kit, kit.Owner}.home(kit.Viewer)
		found := false
		for _, one := range home.News {
			found = found || one.Kind == catalog.VersionDeprecated && one.Called.Applications == 1
		}
		if !found {
			t.Errorf("a plan for all versions brings no news of the deprecated one: %+v", home.News)
		}
		kit.Clock.Advance(120 * 24 * time.Hour)
		if home = (shop{t, kit, kit.Owner}).home(kit.Viewer); len(home.News) != 1 || home.News[0].Kind != catalog.VersionDeprecated {
			t.Errorf("after four months the news are %+v", home.News)
		}
	})
}
