package overview

import (
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/usage"
)

// Part is the length of the parts of a period.
type Part string

// The parts.
const (
	MinuteParts Part = "minute"
	HourParts   Part = "hour"
	DayParts    Part = "day"
	MonthParts  Part = "month"
)

// Period is a range of time on the reader's clock, in parts that begin at its full hours, midnights or months.
type Period struct {
	Zone *time.Location
	Part Part
	// Starts are the beginnings of the parts. The last part ends after the minute of Last.
	Starts []time.Time
	Last   time.Time
	// Before is the period before it, of which as much is over: from its start to the minute of its end.
	Before usage.Span
	// Now reports whether the period ends now, so that new calls belong to it.
	Now bool
}

// PeriodName names a period to choose.
type PeriodName string

// The periods to choose from. ChosenDays takes the days of the choice.
const (
	LastHour   PeriodName = "1h"
	Last24h    PeriodName = "24h"
	Last7Days  PeriodName = "7d"
	Last30Days PeriodName = "30d"
	Last90Days PeriodName = "90d"
	ChosenDays PeriodName = "custom"
)

// PeriodChoice is the period that a reader chose, with the zone of their clock.
type PeriodChoice struct {
	Name PeriodName
	// Since and Until are the first and the last of the chosen days, such as 2026-01-31.
	Since, Until string
	Zone         *time.Location
}

// Period returns the chosen period. An unknown name stands for 30 days.
func (c PeriodChoice) Period(now time.Time) (Period, error) {
	switch c.Name {
	case LastHour:
		return LastMinutes(now, c.Zone), nil
	case Last24h:
		return LastHours(24, now, c.Zone), nil
	case Last7Days:
		return LastDays(7, now, c.Zone), nil
	case Last90Days:
		return LastDays(90, now, c.Zone), nil
	case ChosenDays:
		return Days(c.Since, c.Until, now, c.Zone)
	case Last30Days:
	}
	return LastDays(30, now, c.Zone), nil
}

// Since returns the beginning of the period.
func (p Period) Since() time.Time { return p.Starts[0] }

// LastMinutes returns the last 60 minutes.
func LastMinutes(now time.Time, zone *time.Location) Period {
	first := now.Truncate(time.Minute).Add(-59 * time.Minute)
	period := Period{Zone: zone, Part: MinuteParts, Last: now, Now: true}
	for i := range 60 {
		period.Starts = append(period.Starts, first.Add(time.Duration(i)*time.Minute))
	}
	return period.against(first.Add(-time.Hour))
}

// LastHours returns the current hour and those before it, as many as wanted.
func LastHours(wanted int, now time.Time, zone *time.Location) Period {
	first := hourOf(now, zone)
	for range wanted - 1 {
		first = hourOf(first.Add(-time.Minute), zone)
	}
	period := Period{Zone: zone, Part: HourParts, Starts: hours(first, now, zone), Last: now, Now: true}
	return period.against(first.Add(-time.Duration(wanted) * time.Hour))
}

// LastDays returns today and the days before it, as many as wanted.
func LastDays(wanted int, now time.Time, zone *time.Location) Period {
	today := now.In(zone)
	return days(date{today.Year(), today.Month(), today.Day() - wanted + 1}, wanted, now, zone)
}

// Limits of a period with chosen days.
const (
	// mostHourly and mostDaily are how many days are shown by hour and by day.
	mostHourly, mostDaily = 8, 186
	// earliestYear is before any portal has counted calls.
	earliestYear = 2000
)

// Days returns the days from one until another, as 2026-01-31. An empty last day is today.
func Days(since, until string, now time.Time, zone *time.Location) (Period, error) {
	first, err := time.Parse(time.DateOnly, since)
	if err != nil || first.Year() < earliestYear {
		return Period{}, refusedDay("since", "must be a day such as 2026-01-31, not before 2000")
	}
	today := now.In(zone)
	last := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC)
	if first.After(last) {
		return Period{}, refusedDay("since", "must not be in the future")
	}
	if until != "" {
		chosen, err := time.Parse(time.DateOnly, until)
		if err != nil || chosen.Before(first) {
			return Period{}, refusedDay("until", "must be a day such as 2026-01-31, not before the first")
		}
		if chosen.Before(last) {
			last = chosen
		}
	}
	return days(date{first.Year(), first.Month(), first.Day()}, int(last.Sub(first).Hours()/24)+1, now, zone), nil
}

func refusedDay(name, reason string) error {
	return fault.InvalidFields([]fault.Field{{Name: name, Reason: reason}})
}

type date struct {
	year  int
	month time.Month
	day   int
}

// days returns a period of whole days, of which the last one may not be over.
func days(first date, wanted int, now time.Time, zone *time.Location) Period {
	period := Period{Zone: zone, Part: DayParts, Now: true, Last: now}
	if over := midnight(date{first.year, first.month, first.day + wanted}, zone); !over.After(now) {
		period.Now, period.Last = false, over.Add(-time.Minute)
	}
	since := midnight(first, zone)
	switch {
	case wanted <= mostHourly:
		period.Part, period.Starts = HourParts, hours(since, period.Last, zone)
	case wanted <= mostDaily:
		for i := range wanted {
			period.Starts = append(period.Starts, midnight(date{first.year, first.month, first.day + i}, zone))
		}
	default:
		period.Part, period.Starts = MonthParts, []time.Time{since}
		for i := time.Month(1); ; i++ {
			at := midnight(date{first.year, first.month + i, 1}, zone)
			if at.After(period.Last) {
				break
			}
			period.Starts = append(period.Starts, at)
		}
	}
	return period.against(midnight(date{first.year, first.month, first.day - wanted}, zone))
}

// against adds the period before, which begins at the given time.
func (p Period) against(before time.Time) Period {
	p.Before = usage.Span{Since: before, Until: before.Add(p.Last.Sub(p.Since()))}
	if latest := p.Since().Add(-time.Minute); p.Before.Until.After(latest) {
		p.Before.Until = latest
	}
	return p
}

// quarter divides the offsets of all zones.
const quarter = 15 * time.Minute

// hourOf returns the beginning of the hour on the clock of the zone.
func hourOf(at time.Time, zone *time.Location) time.Time {
	at = at.Truncate(quarter)
	for at.In(zone).Minute() != 0 {
		at = at.Add(-quarter)
	}
	return at.UTC()
}

// hours returns the beginnings of the hours on the clock of the zone, from one time until another.
func hours(since, until time.Time, zone *time.Location) []time.Time {
	starts := []time.Time{since}
	for at := since.Truncate(quarter).Add(quarter); !at.After(until); at = at.Add(quarter) {
		if at.In(zone).Minute() == 0 {
			starts = append(starts, at.UTC())
		}
	}
	return starts
}

// midnight returns the first moment of a day. Where clocks change at midnight, it may read 01:00, or come twice.
func midnight(of date, zone *time.Location) time.Time {
	wanted := time.Date(of.year, of.month, of.day, 0, 0, 0, 0, time.UTC).Day()
	at := time.Date(of.year, of.month, of.day, 0, 0, 0, 0, zone)
	for at.In(zone).Day() != wanted {
		at = at.Add(quarter)
	}
	for earlier := at.Add(-quarter); earlier.Day() == wanted; earlier = earlier.Add(-quarter) {
		at = earlier
	}
	return at.UTC()
}
