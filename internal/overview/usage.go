package overview

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// UsageRequest says which calls a usage page shows.
type UsageRequest struct {
	Period PeriodChoice
	// Filters holds one value for each dimension that is filtered by. A malformed value matches nothing, like an unknown
	// one.
	Filters map[usage.Dimension]usage.Value
}

// UsagePage holds the figures of calls in one period.
type UsagePage struct {
	Period Period
	// Whole are the figures of the period, Before those of the period before.
	Whole, Before UsageFigures
	// Parts are the figures of the period's parts, as many as it has starts.
	Parts []UsageFigures
	// Tables has the values of each dimension that have calls, the ones with the most first. Truncated says which have
	// more values.
	Tables    map[usage.Dimension][]UsageRow
	Truncated map[usage.Dimension]bool
	// Choices are the values to choose from as a filter. Filters are those in use.
	Choices map[usage.Dimension][]UsageName
	Filters map[usage.Dimension]UsageName
	// Timed reports whether latencies are known. They are not kept by key.
	Timed bool
	// Team is the name of the caller's team. Quotas has its subscriptions with a quota, those closest to its end first.
	Team   string
	Quotas []QuotaUse
	At     time.Time
}

// UsageFigures counts calls. Calls reached the upstream; Errors are those among them with a status of 400 or above.
// Responses counts all answers, with those that the gateway gave itself.
type UsageFigures struct {
	Calls, Errors, Responses int64
	// Latency is the time of the whole response, Upstream that until the upstream's response began.
	Latency, Upstream Percentiles
}

// Refused counts the calls that the gateway answered itself.
func (f UsageFigures) Refused() int64 { return f.Responses - f.Calls }

// Percentiles are times in milliseconds. Without calls, none is known.
type Percentiles struct {
	Known         bool
	P50, P95, P99 float64
}

// UsageRow holds the figures of one value.
type UsageRow struct {
	UsageName
	UsageFigures
}

// UsageName is a value with its name.
type UsageName struct {
	Value usage.Value
	Name  string
	// Of is the API of an operation, or the beginning of a key. Method is that of an operation.
	Of, Method string
}

// usageFilters are the dimensions that a page filters by; the team is one for staff.
var usageFilters = []usage.Dimension{
	usage.OfTeam, usage.OfApplication, usage.OfVersion, usage.OfOperation, usage.OfEnvironment, usage.OfStatusClass, usage.OfCredential,
}

var (
	usageCounts    = []usage.Metric{usage.Requests, usage.Forwarded, usage.Failed}
	usageLatencies = []usage.Metric{usage.LatencyP50, usage.LatencyP95, usage.LatencyP99}
	usageUpstreams = []usage.Metric{usage.UpstreamP50, usage.UpstreamP95, usage.UpstreamP99}
)

// Usage returns the figures of the calls of the caller's team.
func (s *Service) Usage(ctx context.Context, request UsageRequest) (UsagePage, error) {
	if err := identity.Require(ctx, identity.ViewTeam); err != nil {
		return UsagePage{}, err
	}
	delete(request.Filters, usage.OfTeam)
	team := identity.From(ctx).Team
	names, err := s.store.TeamNames(ctx, []identity.TeamID{team})
	if err != nil {
		return UsagePage{}, err
	}
	shown, err := s.usagePage(ctx, request, usage.Query{})
	if err != nil {
		return UsagePage{}, err
	}
	quotas, err := s.TeamQuotas(ctx)
	shown.Team, shown.Quotas = names[team], quotas.Uses
	return shown, err
}

// StaffUsage returns the figures of the calls of all teams, or of those that the filters select.
func (s *Service) StaffUsage(ctx context.Context, request UsageRequest) (UsagePage, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return UsagePage{}, err
	}
	return s.usagePage(ctx, request, usage.Query{AllTeams: true})
}

// usagePage fills the page with the answers to one list of queries, which only differ from the base in what they ask.
func (s *Service) usagePage(ctx context.Context, request UsageRequest, base usage.Query) (UsagePage, error) {
	now := s.now()
	period, err := request.Period.Period(now)
	if err != nil {
		return UsagePage{}, err
	}
	shown := UsagePage{
		Period: period, At: now, Timed: request.Filters[usage.OfCredential] == "",
		Tables: map[usage.Dimension][]UsageRow{}, Truncated: map[usage.Dimension]bool{},
		Choices: map[usage.Dimension][]UsageName{}, Filters: map[usage.Dimension]UsageName{},
	}
	asked := usageQuestions{period: period, chosen: request.Filters, base: base, timed: shown.Timed}
	asked.add(&shown)
	results, err := s.usage.AnalyseAll(ctx, asked.queries...)
	if err != nil {
		return UsagePage{}, err
	}
	for i, take := range asked.takes {
		take(results[i])
	}
	err = s.nameUsage(ctx, request, &shown)
	return shown, err
}

// usageQuestions are the queries of a page, each with what takes its result.
type usageQuestions struct {
	period  Period
	chosen  map[usage.Dimension]usage.Value
	base    usage.Query
	timed   bool
	queries []usage.Query
	takes   []func(result usage.Result)
}

// everyFilter stands for the dimension without a filter if a query has all of them.
const everyFilter usage.Dimension = ""

