package limit

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// ledger stores quotas, as the usage store does.
type ledger struct {
	mu    sync.Mutex
	down  bool
	reads int
	spent map[usage.QuotaKey][]usage.Spent
}

var errDown = errors.New("the store is down")

func (l *ledger) Spent(_ context.Context, key usage.QuotaKey, since time.Time) ([]usage.Spent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return nil, errDown
	}
	l.reads++
	return slices.DeleteFunc(slices.Clone(l.spent[key]), func(spent usage.Spent) bool { return spent.Start.Before(since) }), nil
}

func (l *ledger) add(increments []usage.Increment) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.spent == nil {
		l.spent = map[usage.QuotaKey][]usage.Spent{}
	}
	for _, increment := range increments {
		windows := l.spent[increment.Key]
		at, found := slices.BinarySearchFunc(windows, increment.Start, func(s usage.Spent, start time.Time) int { return s.Start.Compare(start) })
		if !found {
			windows = slices.Insert(windows, at, usage.Spent{Start: increment.Start})
		}
		windows[at].Used += increment.Add
		l.spent[increment.Key] = windows
	}
}

// flush stores a limiter's counts.
func (l *ledger) flush(limiter *Limiter, now time.Time) {
	increments := unstored(limiter)
	l.add(increments)
	limiter.Stored(context.Background(), increments, true, now)
}

// unstored lists what a limiter counted and the store does not have.
func unstored(limiter *Limiter) (increments []usage.Increment) {
	for _, quota := range limiter.quotas {
		for _, c := range quota.counts {
			if c.pending != 0 {
				increments = append(increments, usage.Increment{Key: quota.key, Start: c.start, Add: c.pending})
			}
		}
	}
	return increments
}

var start = time.Date(2026, time.March, 10, 9, 30, 0, 0, time.UTC)

func rateOf(amount int64, length time.Duration) plan.Limit {
	return plan.Limit{Meter: plan.Calls, Amount: amount, Window: plan.Window{Kind: plan.Rate, Length: length}}
}

func quotaOf(kind plan.WindowKind, amount int64, length time.Duration) plan.Limit {
	return plan.Limit{Meter: plan.Calls, Amount: amount, Window: plan.Window{Kind: kind, Length: length}}
}

func take(t interface{ Fatal(...any) }, limit *Limit, now time.Time) Decision {
	decision, err := limit.Take(context.Background(), now)
	if err != nil {
		t.Fatal(err)
	}
	return decision
}

// taken returns how many of the tries succeed.
func taken(t *testing.T, limit *Limit, tries int, now time.Time) (count int) {
	for range tries {
		if take(t, limit, now).OK {
			count++
		}
	}
	return count
}

func TestRate(t *testing.T) {
	limit := New(&ledger{}).Limit("team:x", rateOf(10, time.Second))
	first := take(t, limit, start)
	if first != (Decision{OK: true, Remaining: 9, Reset: 100 * time.Millisecond}) {
		t.Errorf("the first call: %+v", first)
	}
	if n := taken(t, limit, 20, start); n != 9 {
		t.Errorf("a burst of %d; want 10", n+1)
	}
	if refused := take(t, limit, start); refused != (Decision{Reset: time.Second, Retry: 100 * time.Millisecond}) {
		t.Errorf("the call beyond the limit: %+v", refused)
	}
	if n := taken(t, limit, 20, start.Add(250*time.Millisecond)); n != 2 {
		t.Errorf("%d calls after a quarter of the window; want 2", n)
	}
	if n := taken(t, limit, 20, start.Add(time.Hour)); n != 10 {
		t.Errorf("a burst of %d after an hour; want 10", n)
	}
	if n := taken(t, New(&ledger{}).Limit("team:x", rateOf(0, time.Second)), 3, start); n != 0 {
		t.Errorf("%d calls succeed under a limit of zero", n)
	}
}

// TestRateIsABucketThatRefills compares the rate with a naive model: a bucket of amount tokens that refills
// continuously, in exact arithmetic.
func TestRateIsABucketThatRefills(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(1, 20).Draw(t, "amount")
		length := time.Duration(rapid.Int64Range(1, 300).Draw(t, "length")*amount) * time.Millisecond // an interval that divides evenly
		limit := New(&ledger{}).Limit("x", rateOf(amount, length))
		tokens, now := big.NewRat(amount, 1), start
		for _, step := range rapid.SliceOfN(rapid.Int64Range(0, 2*int64(length)/amount), 1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(step))
			tokens.Add(tokens, new(big.Rat).Mul(big.NewRat(step, 1), big.NewRat(amount, int64(length))))
			if tokens.Cmp(big.NewRat(amount, 1)) > 0 {
				tokens.SetInt64(amount)
			}
			want := tokens.Cmp(big.NewRat(1, 1)) >= 0
			if want {
				tokens.Sub(tokens, big.NewRat(1, 1))
			}
			if got := take(t, limit, now); got.OK != want {
				t.Fatalf("at %s: got %+v; the model says %v with %s tokens left", now.Sub(start), got, want, tokens.FloatString(6))
			}
		}
	})
}

