// Package meter writes every authenticated call to the ledger and passes the sums of the records to the usage service.
//
// Record appends to the ledger. Flush reads the ledger from the position up to which the service has counted it, sums
// records up, and stores the sums with the new position. So a killed process, a lost answer to a COMMIT and a database
// that is away lose no call and count none twice. The package knows no HTTP and no prices; package usage owns the form
// of records and sums, and its package ledger the files.
package meter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/usage/ledger"
)

// Usage stores what was counted.
type Usage interface {
	Record(ctx context.Context, batch usage.Batch) error
	LedgerPosition(ctx context.Context, ledger string) (position int64, known bool, err error)
}

// A flush stores at most maxRows rows in one transaction, and fewer if that takes longer than maxTime. It stores at
// least minRows, because each transaction costs a dozen statements: with tiny ones, counting falls behind the calls.
const (
	minRows = 512
	maxRows = 4096
	maxTime = 50 * time.Millisecond
	// touchEvery is how often the position of a ledger without calls is stored, so that it is not forgotten.
	touchEvery = 24 * time.Hour
	// maxUnsure is how many batches are kept that may have been stored.
	maxUnsure = 8
)

// Config configures a Meter.
type Config struct {
	Ledger *ledger.Ledger
	Usage  Usage
	// Stored is called after each transaction with the increments of quotas that it stored. own reports whether this
	// process made the calls.
	Stored func(ctx context.Context, increments []usage.Increment, own bool)
	Logger *slog.Logger
	Now    clock.Func
}

// Meter counts the calls of one gateway. It is safe for concurrent use.
type Meter struct {
	config  Config
	records sync.Pool
	failing atomic.Bool

	located   atomic.Bool  // position is that of the usage service
	position  atomic.Int64 // up to which records are stored
	malformed atomic.Int64
	caughtUp  atomic.Int64 // when everything was stored, in nanoseconds since 1970

	mu     sync.Mutex // held while counts are stored
	rollup usage.Rollup
	// own is the position from which records are of this process. unsure are batches of which one may have been stored.
	own    int64
	unsure []usage.Batch
	rows   int
	// touched is when the position was last stored.
	touched time.Time
}

// New returns a Meter that has not read its ledger yet.
func New(config Config) *Meter {
	m := &Meter{config: config, rows: maxRows / 4}
	m.records.New = func() any { return new([]byte) }
	m.failing.Store(config.Ledger.Err() != nil)
	m.caughtUp.Store(config.Now().UnixNano())
	return m
}

// Record writes the record of a call with an encoded charge to the ledger. If the ledger does not accept it, the record
// waits in memory.
func (m *Meter) Record(charge []byte, call *usage.Call) {
	record := m.records.Get().(*[]byte)
	*record = usage.AppendRecord((*record)[:0], charge, call)
	if err := m.config.Ledger.Append(*record); err != nil && !m.failing.Swap(true) {
		m.config.Logger.Error("the ledger accepts no records; calls wait in memory to be counted", "error", err)
	}
	m.records.Put(record)
}

// Failing reports whether the ledger accepts no records.
func (m *Meter) Failing() bool { return m.failing.Load() }

// Err returns why the ledger accepts no records, or nil.
func (m *Meter) Err() error { return m.config.Ledger.Err() }

// Sync writes the records to the disk itself, or tries to use a ledger that failed again.
func (m *Meter) Sync() {
	err := m.config.Ledger.Sync()
	if m.config.Ledger.Err() != nil && m.located.Load() {
		err = m.config.Ledger.Recover()
	}
	failed := m.config.Ledger.Err() != nil
	switch before := m.failing.Swap(failed); {
	case failed && !before:
		m.config.Logger.Error("the ledger accepts no records; calls wait in memory to be counted", "error", err)
	case before && !failed:
		m.config.Logger.Info("the ledger accepts records again")
	}
}

// Flush stores all records that the ledger had when it was called.
func (m *Meter) Flush(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.locate(ctx); err != nil {
		return err
	}
	stats, err := m.config.Ledger.Stats()
	if err != nil {
		return err
	}
	began := m.config.Now()
	for m.position.Load() < stats.End {
		batch, err := m.next()
		if err != nil {
			return err
		}
		if batch.To == batch.From {
			break
		}
		if err := m.store(ctx, batch); err != nil {
			return err
		}
	}
	if position := m.position.Load(); position > 0 && began.Sub(m.touched) >= touchEvery {
		untouched := usage.Batch{Ledger: m.config.Ledger.Identity(), From: position, To: position}
		if err := m.store(ctx, untouched); err != nil {
			return err
		}
	}
	m.caughtUp.Store(began.UnixNano())
	return m.config.Ledger.Remove(m.position.Load())
}

