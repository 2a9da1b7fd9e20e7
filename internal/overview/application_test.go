package overview_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

func TestApplicationsAreListedWithTheirCounts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		subscribed(t, kit) // for its plans
		system := kit.As(identity.SystemPrincipal("test"))
		plans, err := kit.Plans.Plans(system)
		must(err)
		create := func(name string) access.ApplicationID {
			detail, err := kit.Access.CreateApplication(kit.As(kit.Owner), access.NewApplication{Name: name})
			must(err)
			return detail.Application.ID
		}
		create("Idle")
		shop := create("Shop")
		version := plans[0].Opens[0]
		_, err = kit.Access.GrantAccess(system, access.NewAccess{Application: shop, Plan: plans[0].ID, Version: version})
		must(err)
		_, err = kit.Access.RequestAccess(system, access.Ask{Application: shop, Plans: []string{plans[1].ID.Hex()}, Version: plans[1].Opens[0]})
		must(err)
		issue := func(validity time.Duration) access.Credential {
			key, err := kit.Access.IssueCredential(system, access.NewCredential{Application: shop, Environment: plans[0].Environment, Validity: validity})
			must(err)
			return key.Credential
		}
		working, revoked, short := issue(0), issue(0), issue(time.Hour)
		must(kit.Access.RevokeCredential(system, revoked.ID))
		for i, key := range []access.Credential{working, revoked} {
			series := kit.Series()
			series.Application, series.Credential = shop, key.ID
			kit.Count(t, series, testkit.Start.Add(time.Duration(i)*time.Minute), 7)
		}
		look := func() map[string]overview.ApplicationCount {
			found, err := kit.Overview.TeamApplications(kit.As(kit.Viewer), access.ApplicationFilter{}, page.Request{})
			must(err)
			counts := map[string]overview.ApplicationCount{}
			for _, one := range found.Items {
				counts[one.Application.Name] = one.ApplicationCount
			}
			return counts
		}
		want := map[string]overview.ApplicationCount{
			"Idle": {}, "Shop": {Registrations: 2, Waiting: 1, Keys: 2, KeyEndsAt: testkit.Start.Add(time.Hour), LastCall: testkit.Start.Add(time.Minute)},
		}
		if diff := cmp.Diff(want, look()); diff != "" {
			t.Error(diff)
		}
		kit.Clock.Advance(time.Hour) // the key that is valid for an hour has expired
		if got := look()["Shop"].Keys; got != 1 {
			t.Errorf("%d keys work, want 1; one expired at %s", got, short.ExpiresAt)
		}
		theirs, err := kit.Overview.TeamApplications(kit.As(kit.OtherOwner), access.ApplicationFilter{Team: kit.Acme.ID}, page.Request{})
		if err != nil || theirs.Total != 0 {
			t.Errorf("another team lists %d applications (%v), want none", theirs.Total, err)
		}
	})
}

// The pages that ask before a key is changed say who still uses it, and a rotation shows who uses the old key.
func TestHowOftenAKeyIsUsed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		old := subscribed(t, kit)["once"].Issued[0].Credential
		calls := func(with access.CredentialID, ago time.Duration) {
			series := kit.Series()
			series.Application, series.Credential = old.Application, with
			kit.Count(t, series, kit.Clock.Now().Add(-ago), 7)
		}
		calls(old.ID, 10*time.Minute)
		calls(old.ID, 3*time.Hour)
		anyRight := func(access.Rights) bool { return true }
		found, err := kit.Overview.KeyToChange(kit.As(kit.Owner), old.Application, old.ID, anyRight)
		must(err)
		if want := (overview.KeyCalls{LastHour: 7, Today: 14}); found.Calls != want || found.Key.Credential.ID != old.ID {
			t.Errorf("calls are %+v, want %+v", found.Calls, want)
		}
		rotated, err := kit.Access.RotateCredential(kit.As(kit.Owner), access.RotateCredential{Credential: old.ID, Overlap: time.Hour})
		must(err)
		calls(rotated.Credential.ID, time.Minute)
		calls(rotated.Credential.ID, 2*time.Minute)
		shown, err := kit.Overview.ApplicationPage(kit.As(kit.Viewer), old.Application, page.Request{})
		must(err)
		if got := shown.Rotations[old.ID]; got.Old != 7 || got.New != 14 || got.Successor.ID != rotated.Credential.ID {
			t.Errorf("the rotation is %+v", got)
		}
		if len(shown.Granted) != 2 {
			t.Errorf("staff granted %d plans, want 2", len(shown.Granted))
		}
	})
}
