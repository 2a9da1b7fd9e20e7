package usage_test

import (
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

func sketch(times ...time.Duration) []byte {
	var latencies usage.Latencies
	for _, took := range times {
		latencies.Add(took)
	}
	return latencies.Encode()
}

func someMinute(kit *testkit.Kit) usage.Minute {
	return usage.Minute{
		At: testkit.Start, Team: kit.Acme.ID, Application: id.New[access.ApplicationID](testkit.Start),
		Subscription: id.New[access.SubscriptionID](testkit.Start), Credential: id.New[access.CredentialID](testkit.Start),
		Version: id.New[catalog.VersionID](testkit.Start), Environment: "production",
		Calls: 7, Limited: 1, ClientErrors: 2, ServerErrors: 1, BytesIn: 100, BytesOut: 2000,
		LastAt: testkit.Start.Add(30 * time.Second), Latency: sketch(time.Millisecond, 5*time.Millisecond),
	}
}

func TestRecordMerges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		first := someMinute(kit)
		second := first
		second.Calls, second.Limited, second.ClientErrors, second.ServerErrors = 10, 2, 3, 4
		second.BytesIn, second.BytesOut = 5, 6
		second.LastAt, second.Latency = testkit.Start.Add(10*time.Second), sketch(time.Second)
		other := first
		other.Environment, other.Latency = "sandbox", nil
		// In one go and one after the other, since both happen.
		for _, batch := range [][]usage.Minute{{first, second, other}, {second}} {
			if err := kit.Usage.Record(t.Context(), batch, nil); err != nil {
				t.Fatal(err)
			}
		}
		want := first
		want.Calls, want.Limited, want.ClientErrors, want.ServerErrors = 27, 5, 8, 9
		want.BytesIn, want.BytesOut = 110, 2012
		want.Latency = sketch(time.Millisecond, 5*time.Millisecond, time.Second, time.Second)
		got, err := kit.DB.Usage().Minutes(t.Context(), kit.Acme.ID, testkit.Start, testkit.Start.Add(time.Minute))
		if diff := cmp.Diff([]usage.Minute{want, other}, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		if later, err := kit.DB.Usage().Minutes(t.Context(), kit.Acme.ID, testkit.Start.Add(time.Minute), testkit.Start.Add(time.Hour)); err != nil || len(later) != 0 {
			t.Errorf("minutes outside of the time: %v, %v", later, err)
		}
		used, err := kit.DB.Usage().LastUsed(t.Context(), []access.CredentialID{first.Credential, id.New[access.CredentialID](testkit.Start)})
		if diff := cmp.Diff(map[access.CredentialID]time.Time{first.Credential: first.LastAt}, used); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

// TestRecordLosesNothing lets several nodes count the same minute and quota at once.
func TestRecordLosesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		minute := someMinute(kit)
		minute.Calls, minute.Latency = 1, sketch(time.Millisecond)
		quota := usage.QuotaKey{Subject: "team:x", Meter: "calls", Window: "month"}
		var nodes sync.WaitGroup
		for range 4 {
			node := kit.Another(t)
			nodes.Go(func() {
				for range 5 {
					if err := node.Usage.Record(t.Context(), []usage.Minute{minute}, []usage.Increment{{Key: quota, Start: testkit.Start, Add: 2}}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		nodes.Wait()
		got, err := kit.DB.Usage().Minutes(t.Context(), kit.Acme.ID, testkit.Start, testkit.Start.Add(time.Minute))
		if err != nil || len(got) != 1 || got[0].Calls != 20 {
			t.Fatalf("%v %+v", err, got)
		}
		var times []time.Duration
		for range 20 {
			times = append(times, time.Millisecond)
		}
		if diff := cmp.Diff(sketch(times...), got[0].Latency); diff != "" {
			t.Error("latencies were lost:", diff)
		}
		spent, err := kit.Usage.Spent(t.Context(), quota, testkit.Start)
		if diff := cmp.Diff([]usage.Spent{{Start: testkit.Start, Used: 40}}, spent); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestSpent(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		key := usage.QuotaKey{Subject: "subscription:x", Meter: "calls", Window: "day"}
		other := usage.QuotaKey{Subject: "subscription:y", Meter: "calls", Window: "day"}
		hour := func(n int) time.Time { return testkit.Start.Add(time.Duration(n) * time.Hour) }
		err := kit.Usage.Record(t.Context(), nil, []usage.Increment{
			{Key: key, Start: hour(2), Add: 3}, {Key: key, Start: hour(0), Add: 1}, {Key: key, Start: hour(1), Add: 2},
			{Key: key, Start: hour(2), Add: -1}, {Key: other, Start: hour(1), Add: 50},
		})
		if err != nil {
			t.Fatal(err)
		}
		spent, err := kit.Usage.Spent(t.Context(), key, hour(1))
		want := []usage.Spent{{Start: hour(1), Used: 2}, {Start: hour(2), Used: 2}}
		if diff := cmp.Diff(want, spent); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestCallsTodayAreOfTheDayInUTC(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		midnight := testkit.Start.Truncate(24 * time.Hour)
		yesterday, today, tonight, theirs := someMinute(kit), someMinute(kit), someMinute(kit), someMinute(kit)
		today.Subscription, tonight.Subscription = yesterday.Subscription, yesterday.Subscription
		tomorrow := today // as a node whose clock is ahead counts
		tomorrow.At = midnight.Add(24 * time.Hour)
		yesterday.At, today.At, tonight.At = midnight.Add(-time.Minute), midnight, midnight.Add(24*time.Hour-time.Minute)
		theirs.Team = kit.Globex.ID
		if err := kit.Usage.Record(t.Context(), []usage.Minute{yesterday, today, tonight, tomorrow, theirs}, nil); err != nil {
			t.Fatal(err)
		}
		calls, err := kit.DB.Usage().Calls(t.Context(), kit.Acme.ID, midnight, midnight.AddDate(0, 0, 1))
		if diff := cmp.Diff(map[access.SubscriptionID]int64{today.Subscription: 14}, calls); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestProfileIsOnesOwn(t *testing.T) {
	kit := testkit.New(t)
	if _, err := kit.Usage.Profile(kit.As(kit.Visitor)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor has a profile: %v", err)
	}
	profile, err := kit.Usage.Profile(kit.As(kit.Owner))
	if err != nil || profile.Me.Account.ID != kit.Owner.Account || len(profile.Subscriptions) != 0 {
		t.Errorf("%+v %v", profile, err)
	}
	// The staff may see every team's subscriptions elsewhere; on their own profile stands what is theirs.
	if profile, err := kit.Usage.Profile(kit.As(kit.Staff)); err != nil || len(profile.Subscriptions) != 0 {
		t.Errorf("%+v %v", profile, err)
	}
}

// manifest has a plan whose keys come in pairs and can be shown again, and one whose keys cannot.
const manifest = `
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
  - {slug: pair, name: Pair, environment: production, strategy: key, opens: [parcels/1], approval: staff, keys: {format: hex, pair: true, viewable: true}}
  - {slug: once, name: Once, environment: production, strategy: key, opens: [parcels/1], approval: staff, keys: {format: prefixed}}
`

// subscribed gives Acme a subscription with keys under each plan of the manifest, by the plans' slugs.
func subscribed(t *testing.T, kit *testkit.Kit) map[string]access.Granted {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	read, findings, err := kit.Publish.Read(ctx, fstest.MapFS{
		"portico.yaml": {Data: []byte(manifest)},
		"one.yaml":     {Data: []byte("openapi: 3.0.3\ninfo: {title: Parcels, version: '1'}\npaths: {/parcels: {get: {responses: {'200': {description: All.}}}}}\n")},
	})
	if err != nil || catalog.HasErrors(findings) {
		t.Fatal(err, findings)
	}
	if _, err := kit.Publish.Apply(ctx, read); err != nil {
		t.Fatal(err)
	}
	plans, err := kit.Plans.Plans(ctx)
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string]access.Granted{}
	for _, under := range plans {
		if granted[under.Slug], err = kit.Access.GrantAccess(ctx, access.NewAccess{Team: kit.Acme.ID, Plan: under.ID}); err != nil {
			t.Fatal(err)
		}
	}
	once := granted["once"]
	issued, err := kit.Access.IssueCredential(kit.As(kit.Owner), access.NewCredential{Subscription: once.Subscription.ID, Name: "server"})
	if err != nil {
		t.Fatal(err)
	}
	once.Issued = append(once.Issued, issued)
	granted["once"] = once
	return granted
}

// TestProfileOffersWhatIsPermitted compares what the profile says of each key with what the services then do, through
// the life of a subscription.
func TestProfileOffersWhatIsPermitted(t *testing.T) {
	kit := testkit.New(t)
	granted := subscribed(t, kit)
	pair, once := granted["pair"].Subscription, granted["once"].Subscription
	staffMember := kit.Owner
	staffMember.Staff = identity.StaffSupport
	callers := map[string]identity.Principal{"owner": kit.Owner, "member": kit.Member, "viewer": kit.Viewer, "staff in the team": staffMember}
	for _, stage := range []struct {
		name   string
		begin  func() error
		reveal int
		change int
	}{
		{"approved", func() error { return nil }, 4, 9},
		{"suspended", func() error {
			_, err := kit.Access.SuspendSubscription(kit.As(kit.Staff), pair.ID, "unpaid")
			return err
		}, 0, 9},
		{"reinstated", func() error { _, err := kit.Access.ReinstateSubscription(kit.As(kit.Staff), pair.ID); return err }, 4, 9},
		{"rotated", func() error {
			_, err := kit.Access.RotateCredential(kit.As(kit.Owner), access.RotateCredential{Credential: granted["pair"].Issued[0].Credential.ID, Overlap: time.Hour})
			return err
		}, 6, 9},
		{"after the overlap", func() error { kit.Clock.Advance(time.Hour); return nil }, 4, 9},
		{"the other one suspended", func() error {
			_, err := kit.Access.SuspendSubscription(kit.As(kit.Staff), once.ID, "unpaid")
			return err
		}, 4, 9},
	} {
		if err := stage.begin(); err != nil {
			t.Fatal(stage.name, err)
		}
		reveal, change := 0, 0
		for name, caller := range callers {
			profile, err := kit.Usage.Profile(kit.As(caller))
			if err != nil || len(profile.Subscriptions) != 2 || !profile.At.Equal(kit.Clock.Now()) {
				t.Fatal(stage.name, name, err, profile)
			}
			for _, subscription := range profile.Subscriptions {
				for _, key := range subscription.Keys {
					where := stage.name + ", " + name + ", the " + string(key.Credential.Slot) + " key of " + subscription.Detail.Plan.Name
					if key.Status != key.Credential.Status(kit.Clock.Now()) || key.Usable != key.Status.Works() {
						t.Errorf("%s is %s, usable %t", where, key.Status, key.Usable)
					}
					if _, err := kit.Access.RevealCredential(kit.As(caller), key.Credential.ID); key.MayReveal != (err == nil) {
						t.Errorf("%s may be revealed: %t, but revealing says %v", where, key.MayReveal, err)
					}
					if _, err := kit.Usage.Replacement(kit.As(caller), key.Credential.ID); key.MayChange != (err == nil) {
						t.Errorf("%s may be changed: %t, but the question before it says %v", where, key.MayChange, err)
					}
					if _, err := kit.Access.RegenerateCredential(kit.As(caller), key.Credential.ID); key.MayChange != (err == nil) {
						t.Errorf("%s may be changed: %t, but regenerating says %v", where, key.MayChange, err)
					}
					reveal, change = reveal+count(key.MayReveal), change+count(key.MayChange)
				}
			}
		}
		if reveal != stage.reveal || change != stage.change {
			t.Errorf("%s: %d keys may be revealed and %d changed, want %d and %d", stage.name, reveal, change, stage.reveal, stage.change)
		}
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestReplacementNamesTheKeyThatGoesOn(t *testing.T) {
	kit := testkit.New(t)
	granted := subscribed(t, kit)
	pair, once := granted["pair"].Issued, granted["once"].Issued
	asked, err := kit.Usage.Replacement(kit.As(kit.Owner), pair[0].Credential.ID)
	if err != nil || asked.Key.Credential.ID != pair[0].Credential.ID || asked.Subscription.Detail.Plan.Slug != "pair" {
		t.Fatalf("%+v %v", asked, err)
	}
	if asked.Sibling == nil || asked.Sibling.Credential.ID != pair[1].Credential.ID {
		t.Errorf("the other key of the pair is %+v", asked.Sibling)
	}
	if asked, err := kit.Usage.Replacement(kit.As(kit.Owner), once[0].Credential.ID); err != nil || asked.Sibling != nil {
		t.Errorf("a single key has a sibling: %+v, %v", asked.Sibling, err)
	}
	for _, stranger := range []identity.Principal{kit.OtherOwner, kit.Staff} {
		if _, err := kit.Usage.Replacement(kit.As(stranger), pair[0].Credential.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s asks about a key of Acme: %v", stranger.Name, err)
		}
	}
	if _, err := kit.Usage.Replacement(kit.As(kit.Visitor), pair[0].Credential.ID); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor asks about a key: %v", err)
	}
}

func TestLatencyQuantiles(t *testing.T) {
	var times []time.Duration
	for i := range 1000 {
		times = append(times, time.Duration(i+1)*time.Millisecond)
	}
	merged, err := usage.MergeLatency(sketch(times[:300]...), sketch(times[300:]...))
	if err != nil {
		t.Fatal(err)
	}
	got, err := usage.LatencyQuantiles(merged, 0.5, 0.99)
	if err != nil || got[0] < 490 || got[0] > 510 || got[1] < 970 || got[1] > 1010 {
		t.Errorf("median and 99th of 1..1000 ms: %v, %v", got, err)
	}
	if _, err := usage.MergeLatency(sketch(time.Second), []byte("rubbish")); err == nil {
		t.Error("rubbish was merged")
	}
	if got, err := usage.LatencyQuantiles(nil, 0.5); err != nil || got[0] != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
}
