package meter

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/usage/ledger"
)

var start = time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)

var errLost = errors.New("no answer")

// answer says what becomes of a transaction and of its answer.
type answer int

const (
	stored answer = iota
	refused
	// lost is stored without an answer. late is stored without one too, but only when the next transaction begins.
	lost
	late
	answers
)

// book stores batches as the usage service does.
type book struct {
	positions map[string]int64
	requests  int64
	used      int64
	answer    answer
	inDoubt   *usage.Batch
	batches   int
}

func (b *book) LedgerPosition(_ context.Context, ledger string) (int64, bool, error) {
	position, known := b.positions[ledger]
	return position, known, nil
}

func (b *book) Record(_ context.Context, batch usage.Batch) error {
	if doubtful := b.inDoubt; doubtful != nil {
		b.inDoubt = nil
		b.add(*doubtful)
	}
	if position, known := b.positions[batch.Ledger]; known && position != batch.From {
		return usage.ErrCounted
	}
	b.batches++
	switch b.answer {
	case refused:
		return errLost
	case late:
		b.inDoubt = &batch
		return errLost
	}
	b.add(batch)
	if b.answer == lost {
		return errLost
	}
	return nil
}

func (b *book) add(batch usage.Batch) {
	b.positions[batch.Ledger] = batch.To
	for _, count := range batch.Counts {
		b.requests += count.Requests
	}
	for _, increment := range batch.Increments {
		b.used += increment.Add
	}
}

var charge = (&usage.Charge{Environment: "production", Quotas: []usage.QuotaKey{{Subject: "team:x", Meter: "calls", Window: "month"}}}).Encode()

func countOne(m *Meter, at time.Time) {
	m.Record(charge, &usage.Call{Began: at, Status: 200, Forwarded: true, Windows: []time.Time{start}})
}

// process is a meter with the count that its limiter has not seen stored.
type process struct {
	*Meter

	pending int64
}

func begin(folder string, into *book) *process {
	p := &process{}
	p.Meter = New(Config{
		Ledger: ledger.Open(folder), Usage: into, Now: func() time.Time { return start }, Logger: slog.New(slog.DiscardHandler),
		Stored: func(_ context.Context, increments []usage.Increment, own bool) {
			for _, increment := range increments {
				if own {
					p.pending -= increment.Add
				}
			}
		},
	})
	return p
}

// TestEachCallIsCountedOnce lets calls, flushes, lost answers and killed processes follow in any order.
func TestEachCallIsCountedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folder, err := os.MkdirTemp("", "meter")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder) //nolint:errcheck // a folder of the test
		into := &book{positions: map[string]int64{}}
		running := begin(folder, into)
		running.rows = 3
		var calls int64
		flush := func() error { return running.Flush(context.Background()) }
		t.Repeat(map[string]func(*rapid.T){
			"call": func(t *rapid.T) {
				countOne(running.Meter, start.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "minute"))*time.Minute))
				calls++
				running.pending++
			},
			"flush": func(t *rapid.T) {
				into.answer = answer(rapid.IntRange(0, int(answers)-1).Draw(t, "answer"))
				if err := flush(); err == nil && into.answer != stored && into.requests != calls {
					t.Fatal("a flush that failed reports success")
				}
			},
			"kill": func(*rapid.T) {
				into.answer = stored
				_ = running.config.Ledger.Close() // what is written is written
				running = begin(folder, into)
				running.rows = 3
			},
			"": func(t *rapid.T) {
				if into.requests > calls || into.used > calls {
					t.Fatalf("%d calls are counted as %d, and %d of the quota", calls, into.requests, into.used)
				}
			},
		})
		into.answer = stored
		for range 3 { // the position is read again after a doubtful transaction
			err = flush()
		}
		if err != nil || into.requests != calls || into.used != calls {
			t.Fatalf("%d calls are counted as %d, and %d of the quota: %v", calls, into.requests, into.used, err)
		}
		if running.pending != 0 {
			t.Fatalf("%d uses were not settled", running.pending)
		}
	})
}

