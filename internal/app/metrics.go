package app

import (
	"context"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/platform/build"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
)

// metrics are the metrics of the node. None of them names a person, a key or a path that a client chose.
type metrics struct {
	portalMetrics

	all []prometheus.Collector
}

func newMetrics(db *store.DB, gateway *gateway.Gateway, access *accessLog) *metrics {
	created := &metrics{portalMetrics: newPortalMetrics()}
	created.all = append(created.all,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(),
		gateway,
		access.dropped,
		created.requests, created.durations,
		mailQueue{db, clock.Now},
	)
	for name, pool := range db.Pools() {
		created.all = append(created.all, collectors.NewDBStatsCollector(pool, name))
	}
	return created
}

// handler serves the metrics in the format that the scraper asks for.
func (m *metrics) handler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.all...)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}

func buildInfo() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "portico_build_info", Help: "Always 1. The labels say which program runs.",
		ConstLabels: prometheus.Labels{"version": build.Version(), "go_version": runtime.Version()},
	}, func() float64 { return 1 })
}

// queueTimeout is how long a scrape waits for the database.
const queueTimeout = 2 * time.Second

// mailQueue reports how many messages of the outbox wait or have failed. Without a database it reports nothing, so that
// the other metrics remain.
type mailQueue struct {
	db  *store.DB
	now clock.Func
}

var (
	queuedDesc = prometheus.NewDesc("portico_mail_messages", "Messages in the outbox that wait to be sent or have failed.", []string{"state"}, nil)
	oldestDesc = prometheus.NewDesc("portico_mail_oldest_waiting_age_seconds", "Age of the oldest waiting message; 0 if none waits.", nil, nil)
)

// Describe implements prometheus.Collector.
func (q mailQueue) Describe(into chan<- *prometheus.Desc) {
	into <- queuedDesc
	into <- oldestDesc
}

// Collect implements prometheus.Collector.
func (q mailQueue) Collect(into chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), queueTimeout)
	defer cancel()
	queue, err := q.db.MailQueue(ctx)
	if err != nil {
		return
	}
	count := func(messages int, state event.MessageState) {
		into <- prometheus.MustNewConstMetric(queuedDesc, prometheus.GaugeValue, float64(messages), string(state))
	}
	count(queue.Waiting, event.MessageWaiting)
	count(queue.Failed, event.MessageFailed)
	var age time.Duration
	if !queue.Oldest.IsZero() {
		age = q.now().Sub(queue.Oldest)
	}
	into <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, age.Seconds())
}
