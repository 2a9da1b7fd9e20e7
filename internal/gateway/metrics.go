package gateway

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the gateway's metrics. No label contains a key, an address or a name that a client chose.
type metrics struct {
	routes        routeMetrics
	hits          prometheus.Counter
	misses        prometheus.Counter
	unknown       prometheus.Counter
	flushFailures prometheus.Counter
	readFailures  prometheus.Counter
	all           []prometheus.Collector
}

func newMetrics(g *Gateway) *metrics {
	created := &metrics{}
	created.all = append(created.all, &created.routes)
	counter := func(name, help string) prometheus.Counter {
		return created.add(prometheus.NewCounter(prometheus.CounterOpts{Namespace: "portico", Subsystem: "gateway", Name: name, Help: help}))
	}
	grants := prometheus.NewCounterVec(prometheus.CounterOpts{
		Namespace: "portico", Subsystem: "gateway", Name: "grant_lookups_total", Help: "Key lookups in the grant cache, by result.",
	}, []string{"found"})
	created.all = append(created.all, grants)
	created.hits, created.misses, created.unknown = grants.WithLabelValues("grant"), grants.WithLabelValues("nothing"), grants.WithLabelValues("unknown_key")
	created.flushFailures = counter("flush_failures_total", "Failed attempts to store counts. The counts are kept.")
	created.readFailures = counter("change_log_failures_total", "Failed reads of the change log.")
	created.all = append(created.all, ledgerMetrics{g})
	created.all = append(created.all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "portico", Subsystem: "gateway", Name: "open_calls", Help: "Calls in progress, with open WebSocket connections.",
	}, func() float64 { return float64(g.open.Load()) }))
	created.all = append(created.all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Namespace: "portico", Subsystem: "gateway", Name: "change_log_age_seconds", Help: "Time since the last good read of the change log began.",
	}, func() float64 { return g.now().Sub(time.Unix(0, g.log.readAt.Load())).Seconds() }))
	return created
}

// ledgerMetrics reads the state of the ledger once for each scrape.
type ledgerMetrics struct{ gateway *Gateway }

var (
	ledgerUnstored  = ledgerMetric("unstored_bytes", "Records of calls that are not stored in the database yet.")
	ledgerLag       = ledgerMetric("lag_seconds", "Time since all records were stored, 0 if all are.")
	ledgerFailing   = ledgerMetric("failing", "Whether the disk accepts no records: 1 or 0.")
	ledgerLost      = ledgerMetric("lost_records_total", "Records that were dropped while the disk accepted none.")
	ledgerMalformed = ledgerMetric("malformed_records_total", "Records that could not be read.")
	ledgerDamaged   = ledgerMetric("damaged_bytes_total", "Bytes of segments that could not be read.")
)

func ledgerMetric(name, help string) *prometheus.Desc {
	return prometheus.NewDesc("portico_gateway_ledger_"+name, help, nil, nil)
}

// Describe implements prometheus.Collector.
func (l ledgerMetrics) Describe(into chan<- *prometheus.Desc) { prometheus.DescribeByCollect(l, into) }

// Collect implements prometheus.Collector.
func (l ledgerMetrics) Collect(into chan<- prometheus.Metric) {
	state := l.gateway.meter.State()
	failing := 0.0
	if l.gateway.meter.Failing() {
		failing = 1
	}
	for desc, value := range map[*prometheus.Desc]float64{
		ledgerUnstored: float64(state.Unstored), ledgerLag: state.Lag.Seconds(), ledgerFailing: failing,
	} {
		into <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value)
	}
	for desc, value := range map[*prometheus.Desc]int64{
		ledgerLost: state.Lost, ledgerMalformed: state.Malformed, ledgerDamaged: state.Damaged,
	} {
		into <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, float64(value))
	}
}

func (m *metrics) add(counter prometheus.Counter) prometheus.Counter {
	m.all = append(m.all, counter)
	return counter
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
