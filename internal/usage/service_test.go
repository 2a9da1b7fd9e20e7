package usage_test

import (
	"sync"
	"testing"
	"time"

	"github.com/DataDog/sketches-go/ddsketch"
	"github.com/DataDog/sketches-go/ddsketch/store"
	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
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

// someMinute returns a minute in which Acme made seven calls with a new credential.
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
		// In one batch and in separate ones, because both occur.
		for _, batch := range [][]usage.Minute{{first, second, other}, {second}} {
			if err := kit.Usage.Record(t.Context(), batch, nil); err != nil {
				t.Fatal(err)
			}
		}
		want := first
		want.Calls, want.Limited, want.ClientErrors, want.ServerErrors = 27, 5, 8, 9
		want.BytesIn, want.BytesOut = 110, 2012
		want.Latency = sketch(time.Millisecond, 5*time.Millisecond, time.Second, time.Second)
		got, err := kit.DB.Usage().Minutes(t.Context(), kit.Acme.ID, usage.Span{Since: testkit.Start, Until: testkit.Start.Add(time.Minute)})
		if diff := cmp.Diff([]usage.Minute{want, other}, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		if later, err := kit.DB.Usage().Minutes(t.Context(), kit.Acme.ID, usage.Span{Since: testkit.Start.Add(time.Minute), Until: testkit.Start.Add(time.Hour)}); err != nil || len(later) != 0 {
			t.Errorf("minutes outside the span: %v, %v", later, err)
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
		got, err := kit.DB.Usage().Minutes(t.Context(), kit.Acme.ID, usage.Span{Since: testkit.Start, Until: testkit.Start.Add(time.Minute)})
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

func TestSpentListsTheLaterWindows(t *testing.T) {
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

func TestCallsTodayCountTheUTCDay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		midnight := testkit.Start.Truncate(24 * time.Hour)
		yesterday, today, tonight, theirs := someMinute(kit), someMinute(kit), someMinute(kit), someMinute(kit)
		today.Subscription, tonight.Subscription = yesterday.Subscription, yesterday.Subscription
		tomorrow := today // counted by a node whose clock is ahead
		tomorrow.At = midnight.Add(24 * time.Hour)
		yesterday.At, today.At, tonight.At = midnight.Add(-time.Minute), midnight, midnight.Add(24*time.Hour-time.Minute)
		theirs.Team = kit.Globex.ID
		if err := kit.Usage.Record(t.Context(), []usage.Minute{yesterday, today, tonight, tomorrow, theirs}, nil); err != nil {
			t.Fatal(err)
		}
		calls, err := kit.Usage.Calls(kit.As(kit.Viewer), kit.Acme.ID, usage.Today(testkit.Start))
		if diff := cmp.Diff(map[access.SubscriptionID]int64{today.Subscription: 14}, calls); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestMergedLatenciesKeepTheirQuantiles(t *testing.T) {
	var times []time.Duration
	for i := range 1000 {
		times = append(times, time.Duration(i+1)*time.Millisecond)
	}
	merged, err := usage.MergeLatency(sketch(times[:300]...), sketch(times[300:]...))
	if err != nil {
		t.Fatal(err)
	}
	read, err := ddsketch.DecodeDDSketch(merged, store.SparseStoreConstructor, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.GetValuesAtQuantiles([]float64{0.5, 0.99}); err != nil || got[0] < 490 || got[0] > 510 || got[1] < 970 || got[1] > 1010 {
		t.Errorf("median and 99th of 1..1000 ms: %v, %v", got, err)
	}
	if _, err := usage.MergeLatency(sketch(time.Second), []byte("invalid")); err == nil {
		t.Error("an invalid sketch was merged")
	}
	if got, err := usage.MergeLatency(nil, nil); err != nil || len(got) != 0 {
		t.Errorf("merging two empty sketches: %v, %v", got, err)
	}
}
