package home

import (
	"math"
	"strconv"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/view/chart"
)

// hours returns one value of each of the last 24 hours.
func (c ownContent) hours(of func(overview.UsageFigures) float64) []float64 {
	values := make([]float64, len(c.Usage.Hours))
	for i, hour := range c.Usage.Hours {
		values[i] = of(hour)
	}
	return values
}

func hourCalls(of overview.UsageFigures) float64  { return float64(of.Calls) }
func hourErrors(of overview.UsageFigures) float64 { return float64(of.Errors) }

// hourMedian is a gap in an hour without calls.
func hourMedian(of overview.UsageFigures) float64 {
	if !of.Latency.Known {
		return chart.Gap
	}
	return of.Latency.P50
}

// callsByHour returns the calls of an application in the last 24 hours.
func (c ownContent) callsByHour(application access.ApplicationID) []float64 {
	hours := c.Calls[application].Hours
	values := make([]float64, len(hours))
	for i, calls := range hours {
		values[i] = float64(calls)
	}
	return values
}

// callsLabel names the link to the usage of an application.
func (c ownContent) callsLabel(of overview.ApplicationUse) string {
	return view.Count(c.Calls[of.Application.ID].Today, "call") + " of " + of.Application.Name + " today"
}

// callsNote compares the calls with those of the same day last week, until the same time.
func (c ownContent) callsNote() string {
	weekday := c.At.UTC().Weekday().String()
	if c.Usage.LastWeek == 0 {
		return "None last " + weekday
	}
	change := math.Round(100 * (float64(c.Usage.Whole.Calls)/float64(c.Usage.LastWeek) - 1))
	sign := "+"
	switch {
	case change > 1000:
		return view.Number(c.Usage.LastWeek) + " by this time last " + weekday
	case change < 0:
		sign = "−"
	}
	return sign + strconv.FormatFloat(math.Abs(change), 'f', 0, 64) + "% on last " + weekday
}
