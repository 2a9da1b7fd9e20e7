package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics is what an operator may watch. No label holds a key, an address or a name that a client chose.
type metrics struct {
	calls         [6]prometheus.Counter // by the status's first digit
	refusals      map[Reason]prometheus.Counter
	hits          prometheus.Counter
	misses        prometheus.Counter
	unknown       prometheus.Counter
	flushFailures prometheus.Counter
	readFailures  prometheus.Counter
	all           []prometheus.Collector
}

func newMetrics(g *Gateway) *metrics {
	made := &metrics{refusals: map[Reason]prometheus.Counter{}}
	counter := func(name, help string) prometheus.Counter {
		return made.add(prometheus.NewCounter(prometheus.CounterOpts{Namespace: "portico", Subsystem: "gateway", Name: name, Help: help}))
	}
	labelled := func(name, help, label string) *prometheus.CounterVec {
		vector := prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "portico", Subsystem: "gateway", Name: name, Help: help}, []string{label})
		made.all = append(made.all, vector)
		return vector
	}
	calls := labelled("calls_total", "Calls that were answered, by class of status.", "class")
	for i, class := range []string{"none", "1xx", "2xx", "3xx", "4xx", "5xx"} {
		made.calls[i] = calls.WithLabelValues(class)
	}
	refusals := labelled("refusals_total", "Calls that were not let through or whose upstream failed, by reason.", "reason")
	for _, reason := range reasons {
		made.refusals[reason] = refusals.WithLabelValues(string(reason))
	}
	grants := labelled("grant_lookups_total", "Keys that were looked for in the cache of grants, by what was found.", "found")
	made.hits, made.misses, made.unknown = grants.WithLabelValues("grant"), grants.WithLabelValues("nothing"), grants.WithLabelValues("unknown_key")
	made.flushFailures = counter("flush_failures_total", "Times that what was counted could not be stored and was kept.")
	made.readFailures = counter("change_log_failures_total", "Times that the change log could not be read.")
	made.all = append(made.all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "portico", Subsystem: "gateway", Name: "change_log_age_seconds", Help: "How long ago the last good read of the change log began.",
	}, func() float64 { return g.now().Sub(time.Unix(0, g.log.readAt.Load())).Seconds() }))
	return made
}

func (m *metrics) add(counter prometheus.Counter) prometheus.Counter {
	m.all = append(m.all, counter)
	return counter
}

func (m *metrics) answered(status int) { m.calls[min(max(status/100, 0), 5)].Inc() }

func (m *metrics) refused(reason Reason) {
	if counter := m.refusals[reason]; counter != nil {
		counter.Inc()
	}
}

// Describe implements prometheus.Collector.
func (g *Gateway) Describe(into chan<- *prometheus.Desc) {
	for _, collector := range g.metrics.all {
		collector.Describe(into)
	}
}

// Collect implements prometheus.Collector.
func (g *Gateway) Collect(into chan<- prometheus.Metric) {
	for _, collector := range g.metrics.all {
		collector.Collect(into)
	}
}
