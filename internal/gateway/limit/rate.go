// Package limit limits how much a subject (a subscription, credential or team) may use.
//
// It has rates, which are smoothed and kept in memory, and quotas, which are counted per window and stored by the
// usage service. A Limiter holds one state per subject and window, shared by all credentials that are counted
// together. A call takes from all its limits or from none. The package reads the store only at the first use of a
// quota and knows no HTTP. It does not decide who is charged (access does) or what a refusal says (the gateway
// does).
package limit

import (
	"math"
	"sync/atomic"
	"time"
)

// retired replaces the time of a bucket that has left the Limiter. The caller must then fetch the bucket that
// replaced it.
const retired = math.MinInt64

// rate is a limit for the generic cell rate algorithm: one unit per interval, and a burst of the whole amount.
type rate struct {
	interval int64 // nanoseconds
	window   int64
	amount   int64
}

func newRate(amount int64, window time.Duration) rate {
	return rate{interval: max(window.Nanoseconds()/max(amount, 1), 1), window: window.Nanoseconds(), amount: amount}
}

// bucket is the theoretical arrival time of one subject, in nanoseconds since 1970: when everything taken will have
// been given back.
type bucket struct{ full atomic.Int64 }

// take takes one unit, or returns how long to wait for it. It returns false if the bucket is retired.
func (b *bucket) take(r rate, now int64) (Decision, bool) {
	for {
		full := b.full.Load()
		if full == retired {
			return Decision{}, false
		}
		next := max(full, now) + r.interval
		if over := next - now - r.window; over > 0 || r.amount <= 0 {
			return Decision{Reset: time.Duration(max(full-now, 0)), Retry: time.Duration(max(over, 1))}, true
		}
		if b.full.CompareAndSwap(full, next) {
			return Decision{OK: true, Remaining: (r.window - (next - now)) / r.interval, Reset: time.Duration(next - now)}, true
		}
	}
}

// giveBack undoes one take.
func (b *bucket) giveBack(r rate) {
	for {
		full := b.full.Load()
		if full == retired || b.full.CompareAndSwap(full, full-r.interval) {
			return
		}
	}
}

// retire ends the bucket if nothing is taken from it any more.
func (b *bucket) retire(now int64) bool {
	full := b.full.Load()
	return full <= now && b.full.CompareAndSwap(full, retired)
}
