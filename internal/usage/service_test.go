package usage_test

import (
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

func sketch(values ...float64) []byte {
	var sketch usage.Sketch
	for _, value := range values {
		sketch.Add(value)
	}
	return sketch.Encode()
}

// someCount returns a minute in which Acme made seven calls with a new credential.
func someCount(kit *testkit.Kit) usage.Count {
	return usage.Count{
		Series: usage.Series{
			Team: kit.Acme.ID, Application: id.New[access.ApplicationID](testkit.Start),
			Subscription: id.New[access.SubscriptionID](testkit.Start), Credential: id.New[access.CredentialID](testkit.Start),
			Version: id.New[catalog.VersionID](testkit.Start), Environment: "production", Operation: "list-things",
		},
		At: testkit.Start, Status: 200, Requests: 7, Forwarded: 7, BytesIn: 100, BytesOut: 2000,
	}
}

// spreadOf returns the latencies of the calls of a count.
func spreadOf(count usage.Count, latencies ...float64) usage.Spread {
	series := count.Series
	series.Subscription, series.Credential = access.SubscriptionID{}, access.CredentialID{}
	return usage.Spread{Series: series, At: count.At, Status: count.Status, Latency: sketch(latencies...), ResponseSize: sketch(1)}
}

func TestRecordMerges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		first := someCount(kit)
		second := first
		second.Requests, second.Forwarded, second.BytesIn, second.BytesOut = 10, 8, 5, 6
		limited, sandbox := first, first
		limited.Status, limited.Forwarded = 429, 0
		sandbox.Environment = "sandbox"
		used := func(seconds int, address string) usage.Use {
			return usage.Use{Credential: first.Credential, Address: address, At: testkit.Start.Add(time.Duration(seconds) * time.Second)}
		}
		// In one batch and in separate ones, because both occur.
		for _, batch := range []usage.Batch{
			{
				Counts:  []usage.Count{first, second, limited, sandbox},
				Spreads: []usage.Spread{spreadOf(first, 1, 5), spreadOf(first, 1000), spreadOf(limited, 2)},
				Uses:    []usage.Use{used(30, "192.0.2.1"), used(40, "192.0.2.1"), used(35, "192.0.2.2")},
			},
			{Counts: []usage.Count{second}, Spreads: []usage.Spread{spreadOf(second, 1000)}, Uses: []usage.Use{used(10, "192.0.2.1")}},
		} {
			if err := kit.Usage.Record(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
		}
		want := first
		want.Requests, want.Forwarded, want.BytesIn, want.BytesOut = 27, 23, 110, 2012
		minute := usage.Span{Since: testkit.Start, Until: testkit.Start.Add(time.Minute)}
		got, err := kit.DB.Usage().Counts(t.Context(), kit.Acme.ID, minute)
		if diff := cmp.Diff([]usage.Count{want, limited, sandbox}, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		spreads, err := kit.DB.Usage().Spreads(t.Context(), kit.Acme.ID, minute)
		merged := spreadOf(first, 1, 5, 1000, 1000)
		merged.ResponseSize = sketch(1, 1, 1)
		if diff := cmp.Diff([]usage.Spread{merged, spreadOf(limited, 2)}, spreads); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		after := usage.Span{Since: minute.Until, Until: testkit.Start.Add(time.Hour)}
		if later, err := kit.DB.Usage().Counts(t.Context(), kit.Acme.ID, after); err != nil || len(later) != 0 {
			t.Errorf("counts outside the span: %v, %v", later, err)
		}
		last, err := kit.DB.Usage().LastUsed(t.Context(), []access.CredentialID{first.Credential, id.New[access.CredentialID](testkit.Start)})
		if diff := cmp.Diff(map[access.CredentialID]time.Time{first.Credential: testkit.Start.Add(40 * time.Second)}, last); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

// TestRecordLosesNothing lets several nodes count the same minute and quota at once.
func TestRecordLosesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		count := someCount(kit)
		quota := usage.QuotaKey{Subject: "team:x", Meter: "calls", Window: "month"}
		batch := usage.Batch{
			Counts: []usage.Count{count}, Spreads: []usage.Spread{spreadOf(count, 1)},
			Increments: []usage.Increment{{Key: quota, Start: testkit.Start, Add: 2}},
		}
		var nodes sync.WaitGroup
		for range 4 {
			node := kit.Another(t)
			nodes.Go(func() {
				for range 5 {
					if err := node.Usage.Record(t.Context(), batch); err != nil {
						t.Error(err)
					}
				}
			})
		}
		nodes.Wait()
		minute := usage.Span{Since: testkit.Start, Until: testkit.Start.Add(time.Minute)}
		got, err := kit.DB.Usage().Counts(t.Context(), kit.Acme.ID, minute)
		if err != nil || len(got) != 1 || got[0].Requests != 20*count.Requests {
			t.Fatalf("%v %+v", err, got)
		}
		spreads, err := kit.DB.Usage().Spreads(t.Context(), kit.Acme.ID, minute)
		if err != nil || len(spreads) != 1 {
			t.Fatal(err, spreads)
		}
		var latency usage.Sketch
		if err := latency.Merge(spreads[0].Latency); err != nil || latency.Count() != 20 {
			t.Errorf("latencies were lost: %d, %v", latency.Count(), err)
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
		err := kit.Usage.Record(t.Context(), usage.Batch{Increments: []usage.Increment{
			{Key: key, Start: hour(2), Add: 3}, {Key: key, Start: hour(0), Add: 1}, {Key: key, Start: hour(1), Add: 2},
			{Key: key, Start: hour(2), Add: -1}, {Key: other, Start: hour(1), Add: 50},
		}})
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
		yesterday, today, tonight, theirs := someCount(kit), someCount(kit), someCount(kit), someCount(kit)
		today.Subscription, tonight.Subscription = yesterday.Subscription, yesterday.Subscription
		tomorrow := today // counted by a node whose clock is ahead
		tomorrow.At = midnight.Add(24 * time.Hour)
		yesterday.At, today.At, tonight.At = midnight.Add(-time.Minute), midnight, midnight.Add(24*time.Hour-time.Minute)
		theirs.Team = kit.Globex.ID
		if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{yesterday, today, tonight, tomorrow, theirs}}); err != nil {
			t.Fatal(err)
		}
		calls, err := kit.Usage.Calls(kit.As(kit.Viewer), kit.Acme.ID, usage.Today(testkit.Start))
		if diff := cmp.Diff(map[access.SubscriptionID]int64{today.Subscription: 14}, calls); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func TestMergedSketchesKeepTheirQuantiles(t *testing.T) {
	var values []float64
	for i := range 1000 {
		values = append(values, float64(i+1))
	}
	encoded, err := usage.MergeSketches(sketch(values[:300]...), sketch(values[300:]...))
	if err != nil {
		t.Fatal(err)
	}
	var merged usage.Sketch
	if err := merged.Merge(encoded); err != nil || merged.Count() != 1000 {
		t.Fatal(err, merged.Count())
	}
	for share, want := range map[float64]float64{0.5: 500, 0.95: 950, 0.99: 990} {
		if got := merged.Quantile(share); math.Abs(got-want) > want*0.011 {
			t.Errorf("quantile %v of 1 to 1000: %v", share, got)
		}
	}
	if _, err := usage.MergeSketches(sketch(1), []byte("invalid")); err == nil {
		t.Error("an invalid sketch was merged")
	}
	if got, err := usage.MergeSketches(nil, nil); err != nil || len(got) != 0 {
		t.Errorf("merging two empty sketches: %v, %v", got, err)
	}
}

// TestNoRecordIsCountedTwice repeats batches of a ledger, as a gateway does that got no answer to its COMMIT.
func TestNoRecordIsCountedTwice(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		count := someCount(kit)
		count.Requests = 1
		quota := usage.QuotaKey{Subject: "team:x", Meter: "calls", Window: "month"}
		for i, step := range []struct {
			ledger   string
			from, to int64
			want     error
			position int64
		}{
			{"a", 100, 200, nil, 200},
			{"a", 100, 200, usage.ErrCounted, 200},
			{"a", 150, 300, usage.ErrCounted, 200},
			{"a", 300, 400, usage.ErrCounted, 200},
			{"a", 200, 300, nil, 300},
			{"b", 0, 100, nil, 100},
		} {
			err := kit.Usage.Record(t.Context(), usage.Batch{
				Ledger: step.ledger, From: step.from, To: step.to, Counts: []usage.Count{count}, Spreads: []usage.Spread{spreadOf(count, 1)},
				Increments: []usage.Increment{{Key: quota, Start: testkit.Start, Add: 1}},
			})
			if !errors.Is(err, step.want) {
				t.Errorf("step %d: %v", i, err)
			}
			if position, known, err := kit.Usage.LedgerPosition(t.Context(), step.ledger); err != nil || !known || position != step.position {
				t.Errorf("step %d: position %d, %v, %v", i, position, known, err)
			}
		}
		minute := usage.Span{Since: testkit.Start, Until: testkit.Start.Add(time.Minute)}
		if got, err := kit.DB.Usage().Counts(t.Context(), kit.Acme.ID, minute); err != nil || len(got) != 1 || got[0].Requests != 3 {
			t.Errorf("%+v, %v", got, err)
		}
		if spent, err := kit.Usage.Spent(t.Context(), quota, testkit.Start); err != nil || len(spent) != 1 || spent[0].Used != 3 {
			t.Errorf("%+v, %v", spent, err)
		}
		if _, known, err := kit.Usage.LedgerPosition(t.Context(), "new"); known || err != nil {
			t.Error(known, err)
		}
	})
}
