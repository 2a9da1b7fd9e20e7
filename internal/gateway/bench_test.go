package gateway

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"syscall"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
)

// discard is a response writer with an existing header, as a server's is.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header            { return d.header }
func (d *discard) WriteHeader(int)                {}
func (d *discard) Write(body []byte) (int, error) { return len(body), nil }

func benchKey(number int) string {
	return "0123456789abcdef" + strconv.Itoa(1_000_000_000_000_000+number)
}

// benchmarkAdmit measures the gateway's own work on a call: everything except the upstream. It also reports
// processor time, which does not depend on other processes.
func benchmarkAdmit(b *testing.B, keys int) {
	p := newPortal(b, func(config *Config) { config.Now = clock.Now }).start()
	at := p.publish("/weather/v1", "http://upstream.example")
	requests := make([]*http.Request, keys)
	for i := range keys {
		p.issue(benchKey(i), at, limits(perSecond(1_000_000_000), quota(plan.Month, 1<<60, 0)), func(grant *access.Grant) {
			grant.Subscriptions[0].Limits[0].Per = plan.PerTeam
		})
		requests[i] = httptest.NewRequest(http.MethodGet, "/weather/v1/cities/42?unit=c", nil)
		requests[i].Header.Set("X-Api-Key", benchKey(i))
	}
	w := &discard{header: http.Header{}}
	for _, r := range requests {
		admitted(b, p.gateway, w, r)
	}
	b.ReportAllocs()
	next, before := 0, usedCPU()
	for b.Loop() {
		admitted(b, p.gateway, w, requests[next])
		if next++; next == keys {
			next = 0
		}
	}
	b.ReportMetric(float64(usedCPU()-before)/float64(b.N), "cpu-ns/op")
}

// admitted is ServeHTTP without the upstream.
func admitted(b *testing.B, g *Gateway, w *discard, r *http.Request) {
	c := &call{ResponseWriter: w, request: r, gateway: g, began: g.now()}
	if refused := g.admit(c); refused != nil {
		b.Fatal(*refused)
	}
	c.forwarded, c.finished, c.status = true, true, http.StatusOK
	g.finish(c)
}

func usedCPU() int64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return used.Utime.Nano() + used.Stime.Nano()
}

func BenchmarkAdmit(b *testing.B) { benchmarkAdmit(b, 1) }

func BenchmarkAdmit10000Keys(b *testing.B) { benchmarkAdmit(b, 10_000) }
