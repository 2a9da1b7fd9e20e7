package meter

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/portico-api/portico/internal/usage"
)

var start = time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)

var (
	production = Key{Environment: "production"}
	withoutID  = cmpopts.IgnoreFields(usage.Minute{}, "Team", "Application", "Subscription", "Credential", "Version")
)

func sketch(times ...time.Duration) []byte {
	var latencies usage.Latencies
	for _, took := range times {
		latencies.Add(took)
	}
	return latencies.Encode()
}

func TestRecord(t *testing.T) {
	meter := New()
	series := meter.Series(production)
	for _, call := range []Call{
		{Began: start.Add(20 * time.Second), Took: time.Millisecond, Status: 200, Forwarded: true, BytesIn: 10, BytesOut: 100},
		{Began: start.Add(10 * time.Second), Took: time.Second, Status: 503, Forwarded: true, BytesOut: 1},
		{Began: start.Add(15 * time.Second), Took: time.Microsecond, Status: 429, Limited: true},
		{Began: start.Add(70 * time.Second), Took: time.Microsecond, Status: 404, Forwarded: true},
		{Began: start.Add(59 * time.Second), Took: time.Minute, Status: 101, Forwarded: true}, // ended in the next minute
	} {
		if !meter.Series(production).Record(call) {
			t.Fatal("refused")
		}
	}
	if meter.Series(production) != series || meter.Waiting() != 1 {
		t.Error("one key has two series")
	}
	want := []usage.Minute{
		{
			At: start, Environment: "production", Calls: 4, Limited: 1, ClientErrors: 1, ServerErrors: 1, BytesIn: 10, BytesOut: 101,
			LastAt: start.Add(59 * time.Second), Latency: sketch(time.Millisecond, time.Second, time.Minute),
		},
		{At: start.Add(time.Minute), Environment: "production", Calls: 1, ClientErrors: 1, LastAt: start.Add(70 * time.Second), Latency: sketch(time.Microsecond)},
	}
	if diff := cmp.Diff(want, meter.Drain(10).Minutes, withoutID); diff != "" {
		t.Error(diff)
	}
}

func TestNothingIsCountedTwice(t *testing.T) {
	meter := New()
	count := func() {
		meter.Series(production).Record(Call{Began: start, Took: time.Millisecond, Status: 200, Forwarded: true})
	}
	count()
	first := meter.Drain(10)
	count()
	first.Settle(true)
	second := meter.Drain(10)
	second.Settle(true)
	if again := meter.Drain(10); len(again.Minutes) != 0 {
		t.Errorf("drained again: %+v", again.Minutes)
	}
	count() // into reused memory
	third := meter.Drain(10)
	for _, batch := range []*Batch{first, second, third} {
		if len(batch.Minutes) != 1 || batch.Minutes[0].Calls != 1 || !cmp.Equal(batch.Minutes[0].Latency, sketch(time.Millisecond)) {
			t.Errorf("drained %+v", batch.Minutes)
		}
	}
}

func TestWhatIsNotStoredIsKept(t *testing.T) {
	meter := New()
	series := meter.Series(production)
	for minute := range 3 * maxMinutes { // nothing can be stored
		series.Record(Call{Began: start.Add(time.Duration(minute) * time.Minute), Took: time.Millisecond, Status: 200, Forwarded: true})
		meter.Drain(10).Settle(false)
	}
	if n := len(series.minutes); n != maxMinutes {
		t.Errorf("%d minutes are kept apart", n)
	}
	batch := meter.Drain(10)
	var calls int64
	var latencies []byte
	for _, minute := range batch.Minutes {
		calls += minute.Calls
		latencies, _ = usage.MergeLatency(latencies, minute.Latency)
	}
	var all []time.Duration
	for range 3 * maxMinutes {
		all = append(all, time.Millisecond)
	}
	if calls != 3*maxMinutes || !cmp.Equal(latencies, sketch(all...)) {
		t.Errorf("%d calls are left of %d", calls, 3*maxMinutes)
	}
}

func TestDrainsThoseThatWaitLongest(t *testing.T) {
	meter := New()
	for _, environment := range []string{"a", "b", "c"} {
		meter.Series(Key{Environment: environment}).Record(Call{Began: start, Status: 200})
	}
	first := meter.Drain(2)
	meter.Series(Key{Environment: "a"}).Record(Call{Began: start, Status: 200})
	first.Settle(true)
	second := meter.Drain(2)
	var order []string
	for _, minute := range append(first.Minutes, second.Minutes...) {
		order = append(order, minute.Environment)
	}
	if diff := cmp.Diff([]string{"a", "b", "c", "a"}, order); diff != "" {
		t.Error(diff)
	}
}

func TestSweptSeriesAreReplaced(t *testing.T) {
	meter := New()
	series := meter.Series(production)
	series.Record(Call{Began: start, Status: 200})
	meter.Sweep(start.Add(time.Hour))
	if !series.Record(Call{Began: start, Status: 200}) {
		t.Fatal("swept with counts that were not drained")
	}
	meter.Drain(10).Settle(true)
	meter.Sweep(start.Add(idleAfter - time.Second))
	if !series.Record(Call{Began: start, Status: 200}) {
		t.Fatal("swept although it was in use")
	}
	meter.Drain(10).Settle(true)
	meter.Sweep(start.Add(idleAfter))
	if series.Record(Call{Began: start, Status: 200}) || len(meter.series) != 0 {
		t.Error("an idle series is kept")
	}
	if !meter.Series(production).Record(Call{Began: start, Status: 200}) {
		t.Error("no series took its place")
	}
}

// TestNothingIsLost counts from many goroutines while another drains, fails to store and sweeps.
func TestNothingIsLost(t *testing.T) {
	meter := New()
	var stored int64
	drain := func(arrived bool) {
		batch := meter.Drain(3)
		if arrived {
			for _, minute := range batch.Minutes {
				stored += minute.Calls
			}
		}
		batch.Settle(arrived)
	}
	var callers sync.WaitGroup
	for caller := range 4 {
		callers.Go(func() {
			for i := range 1000 {
				call := Call{Began: start.Add(time.Duration(i) * time.Second), Status: 200, Forwarded: true}
				for !meter.Series(Key{Environment: string(rune('a' + caller))}).Record(call) {
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { callers.Wait(); close(done) }()
	for i := 0; ; i++ {
		drain(i%3 != 0)
		meter.Sweep(start.Add(time.Duration(i) * time.Hour))
		select {
		case <-done:
			for meter.Waiting() > 0 {
				drain(true)
			}
			if stored != 4000 {
				t.Errorf("%d of 4000 calls were stored", stored)
			}
			return
		default:
		}
	}
}
