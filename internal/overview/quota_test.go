package overview_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

const pricedManifest = `
strategies:
  - {slug: key, name: API key, kind: key, default: true}
products:
  - slug: parcels
    name: Parcels
    versions:
      - name: "1"
        spec: one.yaml
        environments:
          production: {base_path: /parcels/v1, upstream: "https://parcels.example"}
plans:
  - slug: priced
    name: Priced
    environment: production
    strategy: key
    opens: [parcels/1]
    limits: [{calls: 5, window: 1s}, {calls: 2000, window: month}, {calls: 100, per: credential, window: day}]
    price: {currency: EUR, monthly: 49, per_thousand: 0.50, included: 1000}
  - {slug: free, name: Free, environment: production, strategy: key, opens: [parcels/1]}
`

// priced gives Acme a subscription to the plan with quotas, with one key, and to the one without.
func priced(t *testing.T, kit *testkit.Kit) (subscription access.Subscription, key access.Credential) {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	read, findings, err := kit.Publish.Read(ctx, fstest.MapFS{
		"portico.yaml": {Data: []byte(pricedManifest)},
		"one.yaml":     {Data: []byte("openapi: 3.0.3\ninfo: {title: Parcels, version: '1'}\npaths: {/parcels: {get: {responses: {'200': {description: All.}}}}}\n")},
	})
	if err != nil {
		t.Fatal(err, findings)
	}
	if _, err := kit.Publish.Apply(ctx, read); err != nil {
		t.Fatal(err)
	}
	plans, err := kit.Plans.Plans(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, under := range plans {
		granted, err := kit.Access.GrantAccess(ctx, access.NewAccess{Team: kit.Acme.ID, Plan: under.ID})
		if err != nil {
			t.Fatal(err)
		}
		if under.Slug == "priced" {
			subscription = granted.Subscription
		}
	}
	issued, err := kit.Access.IssueCredential(kit.As(kit.Owner), access.NewCredential{Subscription: subscription.ID, Name: "server"})
	if err != nil {
		t.Fatal(err)
	}
	return subscription, issued.Credential
}

// spend stores what calls used of a quota.
func spend(t *testing.T, kit *testkit.Kit, subject, window string, start time.Time, calls int64) {
	t.Helper()
	key := usage.QuotaKey{Subject: subject, Meter: "calls", Window: window}
	if err := kit.Usage.Record(t.Context(), usage.Batch{Increments: []usage.Increment{{Key: key, Start: start, Add: calls}}}); err != nil {
		t.Fatal(err)
	}
}

func TestTeamQuotas(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		subscription, key := priced(t, kit)
		subject := string(event.TagOf(event.TagSubscription, subscription.ID))
		march, ten := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), testkit.Start.Add(-26*time.Hour)
		spend(t, kit, subject, "month", march.AddDate(0, -1, 0), 900)
		spend(t, kit, subject, "month", march, 1301)
		perKey := subject + " " + string(event.TagOf(event.TagCredential, key.ID))
		spend(t, kit, perKey, "day", ten, 50) // counts no longer
		spend(t, kit, perKey, "day", ten.Add(2*time.Hour), 60)
		spend(t, kit, perKey, "day", ten.Add(4*time.Hour), 5)
		kit.Usage.CountLive(func(key usage.QuotaKey) []usage.Spent {
			if key.Subject != subject {
				return nil
			}
			return []usage.Spent{{Start: march, Used: 1400}} // 99 are not stored yet
		})

		found, err := kit.Overview.TeamQuotas(kit.As(kit.Viewer))
		if err != nil || len(found.Uses) != 1 {
			t.Fatalf("%+v %v; want the subscription with quotas", found, err)
		}
		type row struct {
			kind         usage.QuotaKind
			window       string
			used, amount int64
			percent      int64
			resets       time.Time
		}
		var got []row
		for _, quota := range found.Uses[0].Quotas {
			got = append(got, row{quota.Kind, quota.Limit.Window.String(), quota.Used, quota.Amount, quota.Percent(), quota.Resets})
		}
		april := march.AddDate(0, 1, 0)
		want := []row{
			{usage.LimitQuota, "month", 1400, 2000, 70, april},
			{usage.LimitQuota, "day", 65, 100, 65, ten.Add(2*time.Hour + 25*time.Hour)},
			{usage.IncludedQuota, "month", 1400, 1000, 140, april},
		}
		if difference := cmp.Diff(want, got, cmp.AllowUnexported(row{})); difference != "" {
			t.Error(difference)
		}
		bill := found.Uses[0].Bill
		if bill == nil || bill.Calls != 1400 || bill.Overage != 400 || bill.Cost != 4920 || !bill.Month.Equal(march) {
			t.Errorf("%+v; want 400 calls of overage for 20 cents", bill)
		}
		if keys := found.Uses[0].Keys; keys[key.ID].Name != "server" {
			t.Errorf("the key of the daily limit is missing: %+v", keys)
		}
	})
}

// TestStandingIsOfItsTeam reads the quotas of Acme's subscription as each principal.
func TestStandingIsOfItsTeam(t *testing.T) {
	kit := testkit.New(t)
	subscription, _ := priced(t, kit)
	for name, reader := range map[string]identity.Principal{"viewer": kit.Viewer, "staff": kit.Staff} {
		if standing, err := kit.Overview.Standing(kit.As(reader), subscription.ID); err != nil || standing.IsZero() {
			t.Errorf("%s: %+v %v", name, standing, err)
		}
	}
	if _, err := kit.Overview.Standing(kit.As(kit.OtherOwner), subscription.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another team: %v", err)
	}
	if _, err := kit.Overview.Standing(kit.As(kit.Visitor), subscription.ID); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor: %v", err)
	}
	if _, err := kit.Overview.TeamQuotas(kit.As(kit.Visitor)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor: %v", err)
	}
	if found, err := kit.Overview.TeamQuotas(kit.As(kit.OtherOwner)); err != nil || len(found.Uses) != 0 {
		t.Errorf("another team: %+v %v", found, err)
	}
}
