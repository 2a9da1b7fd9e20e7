// Package meter counts calls in memory until the gateway passes the counts to the usage service.
//
// It counts per minute and per credential, subscription, version and environment. A Series counts the calls of one
// cached grant to one version; all callers with the same key share it. Draining returns new counts exactly once;
// counts that could not be stored are returned again. The package knows no HTTP, no store and no prices.
package meter

import (
	"slices"
	"sync"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

// maxMinutes is how many minutes a series keeps separate while nothing can be stored. The oldest are then merged.
const maxMinutes = 60

// idleAfter is how long a series without calls is kept.
const idleAfter = 10 * time.Minute

// Key identifies what is counted together.
type Key struct {
	Team         identity.TeamID
	Application  access.ApplicationID
	Subscription access.SubscriptionID
	Credential   access.CredentialID
	Version      catalog.VersionID
	Environment  string
}

// Call is one authenticated call.
type Call struct {
	Began     time.Time
	Took      time.Duration
	Status    int
	Forwarded bool
	// Limited means that a limit refused it.
	Limited  bool
	BytesIn  int64
	BytesOut int64
}

// Meter holds all series. It is safe for concurrent use.
type Meter struct {
	mu     sync.Mutex
	series map[Key]*Series
	queue  []*Series // series with counts that were not drained
}

// New returns an empty Meter.
func New() *Meter { return &Meter{series: map[Key]*Series{}} }

// Series returns the series of the key.
func (m *Meter) Series(key Key) *Series {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.series[key]
	if found == nil {
		found = &Series{meter: m, key: key}
		m.series[key] = found
	}
	return found
}

// Series counts the calls under one key.
type Series struct {
	meter *Meter
	key   Key

	mu      sync.Mutex
	retired bool
	queued  bool
	usedAt  time.Time
	minutes []*minute // by time, latest last
	spare   *minute   // drained and empty, for reuse
}

// Record counts one call. It returns false if the series has left the meter: the call then belongs in the series
// that replaced it.
func (s *Series) Record(call Call) bool {
	s.mu.Lock()
	if s.retired {
		s.mu.Unlock()
		return false
	}
	s.at(call.Began).add(call)
	s.usedAt = call.Began
	first := !s.queued
	s.queued = true
	s.mu.Unlock()
	if first {
		s.meter.enqueue(s)
	}
	return true
}

func (m *Meter) enqueue(series *Series) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.queue = append(m.queue, series)
}

// at returns the minute of the time. Calls end out of order, so it may be an earlier one.
func (s *Series) at(began time.Time) *minute {
	unix := began.Unix() / 60
	for i := len(s.minutes) - 1; i >= 0; i-- {
		if s.minutes[i].unix == unix {
			return s.minutes[i]
		}
	}
	created := s.spare
	s.spare = nil
	if created == nil {
		created = &minute{}
	}
	created.unix = unix
	s.minutes = append(s.minutes, created)
	slices.SortFunc(s.minutes, func(a, b *minute) int { return int(a.unix - b.unix) })
	if len(s.minutes) <= maxMinutes {
		return created
	}
	oldest, next := s.minutes[0], s.minutes[1]
	next.merge(oldest)
	s.minutes = slices.Delete(s.minutes, 0, 1)
	if created == oldest {
		return next
	}
	return created
}

// Waiting returns how many series have counts that were not drained.
func (m *Meter) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.queue)
}

// Batch is what is being sent to the store. Settle must be called exactly once for it.
type Batch struct {
	Minutes []usage.Minute
	meter   *Meter
	series  []*Series
	drained [][]*minute
}

// Drain takes the counts of at most limit series, those that have waited longest first.
func (m *Meter) Drain(limit int) *Batch {
	m.mu.Lock()
	taken := min(limit, len(m.queue))
	batch := &Batch{meter: m, series: m.queue[:taken:taken]}
	m.queue = m.queue[taken:]
	m.mu.Unlock()
	for _, series := range batch.series {
		drained := series.drain()
		batch.drained = append(batch.drained, drained)
		for _, minute := range drained {
			batch.Minutes = append(batch.Minutes, minute.usage(series.key))
		}
	}
	return batch
}

func (s *Series) drain() []*minute {
	s.mu.Lock()
	defer s.mu.Unlock()
	drained := s.minutes
	s.minutes, s.queued = nil, false
	return drained
}

// Settle ends a batch. Counts that were not stored are counted again.
func (b *Batch) Settle(arrived bool) {
	for i, series := range b.series {
		if series.settle(b.drained[i], arrived) {
			b.meter.enqueue(series)
		}
	}
}

// settle reports whether the series must be queued again.
func (s *Series) settle(drained []*minute, arrived bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if arrived {
		if s.spare == nil && len(drained) > 0 {
			s.spare = drained[0]
			s.spare.clear()
		}
		return false
	}
	for _, minute := range drained {
		s.at(time.Unix(minute.unix*60, 0)).merge(minute)
	}
	first := !s.queued && len(drained) > 0
	s.queued = s.queued || first
	return first
}

// Sweep drops series that have had no calls for a while.
func (m *Meter) Sweep(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, series := range m.series {
		if series.retire(now) {
			delete(m.series, key)
		}
	}
}

func (s *Series) retire(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.retired = !s.queued && len(s.minutes) == 0 && now.Sub(s.usedAt) >= idleAfter
	return s.retired
}
