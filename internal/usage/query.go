package usage

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// Metric is a figure of calls.
type Metric string

// The metrics. Latencies are in milliseconds and sizes in bytes. Latency is that of the whole call. Upstream is the
// part until the upstream's response began; only forwarded calls have it.
const (
	// Requests counts all authenticated calls, those refused by a limit included. Forwarded counts those that reached the
	// upstream, and Failed those among them whose status is 400 or above.
	Requests          Metric = "requests"
	RequestsPerMinute Metric = "requests_per_minute"
	Forwarded         Metric = "forwarded"
	Failed            Metric = "failed"
	BytesIn           Metric = "bytes_in"
	BytesOut          Metric = "bytes_out"

	LatencyP50      Metric = "latency_p50"
	LatencyP95      Metric = "latency_p95"
	LatencyP99      Metric = "latency_p99"
	UpstreamP50     Metric = "upstream_p50"
	UpstreamP95     Metric = "upstream_p95"
	UpstreamP99     Metric = "upstream_p99"
	RequestSizeP50  Metric = "request_size_p50"
	RequestSizeP95  Metric = "request_size_p95"
	RequestSizeP99  Metric = "request_size_p99"
	ResponseSizeP50 Metric = "response_size_p50"
	ResponseSizeP95 Metric = "response_size_p95"
	ResponseSizeP99 Metric = "response_size_p99"
)

// Measure is what a distribution measures. Its value is the index of the sketch in a Spread.
type Measure int

// The measures.
const (
	OfLatency Measure = iota
	OfUpstream
	OfRequestSize
	OfResponseSize
)

type quantile struct {
	measure Measure
	share   float64
}

var quantiles = map[Metric]quantile{
	LatencyP50: {OfLatency, 0.5}, LatencyP95: {OfLatency, 0.95}, LatencyP99: {OfLatency, 0.99},
	UpstreamP50: {OfUpstream, 0.5}, UpstreamP95: {OfUpstream, 0.95}, UpstreamP99: {OfUpstream, 0.99},
	RequestSizeP50: {OfRequestSize, 0.5}, RequestSizeP95: {OfRequestSize, 0.95}, RequestSizeP99: {OfRequestSize, 0.99},
	ResponseSizeP50: {OfResponseSize, 0.5}, ResponseSizeP95: {OfResponseSize, 0.95}, ResponseSizeP99: {OfResponseSize, 0.99},
}

var counters = []Metric{Requests, RequestsPerMinute, Forwarded, Failed, BytesIn, BytesOut}

// Dimension is what a query groups or filters calls by.
type Dimension string

// The dimensions. Time only groups.
const (
	ByTime         Dimension = "time"
	OfTeam         Dimension = "team"
	OfApplication  Dimension = "application"
	OfSubscription Dimension = "subscription"
	OfCredential   Dimension = "credential"
	OfVersion      Dimension = "version"
	OfOperation    Dimension = "operation"
	OfEnvironment  Dimension = "environment"
	OfStatus       Dimension = "status"
	OfStatusClass  Dimension = "status_class"
)

// fieldsOf holds the fields of a series that a dimension needs.
var fieldsOf = map[Dimension]fields{
	OfTeam: ofTeam, OfApplication: ofApplication, OfSubscription: ofCredential, OfCredential: ofCredential, OfVersion: ofVersion,
	OfOperation: ofVersion | ofOperation, OfEnvironment: 0, OfStatus: 0, OfStatusClass: 0,
}

// Value is one value of a dimension: the 24 digits of an id, a status such as 404, the first digit of a status class,
// the name of an environment, or what OperationValue returns.
type Value = string

// OperationValue returns the value of an operation of a version. The slug is empty for calls that fit no operation.
func OperationValue(version catalog.VersionID, slug string) Value { return version.Hex() + "/" + slug }

// OperationOf parses the result of OperationValue.
func OperationOf(value Value) (version catalog.VersionID, slug string, err error) {
	text, slug, _ := strings.Cut(value, "/")
	version, err = id.Parse[catalog.VersionID](text)
	return version, slug, err
}

// Filter keeps only the calls whose dimension has one of the values, or none of them if Not is set.
type Filter struct {
	Dimension Dimension
	Not       bool
	Values    []Value
}

// Limits of a query.
const (
	// MostBuckets allows a week of minutes.
	MostBuckets = 7 * 24 * 60
	// MostValues is how many values of a dimension a result has: those with the most requests.
	MostValues = 50
)

// Query asks for figures of calls.
type Query struct {
	// A minute belongs to the range if it starts between Since, rounded down to its minute, and Until; both are inclusive.
	Since, Until time.Time
	Metrics      []Metric
	// Dimensions are up to two different ones, ByTime included.
	Dimensions []Dimension
	// Bucket is the length of the parts of the range with ByTime. The first one begins at Since.
	Bucket time.Duration
	// Starts are used instead of Bucket if the parts differ in length, such as days with daylight saving. They are whole
	// minutes in ascending order, of which the first is Since.
	Starts  []time.Time
	Filters []Filter
	// Team is the team whose calls are counted; zero means the caller's. AllTeams counts those of every team.
	Team     identity.TeamID
	AllTeams bool
}

func (q Query) byTime() bool { return slices.Contains(q.Dimensions, ByTime) }

// grouped returns the dimensions besides time.
func (q Query) grouped() []Dimension {
	return slices.DeleteFunc(slices.Clone(q.Dimensions), func(one Dimension) bool { return one == ByTime })
}