func TestConcurrentCallsDoNotExceedTheRate(t *testing.T) {
	limit := New(&ledger{}).Limit("x", rateOf(100, time.Second))
	var passed atomic.Int64
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 100 {
				if decision, _ := limit.Take(context.Background(), start); decision.OK {
					passed.Add(1)
				}
			}
		})
	}
	callers.Wait()
	if passed.Load() != 100 {
		t.Errorf("%d passed; want 100", passed.Load())
	}
}

func TestSubjectsAreCountedTogether(t *testing.T) {
	limiter := New(&ledger{})
	one, other := limiter.Limit("team:x", rateOf(10, time.Second)), limiter.Limit("team:x", rateOf(10, time.Second))
	if n := taken(t, one, 6, start) + taken(t, other, 6, start); n != 10 {
		t.Errorf("%d calls of one subject; want 10", n)
	}
	if n := taken(t, limiter.Limit("team:y", rateOf(10, time.Second)), 20, start); n != 10 {
		t.Errorf("%d calls of another subject; want 10", n)
	}
	if n := taken(t, limiter.Limit("team:x", rateOf(10, time.Minute)), 20, start); n != 10 {
		t.Errorf("%d calls over another window; want 10", n)
	}
}

func TestGiveBack(t *testing.T) {
	limiter := New(&ledger{})
	for name, bound := range map[string]plan.Limit{"rate": rateOf(3, time.Second), "quota": quotaOf(plan.Month, 3, 0)} {
		limit := limiter.Limit(name, bound)
		taken(t, limit, 2, start)
		limit.GiveBack(take(t, limit, start))
		if n := taken(t, limit, 3, start); n != 1 {
			t.Errorf("%s: %d calls succeed; want one, which was given back", name, n)
		}
	}
}

// TestGiveBackChangesOnlyItsOwnWindow gives back a use of a window that has ended in the meantime.
func TestGiveBackChangesOnlyItsOwnWindow(t *testing.T) {
	limiter := New(&ledger{})
	limit := limiter.Limit("x", quotaOf(plan.Day, 3, 0))
	first := take(t, limit, start)
	taken(t, limit, 1, start.Add(time.Hour))
	limit.GiveBack(first)
	want := usage.Increment{Key: usage.QuotaKey{Subject: "x", Meter: "calls", Window: "day"}, Start: start.Add(time.Hour).Truncate(time.Hour), Add: 1}
	if got := unstored(limiter); !slices.Equal(got, []usage.Increment{want}) {
		t.Errorf("to store: %+v", got)
	}
}

// TestSweepForgetsNothingThatCounts checks that limits in use survive a sweep.
func TestSweepForgetsNothingThatCounts(t *testing.T) {
	book := &ledger{}
	limiter := New(book)
	rate, quota := limiter.Limit("x", rateOf(10, time.Second)), limiter.Limit("x", quotaOf(plan.Month, 10, 0))
	taken(t, rate, 4, start)
	taken(t, quota, 4, start)
	limiter.Sweep(start)
	if n := taken(t, rate, 20, start); n != 6 {
		t.Errorf("%d of the rate were left; want 6", n)
	}
	later := start.Add(retireAfter + time.Second)
	limiter.Sweep(later) // not sent yet
	book.flush(limiter, later)
	limiter.Sweep(later) // read just now
	if len(limiter.quotas) != 1 || len(limiter.buckets) != 0 {
		t.Errorf("%d quotas and %d rates are kept", len(limiter.quotas), len(limiter.buckets))
	}
	later = later.Add(retireAfter)
	limiter.Sweep(later)
	if len(limiter.quotas) != 0 {
		t.Error("an idle quota is kept")
	}
	if n := taken(t, quota, 20, later); n != 6 {
		t.Errorf("%d of the quota were left; want 6", n)
	}
	if n := taken(t, rate, 20, later) + taken(t, limiter.Limit("x", rateOf(10, time.Second)), 20, later); n != 10 {
		t.Errorf("%d uses of the rate; want 10, shared with a limit created after the sweep", n)
	}
}

