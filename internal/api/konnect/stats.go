package konnect

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

// metrics are the protocol's metrics with their units.
var metrics = map[string]struct {
	metric usage.Metric
	unit   string
}{
	"REQUEST_COUNT":        {usage.Requests, "count"},
	"REQUEST_PER_MINUTE":   {usage.RequestsPerMinute, "count/minute"},
	"RESPONSE_LATENCY_P99": {usage.LatencyP99, "ms"},
	"RESPONSE_LATENCY_P95": {usage.LatencyP95, "ms"},
	"RESPONSE_LATENCY_P50": {usage.LatencyP50, "ms"},
	"RESPONSE_SIZE_P99":    {usage.ResponseSizeP99, "bytes"},
	"RESPONSE_SIZE_P95":    {usage.ResponseSizeP95, "bytes"},
	"RESPONSE_SIZE_P50":    {usage.ResponseSizeP50, "bytes"},
	"REQUEST_SIZE_P99":     {usage.RequestSizeP99, "bytes"},
	"REQUEST_SIZE_P95":     {usage.RequestSizeP95, "bytes"},
	"REQUEST_SIZE_P50":     {usage.RequestSizeP50, "bytes"},
}

// dimensions are the protocol's dimensions.
var dimensions = map[string]usage.Dimension{
	"TIME": usage.ByTime, "APPLICATION": usage.OfApplication, "API_PRODUCT_VERSION": usage.OfVersion,
	"STATUS_CODE": usage.OfStatus, "STATUS_CODE_GROUPED": usage.OfStatusClass,
}

// dimensionWords maps each dimension to its name in the protocol.
var dimensionWords = func() map[usage.Dimension]string {
	words := make(map[usage.Dimension]string, len(dimensions))
	for word, dimension := range dimensions {
		words[dimension] = word
	}
	return words
}()

// defaultGranularity is the protocol's.
const defaultGranularity = 24 * time.Hour

// statsBody is a query as a client sends it.
type statsBody struct {
	StartMS       *int64        `json:"start_ms"`
	EndMS         *int64        `json:"end_ms"`
	Metrics       []string      `json:"metrics"`
	Dimensions    []string      `json:"dimensions"`
	GranularityMS *int64        `json:"granularity_ms"`
	Filter        []statsFilter `json:"filter"`
}

type statsFilter struct {
	Dimension string            `json:"dimension"`
	Type      string            `json:"type"`
	Values    []json.RawMessage `json:"values"`
}

// query converts the body to a query of the domain. The error names all invalid fields.
func (b *statsBody) query() (usage.Query, error) {
	var refused []fault.Field
	refuse := func(name, reason string) { refused = append(refused, fault.Field{Name: name, Reason: reason}) }
	var query usage.Query
	if b.StartMS == nil {
		refuse("start_ms", "is required")
	} else {
		query.Since = time.UnixMilli(*b.StartMS).UTC()
	}
	if b.EndMS == nil {
		refuse("end_ms", "is required")
	} else {
		query.Until = time.UnixMilli(*b.EndMS).UTC()
	}
	if len(b.Metrics) != 1 {
		refuse("metrics", "must name exactly one metric")
	} else if known, ok := metrics[b.Metrics[0]]; !ok {
		refuse("metrics", "names an unknown metric")
	} else {
		query.Metrics = []usage.Metric{known.metric}
	}
	for _, word := range b.Dimensions {
		dimension, known := dimensions[word]
		if !known {
			refuse("dimensions", "names an unknown dimension")
			break
		}
		query.Dimensions = append(query.Dimensions, dimension)
	}
	query.Bucket = defaultGranularity
	if b.GranularityMS != nil {
		// A bucket may be longer than the range. A very large number must not overflow.
		query.Bucket = time.Duration(min(*b.GranularityMS, longestGranularity)) * time.Millisecond
	}
	for i, sent := range b.Filter {
		filter, member, reason := sent.filter()
		if reason != "" {
			refuse(fmt.Sprintf("filter[%d].%s", i, member), reason)
		}
		query.Filters = append(query.Filters, filter)
	}
	return query, fault.InvalidFields(refused)
}

// longestGranularity is 200 years in milliseconds.
const longestGranularity = int64(200*365*24*time.Hour) / int64(time.Millisecond)

// filter returns the filter, or the refused member and the reason.
func (f statsFilter) filter() (filter usage.Filter, member, reason string) {
	var known bool
	if filter.Dimension, known = dimensions[f.Dimension]; !known || filter.Dimension == usage.ByTime {
		return filter, "dimension", "must be one of API_PRODUCT_VERSION, APPLICATION, STATUS_CODE, STATUS_CODE_GROUPED"
	}
	switch f.Type {
	case "IN":
	case "NOT_IN":
		filter.Not = true
	default:
		return filter, "type", "must be IN or NOT_IN"
	}
	if f.Values == nil {
		return filter, "values", "are required"
	}
	for _, sent := range f.Values {
		value, reason := filterValue(filter.Dimension, sent)
		if reason != "" {
			return filter, "values", reason
		}
		filter.Values = append(filter.Values, value)
	}
	return filter, "", ""
}

// statusGroup matches the protocol's words for classes of statuses.
var statusGroup = regexp.MustCompile(`^\dXX$`)