// buckets returns the number of parts of the range. Until belongs to the last full one if it is exactly at its end.
func (q Query) buckets() int64 {
	if !q.byTime() {
		return 1
	}
	if len(q.Starts) > 0 {
		return int64(len(q.Starts))
	}
	return max(1, int64((q.Until.Sub(q.Since)+q.Bucket-1)/q.Bucket))
}

// Validate rejects what no call could answer. Unknown values are valid: they match nothing.
func (q Query) Validate(now time.Time) error {
	var refused []fault.Field
	refuse := func(name, reason string) { refused = append(refused, fault.Field{Name: name, Reason: reason}) }
	if q.Until.Before(q.Since) {
		refuse("until", "must not be before the start")
	}
	if q.Since.After(now) {
		refuse("since", "must not be in the future")
	}
	if len(q.Metrics) == 0 {
		refuse("metrics", "must name at least one metric")
	}
	for _, metric := range q.Metrics {
		if _, known := quantiles[metric]; !known && !slices.Contains(counters, metric) {
			refuse("metrics", "are not all known")
		}
	}
	q.refuseDimensions(refuse)
	if q.byTime() && len(q.Starts) == 0 && q.Bucket < time.Minute {
		refuse("bucket", "must be at least a minute")
	} else if q.buckets() > MostBuckets {
		refuse("bucket", fmt.Sprintf("must divide the range into at most %d parts", MostBuckets))
	}
	if !q.orderedStarts() {
		refuse("starts", "must be whole minutes in ascending order from the start")
	}
	for i, filter := range q.Filters {
		if reason := filter.refusal(); reason != "" {
			refuse(fmt.Sprintf("filters[%d]", i), reason)
		}
	}
	return fault.InvalidFields(refused)
}

func (q Query) refuseDimensions(refuse func(name, reason string)) {
	if len(q.Dimensions) > 2 || len(q.Dimensions) == 2 && q.Dimensions[0] == q.Dimensions[1] {
		refuse("dimensions", "must be at most two different ones")
	}
	for _, dimension := range q.grouped() {
		if _, known := fieldsOf[dimension]; !known {
			refuse("dimensions", "are not all known")
		}
	}
	if q.needs()&ofCredential != 0 && len(q.measures()) > 0 {
		refuse("metrics", "must be counts for a query by key or subscription: distributions are not kept by them")
	}
}

func (f Filter) refusal() string {
	if _, known := fieldsOf[f.Dimension]; !known {
		return "must have a known dimension"
	}
	for _, value := range f.Values {
		if !f.Dimension.spells(value) {
			return "must have well-formed values"
		}
	}
	return ""
}

func (d Dimension) spells(value Value) bool {
	var err error
	switch d {
	case OfTeam, OfApplication, OfSubscription, OfCredential, OfVersion:
		_, err = id.Parse[access.ApplicationID](value)
	case OfOperation:
		_, _, err = OperationOf(value)
	case OfStatus:
		_, err = strconv.ParseUint(value, 10, 16)
	case OfStatusClass:
		_, err = strconv.ParseUint(value, 10, 4)
	case ByTime, OfEnvironment:
	}
	return err == nil
}

// needs returns the fields of a series that the query needs.
func (q Query) needs() fields {
	var needed fields
	if !q.AllTeams {
		needed |= ofTeam
	}
	for _, dimension := range q.Dimensions {
		needed |= fieldsOf[dimension]
	}
	for _, filter := range q.Filters {
		needed |= fieldsOf[filter.Dimension]
	}
	return needed
}

// measures returns the measures of the query's quantiles.
func (q Query) measures() []Measure {
	var measures []Measure
	for _, metric := range q.Metrics {
		if quantile, known := quantiles[metric]; known && !slices.Contains(measures, quantile.measure) {
			measures = append(measures, quantile.measure)
		}
	}
	return measures
}

// byStatus reports whether the query tells statuses apart.
func (q Query) byStatus() bool {
	told := func(dimension Dimension) bool { return dimension == OfStatus || dimension == OfStatusClass }
	return slices.ContainsFunc(q.Dimensions, told) ||
		slices.ContainsFunc(q.Filters, func(filter Filter) bool { return told(filter.Dimension) })
}

func (q Query) orderedStarts() bool {
	for i, at := range q.Starts {
		if !at.Equal(at.Truncate(time.Minute)) || i == 0 && !at.Equal(q.Since) || i > 0 && !at.After(q.Starts[i-1]) {
			return false
		}
	}
	return true
}

// start returns the beginning of a part.
func (q Query) start(part int64) time.Time {
	switch {
	case !q.byTime():
		return q.Since
	case len(q.Starts) == 0:
		return q.Since.Add(time.Duration(part) * q.Bucket)
	case part < int64(len(q.Starts)):
		return q.Starts[part]
	}
	return q.Until
}

// step returns the longest time of which all parts of the range consist, and with which the store groups rows.
func (q Query) step() time.Duration {
	if len(q.Starts) == 0 {
		return q.Bucket
	}
	var step time.Duration
	for i, at := range q.Starts[1:] {
		for rest := at.Sub(q.Starts[i]); rest > 0; {
			step, rest = rest, step%rest
		}
	}
	if step == 0 {
		return q.Until.Sub(q.Since) + time.Minute
	}
	return step
}

// part returns the index of the part that a moment of the range belongs to. The parts begin at base.
func (q Query) part(base, at time.Time) int64 {
	switch {
	case !q.byTime():
		return 0
	case len(q.Starts) > 0:
		after, exact := slices.BinarySearchFunc(q.Starts, at, time.Time.Compare)
		if exact {
			return int64(after)
		}
		return int64(after - 1)
	}
	return int64(at.Sub(base) / q.Bucket)
}
