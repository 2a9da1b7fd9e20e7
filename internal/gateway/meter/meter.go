// Package meter counts calls in memory, per minute and per credential, subscription, version and environment, until the
// gateway hands the counts to the usage service.
//
// A Series is what one cached grant counts into for one version; it is shared by everyone who counts under the same key.
// Draining takes what was counted since and nothing twice; what could not be stored is kept and handed out again. The
// package knows no HTTP, no store, and nothing about what a call costs.
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

// maxMinutes is how many minutes a series keeps apart while nothing can be stored; the oldest are then counted as one.
const maxMinutes = 60

// idleAfter is how long a series that counts nothing is kept.
const idleAfter = 10 * time.Minute

// Key is what is counted together.
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
	// Limited says that a limit refused it.
	Limited  bool
	BytesIn  int64
	BytesOut int64
}

// Meter holds the series of everyone who calls. It is safe for concurrent use.
type Meter struct {
	mu     sync.Mutex
	series map[Key]*Series
	queue  []*Series // those that have counted something since they were drained
}

// New returns a Meter that has counted nothing.
func New() *Meter { return &Meter{series: map[Key]*Series{}} }

// Series returns what calls under the key are counted into.
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
	minutes []*minute // by time, the latest last
	spare   *minute   // drained and empty, to be used again
}

// Record counts one call. It answers false where the series is not the meter's any more: then the call belongs into the
// one that took its place.
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

// at is the minute that the time belongs to. Calls end out of order, so it may be an earlier one.
func (s *Series) at(began time.Time) *minute {
	unix := began.Unix() / 60
	for i := len(s.minutes) - 1; i >= 0; i-- {
		if s.minutes[i].unix == unix {
			return s.minutes[i]
		}
	}
	made := s.spare
	s.spare = nil
	if made == nil {
		made = &minute{}
	}
	made.unix = unix
	s.minutes = append(s.minutes, made)
	slices.SortFunc(s.minutes, func(a, b *minute) int { return int(a.unix - b.unix) })
	if len(s.minutes) <= maxMinutes {
		return made
	}
	oldest, next := s.minutes[0], s.minutes[1]
	next.merge(oldest)
	s.minutes = slices.Delete(s.minutes, 0, 1)
	if made == oldest {
		return next
	}
	return made
}

// Waiting is how many series have counted something that was not drained.
func (m *Meter) Waiting() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.queue)
}

// Batch is what was drained and is on its way to the store. Exactly one Settle must follow.
type Batch struct {
	Minutes []usage.Minute
	meter   *Meter
	series  []*Series
	drained [][]*minute
}

// Drain takes what at most limit series have counted, those first that have waited longest.
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

// Settle says whether the batch has arrived. What has not is counted again.
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

// Sweep lets go of the series that have not counted anything for a while.
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
