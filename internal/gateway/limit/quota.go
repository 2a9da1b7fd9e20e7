package limit

import (
	"slices"
	"sync"
	"time"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// quota is what one subject has used of one kind of window. It keeps stored and pending uses apart, so that rereading
// the store never loses or doubles a count.
type quota struct {
	key    usage.QuotaKey
	window plan.Window

	mu      sync.Mutex
	loaded  bool
	retired bool
	readAt  time.Time
	counts  []count // by start, oldest first
	// counts[:from] are over and wait to be stored, and counts[open] counts new uses. ends is the end of the oldest window
	// that still counts. These fields stay valid until the time until, so that most calls need no calendar.
	from, open  int
	ends, until time.Time
}

type count struct {
	start   time.Time
	stored  int64
	pending int64 // counted and not stored yet
}

func (c count) used() int64 { return c.stored + c.pending }

// state is what take found.
type state uint8

const (
	counted state = iota
	mustLoad
	isRetired
)

// take takes one unit, or returns how long to wait.
func (q *quota) take(amount int64, now time.Time) (decision Decision, found state) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.retired:
		return Decision{}, isRetired
	case !q.loaded:
		return Decision{}, mustLoad
	}
	if !now.Before(q.until) {
		q.forget(now)
	}
	used := q.used()
	if used >= amount {
		wait := q.wait(amount, now)
		return Decision{Retry: wait, Reset: wait}, counted
	}
	if !now.Before(q.until) {
		q.openWindow(now)
	}
	q.counts[q.open].pending++
	return Decision{OK: true, Remaining: amount - used - 1, Reset: q.ends.Sub(now), Window: q.counts[q.open].start}, counted
}

// giveBack undoes a take that the window counted.
func (q *quota) giveBack(window time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c := q.find(window); c != nil {
		c.pending--
	}
}

func (q *quota) used() (used int64) {
	for _, c := range q.counts[q.from:] {
		used += c.used()
	}
	return used
}

// forget drops windows that no longer count. Others stay until all their uses are stored.
func (q *quota) forget(now time.Time) {
	q.counts = slices.DeleteFunc(q.counts, func(c count) bool {
		return q.isOver(c, now) && c.pending == 0
	})
	q.from = q.firstCounting(now)
}

// firstCounting returns the index of the oldest window that is not over.
func (q *quota) firstCounting(now time.Time) int {
	at := slices.IndexFunc(q.counts, func(c count) bool { return !q.isOver(c, now) })
	if at < 0 {
		return len(q.counts)
	}
	return at
}

func (q *quota) isOver(c count, now time.Time) bool { return !q.window.End(c.start).After(now) }

// openWindow determines the window that counts uses from now on, and how long it stays current.
func (q *quota) openWindow(now time.Time) {
	start := q.window.Start(now)
	if q.window.Kind == plan.Seconds && q.from < len(q.counts) {
		start = q.counts[q.from].start
	}
	q.open = q.at(start)
	q.ends = q.window.End(q.counts[q.from].start)
	q.until = q.ends
	if q.window.Kind == plan.Day && start.Add(time.Hour).Before(q.until) {
		q.until = start.Add(time.Hour)
	}
}

// find returns the window that began at start, or nil.
func (q *quota) find(start time.Time) *count {
	if index, found := q.search(start); found {
		return &q.counts[index]
	}
	return nil
}

func (q *quota) search(start time.Time) (index int, found bool) {
	return slices.BinarySearchFunc(q.counts, start, func(c count, start time.Time) int { return c.start.Compare(start) })
}

// at returns the index of the window that began at start, and creates the window if needed.
func (q *quota) at(start time.Time) int {
	index, found := q.search(start)
	if !found {
		q.counts = slices.Insert(q.counts, index, count{start: start})
	}
	return index
}

// wait returns how long it takes until enough uses no longer count.
func (q *quota) wait(amount int64, now time.Time) time.Duration {
	used := q.used()
	for _, c := range q.counts[q.from:] {
		used -= c.used()
		if used < amount {
			return q.window.End(c.start).Sub(now)
		}
	}
	return q.window.End(q.window.Start(now)).Sub(now) // the amount is zero
}

// load sets the count that the store had before the first use. Only the first load has an effect, because a later one
// may lack calls that were counted since.
func (q *quota) load(spent []usage.Spent, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.loaded {
		q.replaceStored(spent, now)
	}
}

// reread replaces the stored uses by those that the store has now. The node must not store uses between reading these
// and the call.
func (q *quota) reread(spent []usage.Spent, now time.Time) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.replaceStored(spent, now)
}

func (q *quota) replaceStored(spent []usage.Spent, now time.Time) {
	for i := range q.counts {
		q.counts[i].stored = 0
	}
	for _, window := range spent {
		if q.window.End(window.Start).After(now) {
			q.counts[q.at(window.Start)].stored = window.Used
		}
	}
	q.loaded, q.readAt, q.until = true, now, time.Time{}
}

// counted returns the uses in each window.
func (q *quota) counted() []usage.Spent {
	q.mu.Lock()
	defer q.mu.Unlock()
	spent := make([]usage.Spent, len(q.counts))
	for i, c := range q.counts {
		spent[i] = usage.Spent{Start: c.start, Used: c.used()}
	}
	return spent
}

// stored turns pending uses of a window into stored ones.
func (q *quota) stored(window time.Time, uses int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if c := q.find(window); c != nil {
		c.pending -= uses
		c.stored += uses
	}
}

// stale reports whether to ask the store again what other nodes used.
func (q *quota) stale(now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return now.Sub(q.readAt) >= rereadEvery
}

// retire ends a quota whose uses are all stored and that was not used since it was last read.
func (q *quota) retire(now time.Time) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if now.Sub(q.readAt) < retireAfter || slices.ContainsFunc(q.counts, func(c count) bool { return c.pending != 0 }) {
		return false
	}
	q.retired = true
	return true
}
