package overview_test

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// called counts calls of Acme with a key, all at the same time.
func called(t *testing.T, kit *testkit.Kit, granted access.Granted, at time.Time, statuses ...int) {
	t.Helper()
	grant := granted.Issued[0].Credential
	page, err := kit.Catalog.VersionPage(kit.As(kit.Staff), "parcels", "1")
	if err != nil {
		t.Fatal(err)
	}
	var rollup usage.Rollup
	for _, status := range statuses {
		rollup.AddCall(&usage.Charge{
			Team: kit.Acme.ID, Application: grant.Application, Subscription: granted.Subscription.ID, Credential: grant.ID,
			Version: page.Version.ID, Environment: "production",
		}, &usage.Call{
			Began: at, Took: 40 * time.Millisecond, Upstream: 30 * time.Millisecond, Status: status, Forwarded: status != 429,
			Operation: "get-parcels", Address: "192.0.2.1",
		})
	}
	if err := kit.Usage.Record(t.Context(), rollup.Take()); err != nil {
		t.Fatal(err)
	}
}

func last24h(filters map[usage.Dimension]usage.Value) overview.UsageRequest {
	return overview.UsageRequest{Period: overview.PeriodChoice{Name: overview.Last24h, Zone: time.UTC}, Filters: filters}
}

func TestAUsagePageCountsAndNamesCalls(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		granted := subscribed(t, kit)
		called(t, kit, granted["pair"], kit.Clock.Now().Add(-2*time.Hour), 200, 200, 404, 429)
		called(t, kit, granted["once"], kit.Clock.Now().Add(-25*time.Hour), 200)
		shown, err := kit.Overview.Usage(kit.As(kit.Viewer), last24h(nil))
		if err != nil {
			t.Fatal(err)
		}
		if shown.Team != kit.Acme.Name || shown.Whole.Calls != 3 || shown.Whole.Errors != 1 || shown.Whole.Refused() != 1 || shown.Before.Calls != 1 {
			t.Errorf("%s has %+v, before %+v", shown.Team, shown.Whole, shown.Before)
		}
		if !shown.Whole.Latency.Known || shown.Whole.Latency.P95 < 39 || shown.Whole.Latency.P95 > 41 || shown.Whole.Upstream.P50 > 31 {
			t.Errorf("latencies are %+v and %+v", shown.Whole.Latency, shown.Whole.Upstream)
		}
		if part := shown.Parts[len(shown.Parts)-3]; len(shown.Parts) != 24 || part.Calls != 3 || shown.Parts[0].Calls != 0 {
			t.Errorf("the parts are %+v", shown.Parts)
		}
		operation := shown.Tables[usage.OfOperation][0]
		if operation.Method != "GET" || operation.Name != "/parcels" || operation.Of != "Parcels 1" {
			t.Errorf("the operation is %+v", operation.UsageName)
		}
		if len(shown.Tables[usage.OfStatus]) != 3 || shown.Tables[usage.OfVersion][0].Name != "Parcels 1" || shown.Tables[usage.OfTeam] != nil {
			t.Errorf("the tables are %+v", shown.Tables)
		}

		narrowed, err := kit.Overview.Usage(kit.As(kit.Viewer), last24h(map[usage.Dimension]usage.Value{usage.OfStatusClass: "4"}))
		if err != nil || narrowed.Whole.Calls != 1 || narrowed.Whole.Responses != 2 || narrowed.Filters[usage.OfStatusClass].Name != "4xx" {
			t.Errorf("4xx has %+v, %v", narrowed.Whole, err)
		}
		key := granted["pair"].Issued[0].Credential
		narrowed, err = kit.Overview.Usage(kit.As(kit.Viewer), last24h(map[usage.Dimension]usage.Value{usage.OfCredential: key.ID.Hex()}))
		if err != nil || narrowed.Whole.Calls != 3 || narrowed.Timed || narrowed.Filters[usage.OfCredential].Of != key.Prefix {
			t.Errorf("the key has %+v, %+v, %v", narrowed.Whole, narrowed.Filters, err)
		}
	})
}

// TestAnotherTeamsIDsMatchNothing filters by what another team has called, and by malformed values.
func TestAnotherTeamsIDsMatchNothing(t *testing.T) {
	kit := testkit.New(t)
	granted := subscribed(t, kit)["pair"]
	called(t, kit, granted, kit.Clock.Now().Add(-time.Hour), 200)
	key := granted.Issued[0].Credential
	for dimension, value := range map[usage.Dimension]usage.Value{
		usage.OfApplication: key.Application.Hex(), usage.OfCredential: key.ID.Hex(), usage.OfTeam: kit.Acme.ID.Hex(),
		usage.OfVersion: "1", usage.OfStatusClass: "x", usage.OfEnvironment: "moon",
	} {
		filters := map[usage.Dimension]usage.Value{dimension: value}
		shown, err := kit.Overview.Usage(kit.As(kit.OtherOwner), last24h(filters))
		if err != nil || shown.Whole.Responses != 0 {
			t.Errorf("%s: %+v, %v", dimension, shown.Whole, err)
		}
		if name := shown.Filters[dimension].Name; name != "unknown" && name != value && name != "xxx" && name != "" {
			t.Errorf("the other team's %s is called %q", dimension, name)
		}
	}
}

func TestStaffSeeTheUsageOfAllTeams(t *testing.T) {
	kit := testkit.New(t)
	granted := subscribed(t, kit)["pair"]
	called(t, kit, granted, kit.Clock.Now().Add(-time.Hour), 200, 503)
	for _, principal := range []identity.Principal{kit.Staff, kit.Support} {
		shown, err := kit.Overview.StaffUsage(kit.As(principal), last24h(nil))
		if err != nil || len(shown.Tables[usage.OfTeam]) != 1 || shown.Tables[usage.OfTeam][0].Name != kit.Acme.Name {
			t.Errorf("%s sees %+v, %v", principal.Name, shown.Tables[usage.OfTeam], err)
		}
	}
	shown, err := kit.Overview.StaffUsage(kit.As(kit.Staff), last24h(map[usage.Dimension]usage.Value{usage.OfTeam: kit.Globex.ID.Hex()}))
	if err != nil || shown.Whole.Responses != 0 {
		t.Errorf("Globex has %+v, %v", shown.Whole, err)
	}
	if _, err := kit.Overview.StaffUsage(kit.As(kit.Owner), last24h(nil)); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an owner sees all teams: %v", err)
	}
	if _, err := kit.Overview.Usage(kit.As(kit.Visitor), last24h(nil)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor sees usage: %v", err)
	}
}
