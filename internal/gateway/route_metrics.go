package gateway

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"

	"github.com/portico-api/portico/internal/plan"
)

// measured is what metrics, traces and the access log report about a call, besides its status.
type measured struct {
	reason Reason // empty if the call was not refused
	total  time.Duration
	span   trace.Span // nil if calls are not traced
	// requestID is set if the call is written to the access log or to its team's request log.
	requestID string
}

// answered records a call that has ended, however it ended.
func (g *Gateway) answered(c *call, status int) {
	g.metrics.answered(c, status)
	if c.span != nil {
		c.endSpan(status)
	}
	if g.config.Answered != nil {
		g.config.Answered(c.describe(status))
	}
}

// took returns how long the call took. The first use stops the clock: when the call ends, or when its connection is
// upgraded.
func (c *call) took() time.Duration {
	if c.total == 0 {
		c.total = c.gateway.now().Sub(c.began)
	}
	return c.total
}

// waited returns the time until the upstream began its response or failed, 0 if it did neither.
func (c *call) waited() time.Duration {
	if !c.forwarded || c.respondedAt.IsZero() {
		return 0
	}
	return c.respondedAt.Sub(c.forwardedAt)
}

// routeName names a route in labels. The zero value stands for all paths without a route.
type routeName struct{ product, version, environment string }

// routeCounts counts the calls of one route. A call adds to it without a lookup, a lock or an allocation.
type routeCounts struct {
	name     routeName
	calls    [len(classes)]atomic.Uint64
	refusals [len(reasons)]atomic.Uint64
	total    durations
	upstream durations
}

// classes are the classes of statuses, by the first digit of the status.
var classes = [...]string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"}

// routeMetrics holds the counts of all routes in the catalogue. Those of deleted routes are dropped with their labels,
// so that the number of series stays bounded.
type routeMetrics struct {
	unrouted routeCounts

	mu      sync.Mutex
	present map[routeName]*routeCounts
}

// countsOf returns the counts of the routes, which become the only ones. A route with a known name keeps its counts.
func (m *metrics) countsOf(routes []plan.Route) []*routeCounts {
	m.routes.mu.Lock()
	defer m.routes.mu.Unlock()
	present := map[routeName]*routeCounts{}
	counts := make([]*routeCounts, len(routes))
	for i, route := range routes {
		name := routeName{route.ProductSlug, route.VersionName, route.Endpoint.Environment}
		if present[name] == nil {
			present[name] = m.routes.present[name]
		}
		if present[name] == nil {
			present[name] = &routeCounts{name: name}
		}
		counts[i] = present[name]
	}
	m.routes.present = present
	return counts
}

// answered counts a call that has ended.
func (m *metrics) answered(c *call, status int) {
	counts := &m.routes.unrouted
	if c.route != nil {
		counts = c.route.counts
	}
	counts.calls[min(max(status/100, 0), len(classes)-1)].Add(1)
	counts.total.add(c.took())
	if c.forwarded && !c.respondedAt.IsZero() {
		counts.upstream.add(c.waited())
	}
	if c.reason != "" {
		counts.refusals[slices.Index(reasons[:], c.reason)].Add(1)
	}
}

// durationBounds are the upper bounds of a histogram's buckets, inclusive.
var durationBounds = [...]time.Duration{
	time.Millisecond, 2500 * time.Microsecond, 5 * time.Millisecond, 10 * time.Millisecond, 25 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond, time.Second, 2500 * time.Millisecond, 5 * time.Second,
	10 * time.Second, 30 * time.Second, time.Minute,
}

// durations is a histogram of times. It takes two atomic additions where the library's takes six.
type durations struct {
	buckets [len(durationBounds) + 1]atomic.Uint64
	sum     atomic.Int64 // in nanoseconds
}

func (d *durations) add(took time.Duration) {
	bucket := 0
	for bucket < len(durationBounds) && took > durationBounds[bucket] {
		bucket++
	}
	d.buckets[bucket].Add(1)
	d.sum.Add(int64(took))
}

func (d *durations) metric(desc *prometheus.Desc, labels ...string) prometheus.Metric {
	below := make(map[float64]uint64, len(durationBounds))
	var count uint64
	for i, bound := range durationBounds {
		count += d.buckets[i].Load()
		below[bound.Seconds()] = count
	}
	count += d.buckets[len(durationBounds)].Load()
	return prometheus.MustNewConstHistogram(desc, count, time.Duration(d.sum.Load()).Seconds(), below, labels...)
}

func describeRoutes(name, help string, more ...string) *prometheus.Desc {
	return prometheus.NewDesc("portico_gateway_"+name, help, append([]string{"product", "version", "environment"}, more...), nil)
}

var (
	callsDesc    = describeRoutes("calls_total", "Answered calls, by API and class of status.", "class")
	refusalsDesc = describeRoutes("refusals_total", "Calls that were refused or whose upstream failed, by API and reason.", "reason")
	totalDesc    = describeRoutes("call_duration_seconds", "Time from a call's arrival to the end of its response, or to the upgrade of its connection.")
	upstreamDesc = describeRoutes("upstream_duration_seconds", "Time until the upstream began its response or failed.")
)

// Describe implements prometheus.Collector.
func (r *routeMetrics) Describe(into chan<- *prometheus.Desc) {
	for _, desc := range []*prometheus.Desc{callsDesc, refusalsDesc, totalDesc, upstreamDesc} {
		into <- desc
	}
}

// Collect implements prometheus.Collector.
func (r *routeMetrics) Collect(into chan<- prometheus.Metric) {
	r.unrouted.collect(into)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, counts := range r.present {
		counts.collect(into)
	}
}

// collect omits reasons that never occurred on the route. They would be most of the series.
func (c *routeCounts) collect(into chan<- prometheus.Metric) {
	labels := []string{c.name.product, c.name.version, c.name.environment}
	count := func(desc *prometheus.Desc, value uint64, label string) {
		into <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value), append(slices.Clip(labels), label)...)
	}
	for i, class := range classes {
		count(callsDesc, c.calls[i].Load(), class)
	}
	for i, reason := range reasons {
		if met := c.refusals[i].Load(); met > 0 || c.name == (routeName{}) {
			count(refusalsDesc, met, string(reason))
		}
	}
	into <- c.total.metric(totalDesc, labels...)
	if c.name != (routeName{}) {
		into <- c.upstream.metric(upstreamDesc, labels...)
	}
}
