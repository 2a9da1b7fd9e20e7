// Package clock is the only place that reads the machine's time for the domain.
//
// Every service has a Func in its configuration; tests pass a Frozen clock and advance it. Times are UTC and truncated
// to microseconds, the precision of both databases.
package clock

import (
	"sync"
	"time"
)

// Func returns the current time.
type Func func() time.Time

// Now returns the machine's time.
func Now() time.Time { return cut(time.Now().UTC()) }

// cut truncates to microseconds. It is faster than Truncate, and the gateway reads the clock twice in each call.
func cut(at time.Time) time.Time {
	return at.Round(0).Add(-time.Duration(at.Nanosecond() % int(time.Microsecond)))
}

// Frozen is a clock that stands still until Advance. It is safe for concurrent use.
type Frozen struct {
	mu  sync.Mutex
	now time.Time
}

// NewFrozen returns a clock that stands at the given time.
func NewFrozen(at time.Time) *Frozen { return &Frozen{now: cut(at.UTC())} }

// Now returns the clock's time.
func (f *Frozen) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock forward.
func (f *Frozen) Advance(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(by)
}
