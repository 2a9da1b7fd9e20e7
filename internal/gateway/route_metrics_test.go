package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/clock"
)

// gather returns the gateway's metric families by name, without the common prefix.
func (p *portal) gather() map[string]*dto.MetricFamily {
	p.t.Helper()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(p.gateway)
	families, err := registry.Gather()
	if err != nil {
		p.t.Fatal(err)
	}
	byName := map[string]*dto.MetricFamily{}
	for _, family := range families {
		byName[strings.TrimPrefix(family.GetName(), "portico_gateway_")] = family
	}
	return byName
}

// seriesOf names a series by its family and its labels that are not empty.
func seriesOf(family string, metric *dto.Metric) string {
	for _, label := range metric.Label {
		if label.GetValue() != "" {
			family += " " + label.GetName() + "=" + label.GetValue()
		}
	}
	return family
}

// counted returns the counters that are not zero.
func (p *portal) counted() map[string]float64 {
	p.t.Helper()
	counters := map[string]float64{}
	for name, family := range p.gather() {
		for _, metric := range family.Metric {
			if value := metric.GetCounter().GetValue(); value != 0 {
				counters[seriesOf(name, metric)] = value
			}
		}
	}
	return counters
}

// slowClient takes three seconds to receive a response.
type slowClient struct {
	http.ResponseWriter

	clock *clock.Frozen
}

func (c slowClient) WriteHeader(status int) {
	c.clock.Advance(3 * time.Second)
	c.ResponseWriter.WriteHeader(status)
}

// TestDurationsAreMeasured lets the upstream take a known time before and during its response.
func TestDurationsAreMeasured(t *testing.T) {
	p := newPortal(t)
	at := upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		p.clock.Advance(40 * time.Millisecond)
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
	})
	inside := func(w http.ResponseWriter, _ *http.Request) {
		p.clock.Advance(700 * time.Millisecond)
		w.WriteHeader(http.StatusOK)
		p.clock.Advance(2 * time.Second)
	}
	p.gateway.config.Builtins["slow"] = http.HandlerFunc(inside)
	p.start()
	p.issue("k1", p.publish("/far", at))
	p.issue("k2", p.publish("/inside", "builtin:slow"))
	p.issue("k3", p.publish("/down", "http://127.0.0.1:1"))
	request := httptest.NewRequest(http.MethodGet, "/far", nil)
	request.Header.Set("X-Api-Key", "k1")
	p.gateway.ServeHTTP(slowClient{httptest.NewRecorder(), p.clock}, request)
	p.wantStatus(p.get("/inside", "k2"), 200)
	p.wantStatus(p.get("/down", "k3"), 502)
	p.wantStatus(p.get("/far", "wrong"), 401)

	got := map[string]float64{}
	families := p.gather()
	for _, name := range []string{"call_duration_seconds", "upstream_duration_seconds"} {
		for _, metric := range families[name].Metric {
			for _, label := range metric.Label {
				if label.GetName() == "product" && label.GetValue() != "" {
					got[name+" count "+label.GetValue()] = float64(metric.Histogram.GetSampleCount())
					got[name+" sum "+label.GetValue()] = metric.Histogram.GetSampleSum()
				}
			}
		}
	}
	want := map[string]float64{
		"call_duration_seconds count far": 2, "call_duration_seconds sum far": 3.04,
		"upstream_duration_seconds count far": 1, "upstream_duration_seconds sum far": 0.04,
		"call_duration_seconds count inside": 1, "call_duration_seconds sum inside": 2.7,
		"upstream_duration_seconds count inside": 1, "upstream_duration_seconds sum inside": 0.7,
		"call_duration_seconds count down": 1, "call_duration_seconds sum down": 0,
		"upstream_duration_seconds count down": 1, "upstream_duration_seconds sum down": 0,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBucketsIncludeTheirBounds counts times at, just above and far above the bounds.
func TestBucketsIncludeTheirBounds(t *testing.T) {
	var counted durations
	for _, bound := range durationBounds {
		counted.add(bound)
		counted.add(bound + 1)
	}
	counted.add(time.Hour)
	var written dto.Metric
	if err := counted.metric(totalDesc, "p", "v", "e").Write(&written); err != nil {
		t.Fatal(err)
	}
	for i, bucket := range written.Histogram.Bucket {
		if bound := durationBounds[i].Seconds(); bucket.GetUpperBound() != bound || bucket.GetCumulativeCount() != uint64(2*i+1) {
			t.Errorf("%d times are at most %v, want %d at most %v", bucket.GetCumulativeCount(), bucket.GetUpperBound(), 2*i+1, bound)
		}
	}
	if count := written.Histogram.GetSampleCount(); count != uint64(2*len(durationBounds)+1) {
		t.Errorf("counted %d times", count)
	}
}

// TestLabelsFollowTheCatalogue adds, renames and removes routes. Counts survive as long as the names do.
func TestLabelsFollowTheCatalogue(t *testing.T) {
	p := newPortal(t).start()
	p.issue("k1", p.publish("/stays", "builtin:echo"))
	p.issue("k2", p.publish("/goes", "builtin:echo"))
	p.wantStatus(p.get("/stays", "k1"), 200)
	p.wantStatus(p.get("/goes", "k2"), 200)
	p.changeHere(func() {
		p.routes = p.routes[:1]
		p.routes[0].VersionName = "1"
	}, event.Routes)
	p.wantStatus(p.get("/stays", "k1"), 200)
	p.wantStatus(p.get("/goes", "k2"), 404)
	counted := p.counted()
	if got := counted["calls_total class=2xx environment=production product=stays version=1"]; got != 2 {
		t.Errorf("the route that stays has %v calls in %v", got, counted)
	}
	for series := range counted {
		if strings.Contains(series, "product=goes") {
			t.Errorf("a deleted product has the series %s", series)
		}
	}
	p.changeHere(func() { p.routes[0].VersionName = "2" }, event.Routes)
	p.wantStatus(p.get("/stays", "k1"), 200)
	if got := p.counted()["calls_total class=2xx environment=production product=stays version=2"]; got != 1 {
		t.Errorf("the renamed version has %v calls", got)
	}
}

// TestMeasuringDoesNotAllocate counts a call that was forwarded and one that was refused.
func TestMeasuringDoesNotAllocate(t *testing.T) {
	p := newPortal(t, func(config *Config) { config.Now = clock.Now }).start()
	at := p.publish("/x", "builtin:echo")
	p.issue("k1", at)
	p.wantStatus(p.get("/x", "k1"), 200)
	routes, err := p.gateway.routes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found, _, _ := routes.Match("/x")
	c := &call{request: httptest.NewRequest(http.MethodGet, "/x", nil), gateway: p.gateway, route: found, began: clock.Now()}
	if n := testing.AllocsPerRun(100, func() {
		c.measured, c.forwarded, c.forwardedAt, c.respondedAt = measured{reason: UpstreamSlow}, true, c.began, c.began
		p.gateway.metrics.answered(c, 504)
	}); n != 0 {
		t.Errorf("counting a call allocates %v times", n)
	}
}