// ask adds a query for the period, without the filter by a dimension.
func (q *usageQuestions) ask(without usage.Dimension, metrics []usage.Metric, take func(usage.Result), dimensions ...usage.Dimension) {
	query := q.base
	query.Since, query.Until = q.period.Since(), q.period.Last
	query.Metrics, query.Dimensions, query.Filters = metrics, dimensions, q.filters(without)
	if slices.Contains(dimensions, usage.ByTime) {
		query.Starts = q.period.Starts
	}
	q.queries, q.takes = append(q.queries, query), append(q.takes, take)
}

func (q *usageQuestions) filters(without usage.Dimension) []usage.Filter {
	var filters []usage.Filter
	for _, dimension := range usageFilters {
		if value := q.chosen[dimension]; value != "" && dimension != without {
			filters = append(filters, usage.Filter{Dimension: dimension, Values: []usage.Value{wellFormed(dimension, value)}})
		}
	}
	return filters
}

// wellFormed returns the value, or one that matches nothing if the value is malformed.
func wellFormed(dimension usage.Dimension, value usage.Value) usage.Value {
	switch dimension {
	case usage.OfOperation:
		version, slug, _ := usage.OperationOf(value)
		return usage.OperationValue(version, slug)
	case usage.OfStatusClass:
		if !slices.Contains([]string{"1", "2", "3", "4", "5"}, value) {
			return "0"
		}
		return value
	case usage.OfEnvironment:
		return value
	default:
		parsed, _ := id.Parse[access.ApplicationID](value)
		return parsed.Hex()
	}
}

// add adds the queries of the page.
func (q *usageQuestions) add(shown *UsagePage) {
	figures, latencies := usageCounts, usageCounts
	if q.timed {
		figures = slices.Concat(usageCounts, usageLatencies, usageUpstreams)
		latencies = slices.Concat(usageCounts, usageLatencies)
	}
	q.ask(everyFilter, figures, func(result usage.Result) { shown.Whole = wholeOf(result) })
	q.ask(everyFilter, latencies, func(result usage.Result) { shown.Before = wholeOf(result) })
	before := &q.queries[len(q.queries)-1]
	before.Since, before.Until = q.period.Before.Since, q.period.Before.Until
	q.ask(everyFilter, latencies, func(result usage.Result) { shown.Parts = partsOf(result, q.period) }, usage.ByTime)
	q.table(shown, usage.OfOperation, latencies)
	for _, dimension := range []usage.Dimension{usage.OfApplication, usage.OfVersion, usage.OfStatus} {
		q.table(shown, dimension, usageCounts)
	}
	if q.base.AllTeams {
		q.table(shown, usage.OfTeam, usageCounts)
	}
	if q.chosen[usage.OfApplication] != "" || q.chosen[usage.OfCredential] != "" {
		q.table(shown, usage.OfCredential, usageCounts)
	}
	for _, dimension := range []usage.Dimension{usage.OfApplication, usage.OfVersion, usage.OfEnvironment} {
		if dimension == usage.OfEnvironment || q.chosen[dimension] != "" {
			q.choices(shown, dimension)
		}
	}
}

func (q *usageQuestions) table(shown *UsagePage, dimension usage.Dimension, metrics []usage.Metric) {
	q.ask(everyFilter, metrics, func(result usage.Result) {
		shown.Truncated[dimension] = result.Truncated
		for _, row := range result.Rows {
			shown.Tables[dimension] = append(shown.Tables[dimension], UsageRow{UsageName{Value: row.Values[0]}, figuresOf(row)})
		}
		if _, asked := shown.Choices[dimension]; !asked {
			shown.Choices[dimension] = valuesOf(result, dimension)
		}
	}, dimension)
}

func (q *usageQuestions) choices(shown *UsagePage, dimension usage.Dimension) {
	q.ask(dimension, []usage.Metric{usage.Requests}, func(result usage.Result) {
		shown.Choices[dimension] = valuesOf(result, dimension)
	}, dimension)
}

func valuesOf(result usage.Result, dimension usage.Dimension) []UsageName {
	var values []UsageName
	for _, value := range result.Dimensions[dimension] {
		values = append(values, UsageName{Value: value})
	}
	return values
}

func wholeOf(result usage.Result) UsageFigures {
	if len(result.Rows) == 0 {
		return UsageFigures{}
	}
	return figuresOf(result.Rows[0])
}

// partsOf returns the figures of all parts; those without calls are zero.
func partsOf(result usage.Result, period Period) []UsageFigures {
	parts := make([]UsageFigures, len(period.Starts))
	for _, row := range result.Rows {
		if at, found := slices.BinarySearchFunc(period.Starts, row.At, time.Time.Compare); found {
			parts[at] = figuresOf(row)
		}
	}
	return parts
}

func figuresOf(row usage.Row) UsageFigures {
	return UsageFigures{
		Calls: int64(row.Figures[usage.Forwarded]), Errors: int64(row.Figures[usage.Failed]), Responses: int64(row.Figures[usage.Requests]),
		Latency: percentilesOf(row, usageLatencies), Upstream: percentilesOf(row, usageUpstreams),
	}
}

func percentilesOf(row usage.Row, metrics []usage.Metric) Percentiles {
	_, known := row.Figures[metrics[0]]
	return Percentiles{Known: known, P50: row.Figures[metrics[0]], P95: row.Figures[metrics[1]], P99: row.Figures[metrics[2]]}
}