func TestQuotaWindows(t *testing.T) {
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	type use struct {
		at    string
		tries int
		want  int
		retry time.Duration // of the first refused use
	}
	for name, quota := range map[string]struct {
		limit plan.Limit
		uses  []use
	}{
		"month": {quotaOf(plan.Month, 5, 0), []use{
			{"2026-02-28T23:59:59Z", 3, 3, 0},
			{"2026-02-28T23:59:59.999999Z", 3, 2, time.Microsecond},
			{"2026-03-01T00:00:00Z", 6, 5, 31 * 24 * time.Hour},
			{"2026-03-31T23:59:59Z", 1, 0, time.Second},
			{"2026-04-01T00:00:00Z", 1, 1, 0},
		}},
		"rolling day": {quotaOf(plan.Day, 5, 0), []use{
			{"2026-03-10T09:30:00Z", 2, 2, 0},
			{"2026-03-10T12:00:00Z", 4, 3, 22 * time.Hour}, // when all uses of the hour from nine are a day old
			{"2026-03-11T09:30:00Z", 1, 0, 30 * time.Minute},
			{"2026-03-11T09:59:59.999999Z", 1, 0, time.Microsecond},
			{"2026-03-11T10:00:00Z", 3, 2, 3 * time.Hour},
			{"2026-03-11T13:00:00Z", 5, 3, 22 * time.Hour},
		}},
		"seconds from first use": {quotaOf(plan.Seconds, 3, time.Minute), []use{
			{"2026-03-10T09:30:10Z", 1, 1, 0},
			{"2026-03-10T09:30:40Z", 3, 2, 30 * time.Second},
			{"2026-03-10T09:31:09.999999Z", 1, 0, time.Microsecond},
			{"2026-03-10T09:31:10Z", 4, 3, time.Minute},
			{"2026-03-10T11:00:30Z", 4, 3, time.Minute},
		}},
		"of nothing": {quotaOf(plan.Month, 0, 0), []use{{"2026-03-01T00:00:00Z", 1, 0, 31 * 24 * time.Hour}}},
	} {
		for _, restarts := range []bool{false, true} { // a node that restarts reads the stored state
			book := &ledger{}
			limiter := New(book)
			for _, use := range quota.uses {
				now, got := at(use.at), 0
				if restarts {
					book.flush(limiter, now)
					limiter = New(book)
				}
				limit := limiter.Limit("x", quota.limit)
				for range use.tries {
					decision := take(t, limit, now)
					if decision.OK {
						got++
					} else if decision.Retry != use.retry {
						t.Errorf("%s: at %s Retry of a refused call is %s; want %s", name, use.at, decision.Retry, use.retry)
					}
				}
				if got != use.want {
					t.Errorf("%s (restarts: %v): %d passed at %s; want %d", name, restarts, got, use.at, use.want)
				}
			}
		}
	}
}

// TestNoDayHoldsMore checks every 24 hours of a random day's uses.
func TestNoDayHoldsMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const amount = 5
		limit := New(&ledger{}).Limit("x", quotaOf(plan.Day, amount, 0))
		var passed []time.Time
		now := start
		for _, minutes := range rapid.SliceOfN(rapid.IntRange(0, 600), 1, 60).Draw(t, "minutes between uses") {
			now = now.Add(time.Duration(minutes) * time.Minute)
			if take(t, limit, now).OK {
				passed = append(passed, now)
			}
			if n := len(passed); n > amount && passed[n-1].Sub(passed[n-1-amount]) < 24*time.Hour {
				t.Fatalf("%d uses within 24 hours until %s", amount+1, now)
			}
		}
	})
}

func TestQuotaIsReadOnceAndStoredOnce(t *testing.T) {
	book := &ledger{}
	limiter := New(book)
	limit := limiter.Limit("x", quotaOf(plan.Month, 100, 0))
	taken(t, limit, 10, start)
	if book.reads != 1 {
		t.Errorf("%d reads", book.reads)
	}
	sent := unstored(limiter)
	taken(t, limit, 5, start) // while the others are stored
	book.add(sent)
	limiter.Stored(t.Context(), sent, true, start)
	book.flush(limiter, start)
	book.flush(limiter, start)
	if spent := book.spent[usage.QuotaKey{Subject: "x", Meter: "calls", Window: "month"}]; len(spent) != 1 || spent[0].Used != 15 {
		t.Errorf("the store has %+v; want 15", spent)
	}
	if got := take(t, limit, start); got.Remaining != 84 {
		t.Errorf("%+v; want 84 remaining", got)
	}
}

func TestQuotasOfSeveralNodesConverge(t *testing.T) {
	book := &ledger{}
	one, other := New(book), New(book)
	limit, theirs := one.Limit("x", quotaOf(plan.Month, 100, 0)), other.Limit("x", quotaOf(plan.Month, 100, 0))
	taken(t, limit, 30, start)
	taken(t, theirs, 50, start)
	book.flush(one, start)
	later := start.Add(rereadEvery)
	book.flush(other, later)
	taken(t, limit, 1, later)
	book.flush(one, later)
	if n := taken(t, limit, 100, later); n != 19 {
		t.Errorf("%d uses are left on this node; want 19", n)
	}
}

func TestQuotaThatCannotBeReadRefusesEveryCall(t *testing.T) {
	book := &ledger{down: true}
	limit := New(book).Limit("x", quotaOf(plan.Month, 100, 0))
	if _, err := limit.Take(t.Context(), start); !errors.Is(err, errDown) {
		t.Errorf("%v", err)
	}
	book.down = false
	if n := taken(t, limit, 1, start); n != 1 {
		t.Error("the quota is not read again")
	}
}
