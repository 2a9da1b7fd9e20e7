package limit

import (
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/plan"
)

// period is a quota's window: how what was counted is split, and when it no longer counts.
type period plan.Window

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// text names the window in the store.
func (p period) text() string {
	if p.Kind == plan.Seconds {
		return "seconds:" + strconv.FormatInt(int64(p.Length/time.Second), 10)
	}
	return string(p.Kind)
}

// start is where a use at the time is counted. For a span of seconds from the first use, that is the use itself unless a
// window is open, which the quota knows.
func (p period) start(now time.Time) time.Time {
	switch p.Kind {
	case plan.Month:
		return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	case plan.Day:
		return now.Truncate(hour)
	default:
		return now
	}
}

// end is when what was counted from start on no longer counts, exclusive. An hour of a rolling day counts until its last
// use is a day old, so that no 24 hours ever hold more than the amount.
func (p period) end(start time.Time) time.Time {
	switch p.Kind {
	case plan.Month:
		return start.AddDate(0, 1, 0)
	case plan.Day:
		return start.Add(hour + day)
	default:
		return start.Add(p.Length)
	}
}

// since is the earliest start that may still count at the time.
func (p period) since(now time.Time) time.Time {
	switch p.Kind {
	case plan.Month:
		return p.start(now)
	case plan.Day:
		return now.Add(-hour - day)
	default:
		return now.Add(-p.Length)
	}
}
