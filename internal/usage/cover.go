package usage

import "time"

// Coverage says what is stored at each grain.
type Coverage struct {
	// Marked holds the beginnings of the hours and days whose sums are missing or out of date, and the days of such hours.
	Marked map[Grain]map[time.Time]bool
	// Kept is since when each grain is kept; older rows are deleted. It is zero if all are kept.
	Kept [Day + 1]time.Time
}

// Piece is a part of a range whose calls are counted at one grain.
type Piece struct {
	Grain Grain
	Span  Span
}

// cover splits the range from one minute until before another into pieces of the coarsest exact grains: whole days and
// hours with complete sums that lie within one part of the range, and minutes for the rest. Where minutes are no longer
// kept, whole hours are counted by their beginning, and days likewise.
func (c Coverage) cover(since, until time.Time, part func(at time.Time) int64) []Piece {
	var pieces []Piece
	add := func(grain Grain, from, to time.Time) {
		if last := len(pieces) - 1; last >= 0 && pieces[last].Grain == grain && pieces[last].Span.Until.Equal(from) {
			pieces[last].Span.Until = to
			return
		}
		pieces = append(pieces, Piece{grain, Span{from, to}})
	}
	whole := func(at time.Time, grain Grain) bool {
		end := at.Add(grain.Length())
		return at.Equal(at.Truncate(grain.Length())) && !end.After(until) && !c.Marked[grain][at] &&
			part(at) == part(end.Add(-time.Minute))
	}
	for at := since; at.Before(until); {
		nextDay, nextHour := at.Truncate(day).Add(day), at.Truncate(time.Hour).Add(time.Hour)
		switch {
		case whole(at, Day) || at.Before(c.Kept[Hour]) && at.Equal(at.Truncate(day)):
			add(Day, at, nextDay)
			at = nextDay
		case at.Before(c.Kept[Hour]):
			at = nextDay
		case whole(at, Hour) || at.Before(c.Kept[Minute]) && at.Equal(at.Truncate(time.Hour)):
			add(Hour, at, nextHour)
			at = nextHour
		case at.Before(c.Kept[Minute]):
			at = nextHour
		case nextHour.Before(until):
			add(Minute, at, nextHour)
			at = nextHour
		default:
			add(Minute, at, until)
			at = until
		}
	}
	return pieces
}
