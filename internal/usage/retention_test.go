package usage_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
	"github.com/portico-api/portico/internal/usage"
)

func forget(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	if err := kit.Usage.Forget(kit.As(identity.SystemPrincipal("test"))); err != nil {
		t.Fatal(err)
	}
}

// TestEachResolutionIsKeptForItsTime lets the counts of one minute grow old, and counts them at the resolution that is
// left.
func TestEachResolutionIsKeptForItsTime(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		count := someCount(kit)
		count.At = testkit.Start.Add(25 * time.Minute)
		if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{count}, Spreads: []usage.Spread{spreadOf(count, 5)}}); err != nil {
			t.Fatal(err)
		}
		const day = 24 * time.Hour
		tables := []string{"usage_count", "usage_spread", "usage_hour_count", "usage_hour_spread", "usage_day_count", "usage_day_spread"}
		for _, step := range []struct {
			after time.Duration
			left  string // which tables have rows
			// from is the start of the finest range that finds the call.
			from time.Time
		}{
			{90 * day, "111111", count.At},
			{day, "001111", count.At.Truncate(time.Hour)},
			{310 * day, "000011", count.At.Truncate(day)},
			{5*365*day - 401*day, "000011", count.At.Truncate(day)},
			{day, "000000", time.Time{}},
		} {
			kit.Clock.Advance(step.after)
			rollUp(t, kit)
			forget(t, kit)
			left := ""
			for _, table := range tables {
				if kit.Rows(t, table) > 0 {
					left += "1"
				} else {
					left += "0"
				}
			}
			if left != step.left {
				t.Errorf("after %s more, the tables with rows are %s, want %s", step.after, left, step.left)
			}
			if step.from.IsZero() {
				continue
			}
			for since, want := range map[time.Time]int{step.from: 1, step.from.Add(time.Minute): 0} {
				result, err := kit.Usage.Analyse(kit.As(kit.Viewer), usage.Query{
					Since: since, Until: since.Add(time.Minute), Metrics: []usage.Metric{usage.Requests, usage.LatencyP99},
				})
				if err != nil || len(result.Rows) != want || want == 1 && result.Rows[0].Figures[usage.Requests] != 7 {
					t.Errorf("%s after the call, from %s: %+v, %v", kit.Clock.Now().Sub(count.At), since, result.Rows, err)
				}
			}
		}
	})
}

func TestMinutesAreKeptUntilTheyAreSummedUp(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{someCount(kit)}}); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(1000 * 24 * time.Hour)
		forget(t, kit)
		if got := requests(t, kit); got != 7 || kit.Rows(t, "usage_count") != 1 {
			t.Errorf("%d requests, want 7", got)
		}
		rollUp(t, kit)
		forget(t, kit)
		if got := requests(t, kit); got != 7 || kit.Rows(t, "usage_count")+kit.Rows(t, "usage_hour_count") != 0 {
			t.Errorf("%d requests, want 7 of a day alone", got)
		}
	})
}

// TestLateCallsDoNotReplaceSums records calls of an hour whose minutes are deleted.
func TestLateCallsDoNotReplaceSums(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		count := someCount(kit)
		for _, calls := range []int64{7, 3} {
			count.Requests = calls
			if err := kit.Usage.Record(t.Context(), usage.Batch{Counts: []usage.Count{count}}); err != nil {
				t.Fatal(err)
			}
			kit.Clock.Advance(100 * 24 * time.Hour)
			rollUp(t, kit)
			forget(t, kit)
		}
		if got := requests(t, kit); got != 7 || kit.Rows(t, "usage_count") != 0 {
			t.Errorf("%d requests, want 7; %d minutes are left", got, kit.Rows(t, "usage_count"))
		}
	})
}

func TestSpentQuotasAreForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		const day = 24 * time.Hour
		now := testkit.Start.Add(usage.SpentKept) // what was over at the start is forgotten now
		month := time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)
		var batch usage.Batch
		for i, row := range []struct {
			window string
			start  time.Time
			left   bool
		}{
			{"month", month, true}, {"month", month.AddDate(0, -1, 0), false},
			{"day", testkit.Start.Add(-25 * time.Hour), true}, {"day", testkit.Start.Add(-26 * time.Hour), false},
			{"seconds:600", testkit.Start.Add(-10 * time.Minute), true}, {"seconds:600", testkit.Start.Add(-10*time.Minute - time.Second), false},
			{"seconds:8640000", testkit.Start.Add(-99 * day), true}, {"seconds:8640000", testkit.Start.Add(-101 * day), false},
		} {
			key := usage.QuotaKey{Subject: fmt.Sprint(i, " ", row.left), Meter: "calls", Window: row.window}
			batch.Increments = append(batch.Increments, usage.Increment{Key: key, Start: row.start, Add: 1})
		}
		if err := kit.Usage.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(now.Sub(testkit.Start))
		forget(t, kit)
		for i, increment := range batch.Increments {
			spent, err := kit.Usage.Spent(t.Context(), increment.Key, time.Time{})
			if want := increment.Key.Subject == fmt.Sprint(i, " true"); err != nil || (len(spent) == 1) != want {
				t.Errorf("%+v: %v, want it kept: %v (%v)", increment, spent, want, err)
			}
		}
	})
}

func TestOldAddressesAndLedgersAreForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		use := func() usage.Use {
			return usage.Use{Credential: id.New[access.CredentialID](testkit.Start), Address: "192.0.2.1", At: kit.Clock.Now()}
		}
		record := func(ledger string) {
			if err := kit.Usage.Record(t.Context(), usage.Batch{Ledger: ledger, To: 1, Uses: []usage.Use{use(), use()}}); err != nil {
				t.Fatal(err)
			}
		}
		record("a")
		kit.Clock.Advance(usage.AddressesKept)
		record("b")
		forget(t, kit)
		if kit.Rows(t, "usage_address") != 4 {
			t.Error("addresses are forgotten too early")
		}
		kit.Clock.Advance(time.Second)
		forget(t, kit)
		if kit.Rows(t, "usage_address") != 2 || kit.Rows(t, "usage_credential") != 4 || kit.Rows(t, "ledger") != 2 {
			t.Errorf("%d addresses, %d last uses, %d ledgers", kit.Rows(t, "usage_address"), kit.Rows(t, "usage_credential"), kit.Rows(t, "ledger"))
		}
		kit.Clock.Advance(usage.LedgersKept - usage.AddressesKept)
		forget(t, kit)
		if _, known, err := kit.Usage.LedgerPosition(t.Context(), "a"); known || err != nil || kit.Rows(t, "ledger") != 1 {
			t.Error("the ledger is not forgotten", err)
		}
	})
}

// TestManyRowsAreForgotten deletes more rows than fit one transaction.
func TestManyRowsAreForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var batch usage.Batch
		for i := range 2100 {
			key := usage.QuotaKey{Subject: fmt.Sprint(i), Meter: "calls", Window: "day"}
			batch.Increments = append(batch.Increments, usage.Increment{Key: key, Start: testkit.Start, Add: 1})
		}
		if err := kit.Usage.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		kit.Clock.Advance(usage.SpentKept + 48*time.Hour)
		forget(t, kit)
		if kit.Rows(t, "quota") != 0 {
			t.Errorf("%d quotas are left", kit.Rows(t, "quota"))
		}
	})
}

func TestOnlyTheProductForgets(t *testing.T) {
	kit := testkit.New(t)
	for _, principal := range []identity.Principal{kit.Owner, kit.Support} {
		if err := kit.Usage.Forget(kit.As(principal)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", principal.Name, err)
		}
	}
}

// TestUnusedSeriesAreForgotten lets all counts of one series grow old, while another one is called again.
func TestUnusedSeriesAreForgotten(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		gone, used := someCount(kit), someCount(kit)
		record := func(counts ...usage.Count) {
			t.Helper()
			for _, count := range counts {
				batch := usage.Batch{Counts: []usage.Count{count}, Spreads: []usage.Spread{spreadOf(count, 1)}}
				if err := kit.Usage.Record(t.Context(), batch); err != nil {
					t.Fatal(err)
				}
			}
		}
		record(gone, used)
		kit.Clock.Advance(2 * 24 * time.Hour)
		rollUp(t, kit)
		all := kit.Rows(t, "usage_series")
		kit.Clock.Advance(usage.DefaultRetention.Days)
		used.At = kit.Clock.Now()
		record(used)
		forget(t, kit)
		if left := kit.Rows(t, "usage_series"); all < 10 || left != 2 {
			t.Errorf("%d of %d series are left, want those of one key and its operation", left, all)
		}
		if counts, err := kit.DB.Usage().Counts(t.Context(), kit.Acme.ID, usage.Span{Until: kit.Clock.Now().Add(time.Minute)}); err != nil || len(counts) != 1 {
			t.Errorf("%+v, %v", counts, err)
		}
	})
}
