package overview

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/usage"
)

// UsageToday is what was called since midnight UTC.
type UsageToday struct {
	Whole UsageFigures
	// LastWeek counts the calls on the same day of the week before, until the same time.
	LastWeek int64
	// Hours are the current hour and the 23 before it.
	Hours []UsageFigures
}

// usageToday returns what a team called today with one of its applications, or with all if it is zero.
func (s *Service) usageToday(ctx context.Context, team identity.TeamID, application access.ApplicationID, now time.Time) (UsageToday, error) {
	base := usage.Query{Team: team, Metrics: slices.Concat(usageCounts, usageLatencies)}
	if !application.IsZero() {
		base.Filters = []usage.Filter{{Dimension: usage.OfApplication, Values: []usage.Value{application.Hex()}}}
	}
	today, before, hourly := base, base, base
	today.Since, today.Until = usage.Today(now).Since, now
	before.Since, before.Until, before.Metrics = today.Since.AddDate(0, 0, -7), now.AddDate(0, 0, -7), usageCounts
	hours := LastHours(24, now, time.UTC)
	hourly.Since, hourly.Until, hourly.Dimensions, hourly.Starts = hours.Since(), hours.Last, []usage.Dimension{usage.ByTime}, hours.Starts
	results, err := s.usage.AnalyseAll(ctx, today, before, hourly)
	if err != nil {
		return UsageToday{}, err
	}
	return UsageToday{Whole: wholeOf(results[0]), LastWeek: wholeOf(results[1]).Calls, Hours: partsOf(results[2], hours)}, nil
}

// ApplicationCalls counts the calls of an application today and in the current hour and the 23 before it.
type ApplicationCalls struct {
	Today int64
	Hours []int64
}

// applicationCalls counts the calls of several applications of a team.
func (s *Service) applicationCalls(ctx context.Context, team identity.TeamID, applications []ApplicationUse, now time.Time) (map[access.ApplicationID]ApplicationCalls, error) {
	calls := map[access.ApplicationID]ApplicationCalls{}
	var values []usage.Value
	hours := LastHours(24, now, time.UTC)
	for _, one := range applications {
		values = append(values, one.Application.ID.Hex())
		calls[one.Application.ID] = ApplicationCalls{Hours: make([]int64, len(hours.Starts))}
	}
	today := usage.Query{
		Team: team, Since: usage.Today(now).Since, Until: now, Metrics: usageCounts, Dimensions: []usage.Dimension{usage.OfApplication},
		Filters: []usage.Filter{{Dimension: usage.OfApplication, Values: values}},
	}
	hourly := today
	hourly.Since, hourly.Starts, hourly.Dimensions = hours.Since(), hours.Starts, []usage.Dimension{usage.ByTime, usage.OfApplication}
	results, err := s.usage.AnalyseAll(ctx, today, hourly)
	if err != nil {
		return nil, err
	}
	for _, row := range results[0].Rows {
		id := firstOf[access.ApplicationID](row.Values[0])
		calls[id] = ApplicationCalls{Today: figuresOf(row).Calls, Hours: calls[id].Hours}
	}
	for _, row := range results[1].Rows {
		if at, found := slices.BinarySearchFunc(hours.Starts, row.At, time.Time.Compare); found {
			calls[firstOf[access.ApplicationID](row.Values[0])].Hours[at] = figuresOf(row).Calls
		}
	}
	return calls, nil
}
