package usage

import (
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// The parameters of a usage page besides its filters.
const (
	rangeParameter = "range"
	sinceParameter = "since"
	untilParameter = "until"
)

// filters are the filters in the order of their chips, with their parameters.
var filters = []struct {
	dimension   usage.Dimension
	name, label string
	// any is the choice without the filter; empty if only links set it.
	any string
}{
	{usage.OfTeam, "team", "Team", ""},
	{usage.OfApplication, "application", "Application", "All applications"},
	{usage.OfVersion, "version", "API", "All APIs"},
	{usage.OfOperation, "operation", "Operation", ""},
	{usage.OfEnvironment, "environment", "Environment", "All environments"},
	{usage.OfStatusClass, "status", "Status", "All statuses"},
	{usage.OfCredential, "key", "Key", ""},
}

// filterName returns the parameter of a filter.
func filterName(dimension usage.Dimension) string {
	for _, one := range filters {
		if one.dimension == dimension {
			return one.name
		}
	}
	return ""
}

type period struct {
	name         overview.PeriodName
	text, before string
}

// periods are the periods to choose from, with how the one before is named.
var periods = []period{
	{overview.LastHour, "1 hour", "the hour before"},
	{overview.Last24h, "24 hours", "the 24 hours before"},
	{overview.Last7Days, "7 days", "the 7 days before"},
	{overview.Last30Days, "30 days", "the 30 days before"},
	{overview.Last90Days, "90 days", "the 90 days before"},
}

// read returns what the address asks for.
func read(v *visit.Visit) (view.Listing, overview.UsageRequest, error) {
	names := []string{rangeParameter, sinceParameter, untilParameter}
	for _, one := range filters {
		names = append(names, one.name)
	}
	list, err := v.Listing(names...)
	request := overview.UsageRequest{
		Filters: map[usage.Dimension]usage.Value{},
		Period: overview.PeriodChoice{
			Name: overview.PeriodName(list.Filter(rangeParameter)), Since: list.Filter(sinceParameter), Until: list.Filter(untilParameter),
			Zone: v.Zone(),
		},
	}
	for _, one := range filters {
		if value := list.Filter(one.name); value != "" {
			request.Filters[one.dimension] = value
		}
	}
	return list, request, err
}
