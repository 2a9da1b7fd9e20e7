package overview_test

import (
	"testing"
	"time"

	"github.com/portico-api/portico/internal/overview"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// TestPartsBeginOnTheReadersClock walks over the switches of daylight saving in zones with offsets of whole and half
// hours and of quarters.
func TestPartsBeginOnTheReadersClock(t *testing.T) {
	for name, days := range map[string]map[string]float64{
		// The lengths in hours of the days whose length is not 24 hours.
		"Europe/Oslo":         {"2026-03-29": 23, "2026-10-25": 25},
		"America/New_York":    {"2026-03-08": 23, "2026-11-01": 25},
		"Australia/Lord_Howe": {"2026-04-05": 24.5, "2026-10-04": 23.5},
		"America/Havana":      {"2026-03-08": 23, "2026-11-01": 25},
		"Asia/Beirut":         {"2026-03-29": 23, "2026-10-24": 25},
		"Asia/Kolkata":        {},
		"Asia/Kathmandu":      {},
	} {
		zone := zoneOf(t, name)
		for month := time.January; month <= time.December; month++ {
			now := time.Date(2026, month+1, 3, 20, 17, 30, 0, time.UTC)
			period := overview.LastDays(40, now, zone)
			if len(period.Starts) != 40 || !period.Last.Equal(now) || !period.Now {
				t.Fatalf("%s: %+v", name, period)
			}
			for i, start := range period.Starts[1:] {
				from := period.Starts[i].In(zone)
				want, special := days[from.Format(time.DateOnly)]
				if !special {
					want = 24
				}
				if got := start.Sub(from).Hours(); got != want {
					t.Errorf("%s: %s has %g hours, want %g", name, from.Format(time.DateOnly), got, want)
				}
				if earlier := start.Add(-time.Minute).In(zone); earlier.Day() == start.In(zone).Day() {
					t.Errorf("%s: %s begins before %s", name, start.In(zone).Format(time.DateOnly), start.In(zone))
				}
			}
			hours := overview.LastHours(24*35, now, zone)
			for i, start := range hours.Starts {
				if start.In(zone).Minute() != 0 {
					t.Errorf("%s: an hour begins at %s", name, start.In(zone))
				}
				if i > 0 && start.Sub(hours.Starts[i-1]) > 90*time.Minute {
					t.Errorf("%s: %s follows %s", name, start, hours.Starts[i-1])
				}
			}
		}
	}
}

func TestAPeriodIsComparedWithAsMuchOfTheOneBefore(t *testing.T) {
	now := time.Date(2026, 12, 1, 15, 17, 30, 0, time.UTC)
	oslo := zoneOf(t, "Europe/Oslo")
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, row := range []struct {
		choice        overview.PeriodChoice
		part          overview.Part
		parts         int
		since, before string
		until         string // of the period before
		now           bool
	}{
		{overview.PeriodChoice{Name: "1h"}, "minute", 60, "2026-12-01T14:18:00Z", "2026-12-01T13:18:00Z", "2026-12-01T14:17:00Z", true},
		{overview.PeriodChoice{Name: "24h"}, "hour", 24, "2026-11-30T16:00:00Z", "2026-11-29T16:00:00Z", "2026-11-30T15:17:30Z", true},
		{overview.PeriodChoice{Name: "7d"}, "hour", 6*24 + 17, "2026-11-24T23:00:00Z", "2026-11-17T23:00:00Z", "2026-11-24T15:17:30Z", true},
		{overview.PeriodChoice{Name: "30d"}, "day", 30, "2026-11-01T23:00:00Z", "2026-10-02T22:00:00Z", "2026-11-01T14:17:30Z", true},
		{overview.PeriodChoice{}, "day", 30, "2026-11-01T23:00:00Z", "2026-10-02T22:00:00Z", "2026-11-01T14:17:30Z", true},
		{overview.PeriodChoice{Name: "90d"}, "day", 90, "2026-09-02T22:00:00Z", "2026-06-04T22:00:00Z", "2026-09-02T15:17:30Z", true},
		{overview.PeriodChoice{Name: "custom", Since: "2026-10-25", Until: "2026-10-25"}, "hour", 25, "2026-10-24T22:00:00Z", "2026-10-23T22:00:00Z", "2026-10-24T21:59:00Z", false},
		{overview.PeriodChoice{Name: "custom", Since: "2026-10-20", Until: "2026-10-29"}, "day", 10, "2026-10-19T22:00:00Z", "2026-10-09T22:00:00Z", "2026-10-19T21:59:00Z", false},
		{overview.PeriodChoice{Name: "custom", Since: "2025-11-15"}, "month", 14, "2025-11-14T23:00:00Z", "2024-10-28T23:00:00Z", "2025-11-14T15:17:30Z", true},
	} {
		row.choice.Zone = oslo
		period, err := row.choice.Period(now)
		if err != nil {
			t.Fatal(err)
		}
		if period.Part != row.part || len(period.Starts) != row.parts || !period.Since().Equal(at(row.since)) || period.Now != row.now {
			t.Errorf("%+v: %d parts of a %s from %s, now %t", row.choice, len(period.Starts), period.Part, period.Since(), period.Now)
		}
		if !period.Before.Since.Equal(at(row.before)) || !period.Before.Until.Equal(at(row.until)) {
			t.Errorf("%+v: compared with %s", row.choice, period.Before)
		}
	}
	for field, choice := range map[string]overview.PeriodChoice{
		"since": {Since: "2026-12-03"}, "until": {Since: "2026-11-03", Until: "2026-11-02"}, "since ": {Since: "yesterday"}, "since  ": {Since: "1999-12-31"},
	} {
		choice.Name, choice.Zone = overview.ChosenDays, oslo
		if _, err := choice.Period(now); err == nil {
			t.Errorf("%s: %+v is accepted", field, choice)
		}
	}
}
