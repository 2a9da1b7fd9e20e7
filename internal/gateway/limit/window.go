package limit

import (
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/plan"
)

// period is a quota's window: how uses are split, and when they no longer count.
type period plan.Window

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// text returns the window's name in the store.
func (p period) text() string {
	if p.Kind == plan.Seconds {
		return "seconds:" + strconv.FormatInt(int64(p.Length/time.Second), 10)
	}
	return string(p.Kind)
}

// start returns the start of the window that counts a use at this time. For a span of seconds, that is the use
// itself, unless the quota has an open window.
func (p period) start(now time.Time) time.Time {
	switch p.Kind {
	case plan.Month:
		return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	case plan.Day:
		return now.Truncate(hour)
	default:
		return now.Truncate(time.Microsecond) // as precise as the store
	}
}

// end returns when the uses of a window no longer count, exclusive. An hour of a rolling day counts until its last
// use is a day old, so that no 24 hours ever contain more than the amount.
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

// since returns the earliest start that may still count at this time.
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
