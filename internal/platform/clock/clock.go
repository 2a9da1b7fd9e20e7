// Package clock is the only place that reads the machine's time for the domain.
//
// Every service takes a Func in its configuration; tests hand in a Frozen clock and move it by hand. Times are UTC and
// cut to microseconds, the finest unit that both databases keep.
package clock

import (
	"sync"
	"time"
)

// Func tells the time.
type Func func() time.Time

// Now is the machine's clock.
func Now() time.Time { return cut(time.Now().UTC()) }

// cut is Truncate for a microsecond without its long division: the gateway reads the clock twice in each call.
func cut(at time.Time) time.Time {
	return at.Round(0).Add(-time.Duration(at.Nanosecond() % int(time.Microsecond)))
}

// Frozen is a clock that stands still until it is moved. It is safe for concurrent use.
type Frozen struct {
	mu  sync.Mutex
	now time.Time
}

// NewFrozen returns a clock that stands at the given time.
func NewFrozen(at time.Time) *Frozen { return &Frozen{now: cut(at.UTC())} }

// Now tells the time that the clock stands at.
func (f *Frozen) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock on.
func (f *Frozen) Advance(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(by)
}
