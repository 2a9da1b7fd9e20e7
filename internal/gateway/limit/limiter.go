package limit

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

// rereadEvery is how often a quota in use is read again, to include what other nodes used. retireAfter is how long
// an unused one is kept.
const (
	rereadEvery = 10 * time.Second
	retireAfter = 10 * time.Minute
)

// Spending reads the stored state of quotas.
type Spending interface {
	Spent(ctx context.Context, key usage.QuotaKey, since time.Time) ([]usage.Spent, error)
}

// Decision is the result of one limit for a call.
type Decision struct {
	OK bool
	// Quota means that the limit is a quota and not a rate.
	Quota bool
	// Remaining is how many units are left now. Reset is when all of them, or part of a quota, are available again.
	Remaining int64
	Reset     time.Duration
	// Retry is how long the client of a refused call should wait.
	Retry time.Duration
}

// subject identifies what is counted together.
type subject struct {
	of     string
	meter  plan.Meter
	window string
}

// Limiter holds the states of all subjects. It is safe for concurrent use.
type Limiter struct {
	spending Spending

	mu      sync.Mutex
	buckets map[subject]*bucket
	quotas  map[subject]*quota
	queue   []*quota // quotas with something to send
}

// New returns a Limiter that reads the stored state of quotas from spending.
func New(spending Spending) *Limiter {
	return &Limiter{spending: spending, buckets: map[subject]*bucket{}, quotas: map[subject]*quota{}}
}

// Limit is one limit of a plan for one subject. It is safe for concurrent use.
type Limit struct {
	limiter *Limiter
	subject subject
	amount  int64

	isRate bool
	rate   rate
	bucket atomic.Pointer[bucket]

	period period
	quota  atomic.Pointer[quota]
}

// Limit returns a plan's limit for the subject that it counts, such as "team:…". Limits with the same window and
// subject share one state even if their amounts differ, so that a change of plan keeps the count.
func (l *Limiter) Limit(of string, limit plan.Limit) *Limit {
	created := &Limit{limiter: l, amount: limit.Amount, isRate: limit.Window.Kind == plan.Rate, period: period(limit.Window)}
	created.subject = subject{of: of, meter: limit.Meter, window: created.period.text()}
	if created.isRate {
		created.subject.window = "rate:" + limit.Window.Length.String()
		created.rate = newRate(limit.Amount, limit.Window.Length)
		created.bucket.Store(l.bucket(created.subject))
	} else {
		created.quota.Store(l.quota(created.subject, created.period))
	}
	return created
}

func (l *Limiter) bucket(of subject) *bucket {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.buckets[of]
	if found == nil {
		found = &bucket{}
		l.buckets[of] = found
	}
	return found
}

func (l *Limiter) quota(of subject, period period) *quota {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.quotas[of]
	if found == nil {
		key := usage.QuotaKey{Subject: of.of, Meter: string(of.meter), Window: of.window}
		found = &quota{key: key, period: period}
		l.quotas[of] = found
	}
	return found
}

// Take takes one unit. Only the first use of a quota reads the store; it fails if the store cannot be read.
func (l *Limit) Take(ctx context.Context, now time.Time) (Decision, error) {
	if l.isRate {
		for {
			if decision, alive := l.bucket.Load().take(l.rate, now.UnixNano()); alive {
				return decision, nil
			}
			l.bucket.Store(l.limiter.bucket(l.subject))
		}
	}
	for {
		quota := l.quota.Load()
		decision, found, first := quota.take(l.amount, now)
		switch found {
		case isRetired:
			l.quota.Store(l.limiter.quota(l.subject, l.period))
		case mustLoad:
			if err := l.limiter.load(ctx, quota, now); err != nil {
				return Decision{}, err
			}
		default:
			if first {
				l.limiter.enqueue(quota)
			}
			decision.Quota = true
			return decision, nil
		}
	}
}

// GiveBack undoes a Take, for a call that is not forwarded after all.
func (l *Limit) GiveBack() {
	if l.isRate {
		l.bucket.Load().giveBack(l.rate)
		return
	}
	if quota := l.quota.Load(); quota.giveBack() {
		l.limiter.enqueue(quota)
	}
}

func (l *Limiter) load(ctx context.Context, quota *quota, now time.Time) error {
	spent, err := l.spending.Spent(ctx, quota.key, quota.period.since(now))
	if err != nil {
		return err
	}
	quota.load(spent, now)
	return nil
}

func (l *Limiter) enqueue(quota *quota) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, quota)
}

// Batch is what is being sent to the store. Settle must be called exactly once for it.
type Batch struct {
	Increments []usage.Increment
	quotas     []*quota
	limiter    *Limiter
}

// Waiting returns how many quotas have something to send.
func (l *Limiter) Waiting() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.queue)
}

// Drain takes the unsent counts of at most limit quotas, those that have waited longest first.
func (l *Limiter) Drain(limit int) *Batch {
	l.mu.Lock()
	taken := min(limit, len(l.queue))
	batch := &Batch{limiter: l, quotas: l.queue[:taken:taken]}
	l.queue = l.queue[taken:]
	l.mu.Unlock()
	for _, quota := range batch.quotas {
		batch.Increments = quota.drain(batch.Increments)
	}
	return batch
}

// Settle ends a batch. Counts that were not stored are sent again. Stored ones are compared with the store from
// time to time, to include what other nodes used.
func (b *Batch) Settle(ctx context.Context, arrived bool, now time.Time) {
	for _, quota := range b.quotas {
		quota.settle(arrived)
		if !arrived {
			if quota.queueAgain() {
				b.limiter.enqueue(quota)
			}
			continue
		}
		if quota.stale(now) {
			if spent, err := b.limiter.spending.Spent(ctx, quota.key, quota.period.since(now)); err == nil {
				quota.reread(spent, now)
			}
		}
	}
}

// Sweep drops states that hold nothing.
func (l *Limiter) Sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for of, bucket := range l.buckets {
		if bucket.retire(now.UnixNano()) {
			delete(l.buckets, of)
		}
	}
	for of, quota := range l.quotas {
		if quota.retire(now) {
			delete(l.quotas, of)
		}
	}
}