// TestTransactionThatEndsLate lets a transaction without an answer end after its position was read and more calls
// came.
func TestTransactionThatEndsLate(t *testing.T) {
	into := &book{positions: map[string]int64{}, answer: late}
	running := begin(t.TempDir(), into)
	for range 2 {
		countOne(running.Meter, start)
		running.pending++
		_ = running.Flush(t.Context()) // the second finds that the first has ended
		into.answer = stored
	}
	if err := running.Flush(t.Context()); err != nil || into.requests != 2 || running.pending != 0 {
		t.Errorf("counted %d of 2 calls, %d were not settled: %v", into.requests, running.pending, err)
	}
}

// TestOlderLedger restores a ledger from before its records were counted, as a backup does.
func TestOlderLedger(t *testing.T) {
	folder := t.TempDir()
	into := &book{positions: map[string]int64{}}
	first := begin(folder, into)
	for range 10 {
		countOne(first.Meter, start)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	segments, err := filepath.Glob(filepath.Join(folder, "1", "*.segment"))
	if err != nil || len(segments) != 1 {
		t.Fatal(segments, err)
	}
	if err := os.Truncate(segments[0], 100); err != nil {
		t.Fatal(err)
	}
	second := begin(folder, into)
	if err := second.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	countOne(second.Meter, start)
	if err := second.Flush(t.Context()); err != nil || into.requests != 11 || len(into.positions) != 2 {
		t.Errorf("counted %d of 11 calls in %d ledgers: %v", into.requests, len(into.positions), err)
	}
}

// TestQuietLedgerStaysKnown stores the position of a ledger without calls every day: the store forgets old ones.
func TestQuietLedgerStaysKnown(t *testing.T) {
	into := &book{positions: map[string]int64{}}
	running := begin(t.TempDir(), into)
	now := start
	running.config.Now = func() time.Time { return now }
	countOne(running.Meter, start)
	for _, hours := range []int{0, 1, 23, 23} {
		now = now.Add(time.Duration(hours) * time.Hour)
		if err := running.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if into.batches != 2 || into.requests != 1 {
		t.Errorf("stored %d batches with %d calls, want 2 with 1", into.batches, into.requests)
	}
}

// slowBook is a book that takes a second for each transaction.
type slowBook struct {
	*book

	now time.Time
}

func (b *slowBook) Record(ctx context.Context, batch usage.Batch) error {
	b.now = b.now.Add(time.Second)
	return b.book.Record(ctx, batch)
}

// TestSlowDatabaseGetsFewTransactions stores calls of 5,000 minutes, which have two rows each.
func TestSlowDatabaseGetsFewTransactions(t *testing.T) {
	into := &slowBook{&book{positions: map[string]int64{}}, start}
	running := begin(t.TempDir(), into.book)
	running.config.Usage, running.config.Now = into, func() time.Time { return into.now }
	for i := range 5000 {
		countOne(running.Meter, start.Add(time.Duration(i)*time.Minute))
	}
	if err := running.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if into.requests != 5000 || into.batches > 25 {
		t.Errorf("%d calls were stored in %d transactions, want at most 25", into.requests, into.batches)
	}
}

// TestFailedLedger lets the disk refuse records, then accept them.
func TestFailedLedger(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "ledgers")
	if err := os.WriteFile(folder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	into := &book{positions: map[string]int64{}}
	running := begin(folder, into)
	if err := running.Flush(t.Context()); err == nil {
		t.Error("flushed without a ledger")
	}
	for range 5 {
		countOne(running.Meter, start)
	}
	running.Sync()
	if !running.Failing() || running.Err() == nil {
		t.Error("the meter does not say that it has failed")
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := running.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	running.Sync()
	if running.Failing() || into.requests != 5 || running.State().Unstored != 0 {
		t.Errorf("counted %d of 5 calls: %v, %+v", into.requests, running.Err(), running.State())
	}
}

func BenchmarkRecord(b *testing.B) {
	running := begin(b.TempDir(), &book{positions: map[string]int64{}})
	call := usage.Call{Began: start, Took: time.Millisecond, Status: 200, Forwarded: true, Operation: "list-things", Windows: []time.Time{start}, Address: "192.0.2.1"}
	b.ReportAllocs()
	for b.Loop() {
		running.Record(charge, &call)
	}
}
