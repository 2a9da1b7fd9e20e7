package usage

import (
	"math/big"
	"time"

	"github.com/portico-api/portico/internal/plan"
)

// A forecast needs at least leastElapsed of the window to be over, and leastUsed calls.
const (
	leastElapsed = 20 // a twentieth
	leastUsed    = 20
)

// Forecast is what becomes of a quota if calls go on at the pace of the window so far: its calls over the time since it
// began.
type Forecast struct {
	// Used is how many calls the window will have when it resets.
	Used int64
	// RunsOut is when the quota is used up, zero if that is not before it resets.
	RunsOut time.Time
}

// Forecast forecasts the use of the quota. known is false if the window is too young, has too few calls, or is a
// rolling day, whose calls leave it at the pace at which new ones arrive.
func (q Quota) Forecast(now time.Time) (forecast Forecast, known bool) {
	whole, elapsed := q.Resets.Sub(q.Began), now.Sub(q.Began)
	if q.Limit.Window.Kind == plan.Day || q.Used < leastUsed || elapsed <= 0 || elapsed < whole/leastElapsed || !now.Before(q.Resets) {
		return Forecast{}, false
	}
	forecast.Used = scaled(q.Used, whole, elapsed)
	if q.Used < q.Amount {
		if runsOut := q.Began.Add(time.Duration(scaled(int64(elapsed), time.Duration(q.Amount), time.Duration(q.Used)))); runsOut.Before(q.Resets) {
			forecast.RunsOut = runsOut
		}
	}
	return forecast, true
}

// scaled returns value × by / over, rounded down.
func scaled(value int64, by, over time.Duration) int64 {
	product := new(big.Int).Mul(big.NewInt(value), big.NewInt(int64(by)))
	product.Quo(product, big.NewInt(int64(over)))
	if !product.IsInt64() {
		return 1<<63 - 1
	}
	return product.Int64()
}