// locate finds the position from which the ledger is not counted yet.
func (m *Meter) locate(ctx context.Context) error {
	if m.located.Load() {
		return nil
	}
	all := m.config.Ledger
	if all.Identity() == "" {
		if err := all.Recover(); err != nil {
			return err
		}
	}
	position, known, err := m.config.Usage.LedgerPosition(ctx, all.Identity())
	if err != nil {
		return err
	}
	stats, err := all.Stats()
	if err != nil {
		return err
	}
	m.own = stats.Opened
	switch {
	case !known:
		position = stats.Begin
	case position > stats.End:
		m.config.Logger.Warn("the ledger is older than what was counted from it, so it begins anew", "counted", position, "end", stats.End)
		if err := all.Renew(); err != nil {
			return err
		}
		position, m.own = 0, 0
	}
	m.resolve(ctx, position)
	m.position.Store(position)
	m.located.Store(true)
	return nil
}

// resolve settles the batch that was stored although no answer came. A transaction may still end after the position was
// read, so the others are kept until one has.
func (m *Meter) resolve(ctx context.Context, position int64) {
	for i := range m.unsure {
		if m.unsure[i].To == position {
			m.settle(ctx, &m.unsure[i])
			m.unsure = nil
			return
		}
	}
}

// next sums up the next records. A batch has either records of this process or of earlier ones.
func (m *Meter) next() (usage.Batch, error) {
	from := m.position.Load()
	to := from
	earlier := from < m.own
	err := m.config.Ledger.Read(from, func(record []byte, next int64) bool {
		if earlier && next > m.own {
			return false
		}
		if record != nil {
			m.rollup.Add(record)
		}
		to = next
		return m.rollup.Rows() < m.rows
	})
	batch := m.rollup.Take()
	batch.Ledger, batch.From, batch.To = m.config.Ledger.Identity(), from, to
	if before := m.malformed.Swap(m.rollup.Malformed); before < m.rollup.Malformed {
		m.config.Logger.Error("records of the ledger could not be read", "records", m.rollup.Malformed-before)
	}
	return batch, err
}

// store stores a batch. After an error it is not known whether the batch was stored, so the position is read again.
func (m *Meter) store(ctx context.Context, batch usage.Batch) error {
	began := m.config.Now()
	if err := m.config.Usage.Record(ctx, batch); err != nil {
		m.located.Store(false)
		m.unsure = append(m.unsure[max(0, len(m.unsure)+1-maxUnsure):], batch)
		if errors.Is(err, usage.ErrCounted) {
			return fmt.Errorf("records %d to %d of the ledger: %w", batch.From, batch.To, err)
		}
		return err
	}
	m.settle(ctx, &batch)
	m.unsure = nil
	m.position.Store(batch.To)
	m.touched = began
	switch took := m.config.Now().Sub(began); {
	case took > maxTime:
		m.rows = max(minRows, m.rows/2)
	case took < maxTime/2:
		m.rows = min(maxRows, m.rows+m.rows/4)
	}
	return nil
}

func (m *Meter) settle(ctx context.Context, batch *usage.Batch) {
	if len(batch.Increments) > 0 {
		m.config.Stored(ctx, batch.Increments, batch.From >= m.own)
	}
}

// State is the state of a meter for its metrics.
type State struct {
	// Unstored is the number of bytes of records that are not stored yet, and Lag for how long the oldest may wait.
	Unstored int64
	Lag      time.Duration
	// Lost counts records that were dropped, Malformed those that could not be read, and Damaged the unreadable bytes.
	Lost, Malformed, Damaged int64
}

// State returns the state of the meter.
func (m *Meter) State() State {
	stats, _ := m.config.Ledger.Stats() // a ledger that cannot be read says so elsewhere
	state := State{
		Unstored: max(0, stats.End-m.position.Load()), Lost: stats.Lost, Damaged: stats.Damaged, Malformed: m.malformed.Load(),
	}
	if state.Unstored > 0 {
		state.Lag = m.config.Now().Sub(time.Unix(0, m.caughtUp.Load()))
	}
	return state
}

// Close stores what can be stored and closes the ledger.
func (m *Meter) Close(ctx context.Context) error {
	return errors.Join(m.Flush(ctx), m.config.Ledger.Close())
}
