package plan

import (
	"strconv"
	"time"
)

const (
	hour = time.Hour
	day  = 24 * time.Hour
)

// MonthOf returns the start of the UTC calendar month.
func MonthOf(at time.Time) time.Time {
	at = at.UTC()
	return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
}

// Name returns the window's name in stored counts.
func (w Window) Name() string {
	switch w.Kind {
	case Rate, Seconds:
		return string(w.Kind) + ":" + strconv.FormatInt(int64(w.Length/time.Second), 10)
	default:
		return string(w.Kind)
	}
}

// Start returns the start of the count that a use at this time belongs to. For a span of seconds, that is the use
// itself, unless a count is open. A rolling day has one count per hour.
func (w Window) Start(at time.Time) time.Time {
	switch w.Kind {
	case Month:
		return MonthOf(at)
	case Day:
		return at.UTC().Truncate(hour)
	default:
		return at.UTC().Truncate(time.Microsecond) // as precise as the store
	}
}

// End returns when a count no longer matters, exclusive. An hour of a rolling day matters until its last use is a day
// old, so that no 24 hours ever contain more than the amount.
func (w Window) End(start time.Time) time.Time {
	switch w.Kind {
	case Month:
		return start.AddDate(0, 1, 0)
	case Day:
		return start.Add(hour + day)
	default:
		return start.Add(w.Length)
	}
}

// Since returns the earliest start of a count that may matter at this time.
func (w Window) Since(at time.Time) time.Time {
	switch w.Kind {
	case Month:
		return w.Start(at)
	case Day:
		return at.Add(-hour - day)
	default:
		return at.Add(-w.Length)
	}
}
