// Package limit bounds how much a subject (a subscription, credential or team) may use: rates, which are smoothed and
// kept in memory, and quotas, which are counted per window and whose counts the usage store keeps.
//
// A Limiter holds one state per subject and window, shared by every credential that is counted together; a call takes
// from all its limits or from none. The package reads the store only where a quota is used for the first time, knows no
// HTTP, and decides nothing about who is charged (access) or how a refusal is worded (the gateway).
package limit

import (
	"math"
	"sync/atomic"
	"time"
)

// retired is in the place of a bucket's time when the bucket is not in the Limiter any more: whoever still holds it must
// fetch the one that took its place.
const retired = math.MinInt64

// rate is a limit as the generic cell rate algorithm takes it: one unit per interval, and a burst of the whole amount.
type rate struct {
	interval int64 // nanoseconds
	window   int64
	amount   int64
}

func newRate(amount int64, window time.Duration) rate {
	return rate{interval: max(window.Nanoseconds()/max(amount, 1), 1), window: window.Nanoseconds(), amount: amount}
}

// bucket is the theoretical arrival time of one subject in nanoseconds since 1970: the time at which all that was taken
// will have been given back.
type bucket struct{ full atomic.Int64 }

// take takes one unit, or says how long to wait for it. It answers false where the bucket is retired.
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

// retire ends the bucket if nothing of it is taken any more.
func (b *bucket) retire(now int64) bool {
	full := b.full.Load()
	return full <= now && b.full.CompareAndSwap(full, retired)
}
