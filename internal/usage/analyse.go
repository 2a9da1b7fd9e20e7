package usage

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

// Result answers a Query.
type Result struct {
	// Dimensions holds the values that occur, besides those of time: statuses in order, all others by requests, the most
	// first.
	Dimensions map[Dimension][]Value
	// Rows has a row for each combination of values and each bucket that has calls, ordered by time and then as the
	// values of the dimensions.
	Rows []Row
	// Truncated says that a dimension has more than MostValues values. Only the calls of those with the most are in Rows.
	Truncated bool
}

// Row holds the figures of one combination of values.
type Row struct {
	// At is the beginning of the bucket; without ByTime it is that of the range.
	At time.Time
	// Values are those of the query's dimensions, without time.
	Values []Value
	// Figures has no quantile if no value was measured.
	Figures map[Metric]float64
}

// Selection asks the store for what is counted at one grain and level.
type Selection struct {
	Grain Grain
	Level Level
	Spans []Span
	// Buckets of this length begin at Base. If it is zero, there is one bucket.
	Base       time.Time
	Bucket     time.Duration
	Dimensions []Dimension
	Filters    []Filter
	// Total selects the distributions of all statuses.
	Total bool
}

// TallyKey identifies a combination of values in one bucket. The values are those of the selection's dimensions.
type TallyKey struct {
	Bucket int64
	Values [2]Value
}

// Tally is what was counted for a combination of values.
type Tally struct {
	TallyKey

	Requests, Forwarded, Failed, BytesIn, BytesOut int64
}

// Analyse returns figures of calls. They are exact: quantiles are within 1 % of those of the calls themselves.
func (s *Service) Analyse(ctx context.Context, query Query) (Result, error) {
	results, err := s.AnalyseAll(ctx, query)
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

// AnalyseAll answers several queries from the same state of the counts.
func (s *Service) AnalyseAll(ctx context.Context, queries ...Query) ([]Result, error) {
	for _, query := range queries {
		if err := requireScope(ctx, query); err != nil {
			return nil, err
		}
		if err := query.Validate(s.now()); err != nil {
			return nil, err
		}
	}
	results := make([]Result, len(queries))
	err := s.store.Snapshot(ctx, func(ctx context.Context) error {
		coverage, err := s.store.Coverage(ctx)
		for i, query := range queries {
			if err != nil {
				return err
			}
			if query.Team.IsZero() {
				query.Team = identity.From(ctx).Team
			}
			results[i], err = s.analyse(ctx, query, coverage)
		}
		return err
	})
	return results, err
}

func requireScope(ctx context.Context, query Query) error {
	switch {
	case query.AllTeams:
		return identity.Require(ctx, identity.ViewAnyTeam)
	case query.Team.IsZero():
		return identity.Require(ctx, identity.ViewTeam)
	}
	return requireIn(ctx, query.Team)
}

func (s *Service) analyse(ctx context.Context, query Query, coverage Coverage) (Result, error) {
	analysis := newAnalysis(query)
	selections, err := s.tally(ctx, analysis, coverage)
	if err != nil {
		return Result{}, err
	}
	result := analysis.rank()
	if len(query.measures()) > 0 {
		for _, selection := range selections {
			selection.Level = levelFor(selection.Grain, query.needs(), true)
			selection.Total = !query.byStatus() && selection.Level.Total(selection.Grain)
			selection.Filters = append(slices.Clone(selection.Filters), analysis.shown(result)...)
			if err := s.store.Distributions(ctx, selection, query.measures(), analysis.merge); err != nil {
				return Result{}, err
			}
		}
	}
	analysis.fill(&result)
	return result, nil
}

// tally adds the counts of a query to its analysis, and returns what was selected.
func (s *Service) tally(ctx context.Context, analysis *analysis, coverage Coverage) ([]Selection, error) {
	selections := analysis.selections(coverage)
	for _, selection := range selections {
		selection.Level = levelFor(selection.Grain, analysis.query.needs(), false)
		tallies, err := s.store.Tallies(ctx, selection)
		if err != nil {
			return nil, err
		}
		analysis.addTallies(tallies)
	}
	return selections, nil
}

// analysis collects the figures of one query.
type analysis struct {
	query Query
	// grouped are the dimensions besides time.
	grouped []Dimension
	step    time.Duration
	tallies map[TallyKey]*Tally
	spreads map[TallyKey]*[4]Sketch
}

func newAnalysis(query Query) *analysis {
	return &analysis{query: query, grouped: query.grouped(), step: query.step(), tallies: map[TallyKey]*Tally{}, spreads: map[TallyKey]*[4]Sketch{}}
}

// The range is cut to years that the store can count in.
var (
	earliest = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, time.January, 1, 0, 0, 0, 0, time.UTC)
)

// selections returns what is selected for the query, without its level.
func (a *analysis) selections(coverage Coverage) []Selection {
	whole := Selection{Dimensions: a.grouped, Filters: a.query.Filters}
	since := a.query.Since.UTC().Truncate(time.Minute)
	base := since
	if since.Before(earliest) {
		since = earliest
	}
	until := a.query.Until.UTC()
	if until.After(latest) {
		until = latest
	}
	until = until.Truncate(time.Minute).Add(time.Minute)
	if a.query.byTime() {
		whole.Base, whole.Bucket = base, a.query.step()
	}
	if !a.query.AllTeams {
		own := Filter{Dimension: OfTeam, Values: []Value{a.query.Team.Hex()}}
		whole.Filters = append([]Filter{own}, whole.Filters...)
	}
	var selections []Selection
	for _, piece := range coverage.cover(since, until, func(at time.Time) int64 { return a.query.part(base, at) }) {
		at := slices.IndexFunc(selections, func(one Selection) bool { return one.Grain == piece.Grain })
		if at < 0 {
			at = len(selections)
			selections = append(selections, whole)
			selections[at].Grain = piece.Grain
		}
		selections[at].Spans = append(selections[at].Spans, piece.Span)
	}
	return selections
}

