package limit

import (
	"context"
	"math"
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
	// Window is the start of the quota's window that counted the call.
	Window time.Time
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

	window plan.Window
	quota  atomic.Pointer[quota]
}

// Limit returns a plan's limit for the subject that it counts, such as "team:…". Limits with the same window and
// subject share one state even if their amounts differ, so that a change of plan keeps the count.
func (l *Limiter) Limit(of string, limit plan.Limit) *Limit {
	created := &Limit{limiter: l, amount: limit.Amount, isRate: limit.Window.Kind == plan.Rate, window: limit.Window}
	created.subject = subject{of: of, meter: limit.Meter, window: limit.Window.Name()}
	if created.isRate {
		created.rate = newRate(limit.Amount, limit.Window.Length)
		created.bucket.Store(l.bucket(created.subject))
	} else {
		created.quota.Store(l.quota(created.subject, created.window))
	}
	return created
}

// Bound returns what the gateway counts for a subject: a Limit that refuses nothing if the bound is unlimited.
func (l *Limiter) Bound(of string, bound plan.Bound) *Limit {
	if bound.Unlimited {
		bound.Amount = math.MaxInt64
	}
	return l.Limit(of, bound.Limit)
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

func (l *Limiter) quota(of subject, window plan.Window) *quota {
	l.mu.Lock()
	defer l.mu.Unlock()
	found := l.quotas[of]
	if found == nil {
		key := usage.QuotaKey{Subject: of.of, Meter: string(of.meter), Window: of.window}
		found = &quota{key: key, window: window}
		l.quotas[of] = found
	}
	return found
}

// Quota returns the key of a quota; is is false for a rate.
func (l *Limit) Quota() (key usage.QuotaKey, is bool) {
	return usage.QuotaKey{Subject: l.subject.of, Meter: string(l.subject.meter), Window: l.subject.window}, !l.isRate
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
		decision, found := quota.take(l.amount, now)
		switch found {
		case isRetired:
			l.quota.Store(l.limiter.quota(l.subject, l.window))
		case mustLoad:
			if err := l.limiter.load(ctx, quota, now); err != nil {
				return Decision{}, err
			}
		default:
			decision.Quota = true
			return decision, nil
		}
	}
}

// GiveBack undoes the Take with the given decision, for a call that is not forwarded after all.
func (l *Limit) GiveBack(taken Decision) {
	if l.isRate {
		l.bucket.Load().giveBack(l.rate)
		return
	}
	l.quota.Load().giveBack(taken.Window)
}

func (l *Limiter) load(ctx context.Context, quota *quota, now time.Time) error {
	spent, err := l.spending.Spent(ctx, quota.key, quota.window.Since(now))
	if err != nil {
		return err
	}
	quota.load(spent, now)
	return nil
}

// Stored tells the limiter what was added to the stored quotas. If own is set, this limiter counted the increments, and
// their uses are now stored instead of pending. Quotas are compared with the store from time to time, to include what
// other nodes used.
func (l *Limiter) Stored(ctx context.Context, increments []usage.Increment, own bool, now time.Time) {
	stale := map[*quota]bool{}
	for _, increment := range increments {
		quota := l.known(increment.Key)
		if quota == nil {
			continue
		}
		if own {
			quota.stored(increment.Start, increment.Add)
		}
		if !own || quota.stale(now) {
			stale[quota] = true
		}
	}
	for quota := range stale {
		if spent, err := l.spending.Spent(ctx, quota.key, quota.window.Since(now)); err == nil {
			quota.reread(spent, now)
		}
	}
}

// Counted returns the uses in each window of a quota, stored and pending ones together, oldest first.
func (l *Limiter) Counted(key usage.QuotaKey) []usage.Spent {
	if quota := l.known(key); quota != nil {
		return quota.counted()
	}
	return nil
}

func (l *Limiter) known(key usage.QuotaKey) *quota {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.quotas[subject{of: key.Subject, meter: plan.Meter(key.Meter), window: key.Window}]
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