// filterValue returns a value of a filter as package usage spells it, or the reason why it is malformed.
func filterValue(dimension usage.Dimension, sent json.RawMessage) (value usage.Value, reason string) {
	if dimension == usage.OfStatus {
		var status int
		if err := json.Unmarshal(sent, &status); err != nil || status < 100 || status > 999 {
			return "", "must be whole numbers from 100 to 999"
		}
		return usage.StatusValue(status), ""
	}
	var text string
	if err := json.Unmarshal(sent, &text); err != nil {
		return "", "must be strings"
	}
	if dimension == usage.OfStatusClass {
		if !statusGroup.MatchString(text) {
			return "", "must be groups of status codes such as 4XX"
		}
		return text[:1], ""
	}
	wanted, err := readID[id.ID[any]]("", text)
	if err != nil {
		return "", "invalid ID format"
	}
	return wanted.Hex(), ""
}

// statsNames maps the domain's names of rejected fields to the protocol's.
var statsNames = map[string]string{"since": "start_ms", "until": "end_ms", "bucket": "granularity_ms"}

// stats is the response to a query.
type stats struct {
	Meta    statsMeta     `json:"meta"`
	Records []statsRecord `json:"records"`
}

type statsMeta struct {
	StartMS     int64               `json:"start_ms"`
	EndMS       int64               `json:"end_ms"`
	Granularity int64               `json:"granularity"`
	QueryID     string              `json:"query_id"`
	MetricNames []string            `json:"metric_names"`
	MetricUnits map[string]string   `json:"metric_units"`
	Dimensions  map[string][]string `json:"dimensions"`
	Truncated   bool                `json:"truncated"`
}

type statsRecord struct {
	Event     map[string]any `json:"event"`
	Timestamp timestamp      `json:"timestamp"`
}

func queryAnalytics(c *call) error {
	sent, err := rest.DecodeStrictly[statsBody](c.writer, c.request)
	if err != nil {
		return err
	}
	query, err := sent.query()
	if err != nil {
		return err
	}
	found, err := c.config.Overview.Analyse(c.request.Context(), query)
	if err != nil {
		return renamed(err, statsNames)
	}
	answer := spellStats(&sent, query, found)
	answer.Meta.QueryID = fmt.Sprintf("portal-api-%d", rest.Trace(c.request.Context()))
	return c.json(http.StatusOK, answer)
}

func spellStats(sent *statsBody, query usage.Query, found overview.Analysis) stats {
	word := sent.Metrics[0]
	answer := stats{
		Meta: statsMeta{
			StartMS: *sent.StartMS, EndMS: *sent.EndMS, Granularity: *sent.EndMS - *sent.StartMS,
			MetricNames: []string{word}, MetricUnits: map[string]string{word: metrics[word].unit},
			Dimensions: map[string][]string{}, Truncated: found.Truncated,
		},
		Records: []statsRecord{},
	}
	names, grouped := map[usage.Dimension]map[usage.Value]string{}, []usage.Dimension{}
	for _, dimension := range query.Dimensions {
		if dimension == usage.ByTime {
			answer.Meta.Granularity = query.Bucket.Milliseconds()
			continue
		}
		grouped = append(grouped, dimension)
		values := found.Dimensions[dimension]
		names[dimension] = valueNames(dimension, values, found)
		spelled := make([]string, len(values))
		for i, value := range values {
			spelled[i] = names[dimension][value]
		}
		answer.Meta.Dimensions[dimensionWords[dimension]] = spelled
	}
	for _, row := range found.Rows {
		figure, known := row.Figures[metrics[word].metric]
		if !known {
			continue
		}
		event := map[string]any{word: figure}
		for i, dimension := range grouped {
			event[dimensionWords[dimension]] = names[dimension][row.Values[i]]
		}
		answer.Records = append(answer.Records, statsRecord{Event: event, Timestamp: timestamp(row.At)})
	}
	return answer
}

// valueNames returns a unique name for each value, because clients distinguish values by name. It adds the product to
// versions with the same name, and the ID to names that are still equal.
func valueNames(dimension usage.Dimension, values []usage.Value, found overview.Analysis) map[usage.Value]string {
	names := make(map[usage.Value]string, len(values))
	switch dimension {
	case usage.OfStatusClass:
		for _, value := range values {
			names[value] = value + "XX"
		}
	case usage.OfApplication:
		for _, value := range values {
			application, _ := id.Parse[access.ApplicationID](value)
			names[value] = found.Applications[application]
		}
	case usage.OfVersion:
		for _, value := range values {
			version, _ := id.Parse[catalog.VersionID](value)
			names[value] = found.Versions[version].Version
		}
		for _, value := range repeated(names) {
			version, _ := id.Parse[catalog.VersionID](value)
			names[value] = found.Versions[version].Product + " " + names[value]
		}
	default:
		for _, value := range values {
			names[value] = value
		}
	}
	for _, value := range repeated(names) {
		same, _ := id.Parse[id.ID[any]](value)
		names[value] += " " + same.UUID()
	}
	return names
}

// repeated returns the values whose name is empty or shared with another value.
func repeated(names map[usage.Value]string) []usage.Value {
	count := map[string]int{"": 1}
	for _, name := range names {
		count[name]++
	}
	var values []usage.Value
	for value, name := range names {
		if count[name] > 1 {
			values = append(values, value)
		}
	}
	return values
}

func getAnalyticsConfig(c *call) error {
	kept := c.config.Usage.Retention()
	return c.json(http.StatusOK, map[string]any{
		"analytics": map[string]any{"percentiles": true, "retention_ms": kept.Days.Milliseconds()},
	})
}