// key returns the key with the part of the range instead of the step. It moves what starts exactly at the range's end
// into the last part.
func (a *analysis) key(key TallyKey) TallyKey {
	if starts := a.query.Starts; len(starts) > 0 && a.query.byTime() {
		key.Bucket = a.query.part(starts[0], starts[0].Add(time.Duration(key.Bucket)*a.step))
	}
	key.Bucket = min(key.Bucket, a.query.buckets()-1)
	return key
}

func (a *analysis) addTallies(tallies []Tally) {
	for _, tally := range tallies {
		key := a.key(tally.TallyKey)
		sum := a.tallies[key]
		if sum == nil {
			sum = &Tally{TallyKey: key}
			a.tallies[key] = sum
		}
		sum.Requests += tally.Requests
		sum.Forwarded += tally.Forwarded
		sum.Failed += tally.Failed
		sum.BytesIn += tally.BytesIn
		sum.BytesOut += tally.BytesOut
	}
}

// merge adds distributions, of which those that were not asked for are empty.
func (a *analysis) merge(key TallyKey, sketches [4][]byte) error {
	key = a.key(key)
	into := a.spreads[key]
	if into == nil {
		into = &[4]Sketch{}
		a.spreads[key] = into
	}
	for i, encoded := range sketches {
		if err := into[i].Merge(encoded); err != nil {
			return err
		}
	}
	return nil
}

// rank returns a result with the values of each dimension and without rows.
func (a *analysis) rank() Result {
	result := Result{Dimensions: map[Dimension][]Value{}}
	for i, dimension := range a.grouped {
		requests := map[Value]int64{}
		for key, tally := range a.tallies {
			requests[key.Values[i]] += tally.Requests
		}
		values := make([]Value, 0, len(requests))
		for value := range requests {
			values = append(values, value)
		}
		slices.SortFunc(values, func(a, b Value) int { return cmp.Or(cmp.Compare(requests[b], requests[a]), cmp.Compare(a, b)) })
		if len(values) > MostValues {
			values, result.Truncated = values[:MostValues], true
		}
		if dimension == OfStatus || dimension == OfStatusClass {
			slices.Sort(values)
		}
		result.Dimensions[dimension] = values
	}
	return result
}

// shown returns filters for the values of a result, if it leaves out others.
func (a *analysis) shown(result Result) []Filter {
	if !result.Truncated {
		return nil
	}
	var filters []Filter
	for _, dimension := range a.grouped {
		filters = append(filters, Filter{Dimension: dimension, Values: result.Dimensions[dimension]})
	}
	return filters
}

// fill adds the rows.
func (a *analysis) fill(result *Result) {
	place := [2]map[Value]int{}
	for i, dimension := range a.grouped {
		place[i] = map[Value]int{}
		for at, value := range result.Dimensions[dimension] {
			place[i][value] = at
		}
	}
	var keys []TallyKey
	for key := range a.tallies {
		shown := true
		for i := range a.grouped {
			_, among := place[i][key.Values[i]]
			shown = shown && among
		}
		if shown {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b TallyKey) int {
		return cmp.Or(
			cmp.Compare(a.Bucket, b.Bucket),
			cmp.Compare(place[0][a.Values[0]], place[0][b.Values[0]]), cmp.Compare(place[1][a.Values[1]], place[1][b.Values[1]]),
		)
	})
	for _, key := range keys {
		result.Rows = append(result.Rows, Row{
			At: a.query.start(key.Bucket), Values: slices.Clone(key.Values[:len(a.grouped)]), Figures: a.figures(key),
		})
	}
}

func (a *analysis) figures(key TallyKey) map[Metric]float64 {
	tally, figures := a.tallies[key], make(map[Metric]float64, len(a.query.Metrics))
	for _, metric := range a.query.Metrics {
		switch metric {
		case Requests:
			figures[metric] = float64(tally.Requests)
		case RequestsPerMinute:
			figures[metric] = float64(tally.Requests) / a.minutes(key.Bucket)
		case Forwarded:
			figures[metric] = float64(tally.Forwarded)
		case Failed:
			figures[metric] = float64(tally.Failed)
		case BytesIn:
			figures[metric] = float64(tally.BytesIn)
		case BytesOut:
			figures[metric] = float64(tally.BytesOut)
		default:
			wanted := quantiles[metric]
			if sketches := a.spreads[key]; sketches != nil && sketches[wanted.measure].Count() > 0 {
				figures[metric] = sketches[wanted.measure].Quantile(wanted.share)
			}
		}
	}
	return figures
}

// minutes returns the length of a bucket within the range in minutes, at least one.
func (a *analysis) minutes(bucket int64) float64 {
	end := a.query.Until
	if next := a.query.start(bucket + 1); bucket < a.query.buckets()-1 && next.Before(end) {
		end = next
	}
	return max(1, end.Sub(a.query.start(bucket)).Minutes())
}

// StatusValue returns the value of a status.
func StatusValue(status int) Value { return strconv.Itoa(status) }
