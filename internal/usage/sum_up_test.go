package usage_test

import (
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

// requests returns how many calls of Acme an analysis counts in the day that begins at the kit's start.
func requests(t *testing.T, kit *testkit.Kit) int {
	t.Helper()
	since := testkit.Start.Truncate(24 * time.Hour)
	result, err := kit.Usage.Analyse(kit.As(kit.Viewer), usage.Query{
		Since: since, Until: since.Add(24*time.Hour - time.Second), Metrics: []usage.Metric{usage.Requests},
	})
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, row := range result.Rows {
		total += int(row.Figures[usage.Requests])
	}
	return total
}

func rollUp(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	if err := kit.Usage.RollUp(kit.As(identity.SystemPrincipal("test"))); err != nil {
		t.Error(err)
	}
}

// TestCallsRecordedDuringASumAreCounted records late calls between the claim of an hour and the end of its sum.
func TestCallsRecordedDuringASumAreCounted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		record := func() {
			if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{someCount(kit)}}); err != nil {
				t.Fatal(err)
			}
		}
		record()
		kit.Clock.Advance(2 * time.Hour)
		sums := kit.DB.Usage()
		ever := usage.Span{Until: kit.Clock.Now()}
		mark, found, err := sums.ClaimMark(t.Context(), usage.Hour, ever, kit.Clock.Now().Add(time.Minute))
		if err != nil || !found {
			t.Fatal(found, err)
		}
		if _, found, err := sums.ClaimMark(t.Context(), usage.Hour, ever, kit.Clock.Now().Add(time.Minute)); err != nil || found {
			t.Error("another node claims the hour", err)
		}
		record()
		if err := sums.SumUp(t.Context(), mark); err != nil {
			t.Fatal(err)
		}
		if kit.Rows(t, "usage_mark WHERE grain = 1") != 1 {
			t.Error("the hour lost the mark of the late calls")
		}
		rollUp(t, kit)
		if got := requests(t, kit); got != 14 {
			t.Errorf("%d requests, want 14", got)
		}
		kit.Clock.Advance(24 * time.Hour)
		rollUp(t, kit)
		if marks := kit.Rows(t, "usage_mark"); marks != 0 || kit.Rows(t, "usage_day_count") == 0 {
			t.Errorf("%d marks are left, %d sums of days", marks, kit.Rows(t, "usage_day_count"))
		}
		if got := requests(t, kit); got != 14 {
			t.Errorf("%d requests after a day, want 14", got)
		}
	})
}

// TestALostClaimWritesNothing lets another node claim an hour whose first node was too slow.
func TestALostClaimWritesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{someCount(kit)}}); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(2 * time.Hour)
		slow, found, err := kit.DB.Usage().ClaimMark(t.Context(), usage.Hour, usage.Span{Until: kit.Clock.Now()}, kit.Clock.Now().Add(time.Minute))
		if err != nil || !found {
			t.Fatal(found, err)
		}
		kit.Clock.Advance(time.Minute)
		if _, found, err := kit.DB.Usage().ClaimMark(t.Context(), usage.Hour, usage.Span{Until: kit.Clock.Now()}, kit.Clock.Now().Add(time.Minute)); err != nil || !found {
			t.Fatal("the claim does not expire", err)
		}
		if err := kit.DB.Usage().SumUp(t.Context(), slow); err != nil {
			t.Fatal(err)
		}
		if kit.Rows(t, "usage_mark") != 1 || kit.Rows(t, "usage_hour_count") != 0 {
			t.Error("the first node goes on without its claim")
		}
	})
}

// TestNodesSumUpTogether lets nodes record and sum up the same hours at once.
func TestNodesSumUpTogether(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		count := someCount(kit)
		kit.Clock.Advance(30 * time.Hour)
		var nodes sync.WaitGroup
		for range 3 {
			node := kit.Another(t)
			nodes.Go(func() {
				for hour := range 8 {
					later := count
					later.At = count.At.Add(time.Duration(hour) * time.Hour)
					if err := node.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{later}, Spreads: []usage.Spread{spreadOf(later, 1)}}); err != nil {
						t.Error(err)
					}
					rollUp(t, node)
				}
			})
		}
		nodes.Wait()
		rollUp(t, kit)
		if got, want := requests(t, kit), 3*8*7; got != want || kit.Rows(t, "usage_mark") != 0 {
			t.Errorf("%d requests, want %d; %d marks are left", got, want, kit.Rows(t, "usage_mark"))
		}
	})
}

func TestOnlyTheProductSumsUp(t *testing.T) {
	kit := testkit.New(t)
	for _, principal := range []identity.Principal{kit.Owner, kit.Support} {
		if err := kit.Usage.RollUp(kit.As(principal)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", principal.Name, err)
		}
	}
}
