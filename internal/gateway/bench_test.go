package gateway

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
)

// discard is a response writer whose header is there already, as a server's is.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header            { return d.header }
func (d *discard) WriteHeader(int)                {}
func (d *discard) Write(body []byte) (int, error) { return len(body), nil }
func (d *discard) reset()                         { clear(d.header) }
func benchKey(number int) string {
	return "0123456789abcdef" + strconv.Itoa(1_000_000_000_000_000+number)
}

// benchmarkAdmit measures the gateway's own work on a call: everything but handing it to the upstream.
func benchmarkAdmit(b *testing.B, keys int) {
	p := newPortal(b, func(config *Config) { config.Now = clock.Now })
	p.start()
	at := p.publish("/weather/v1", "http://upstream.example")
	requests := make([]*http.Request, keys)
	for i := range keys {
		p.issue(benchKey(i), at, func(grant *access.Grant) {
			grant.Subscriptions[0].Limits = []plan.Limit{perSecond(1_000_000_000), quota(plan.Month, 1<<60, 0)}
		})
		requests[i] = httptest.NewRequest(http.MethodGet, "/weather/v1/cities/42?unit=c", nil)
		requests[i].Header.Set("X-Api-Key", benchKey(i))
	}
	w := &discard{header: http.Header{}}
	admit := func(r *http.Request) {
		w.reset()
		c := &call{ResponseWriter: w, request: r, began: p.gateway.now()}
		if refused := p.gateway.admit(c); refused != nil {
			b.Fatal(*refused)
		}
		c.forwarded, c.finished, c.status = true, true, http.StatusOK
		p.gateway.finish(c)
	}
	for _, r := range requests {
		admit(r)
	}
	b.ReportAllocs()
	next := 0
	for b.Loop() {
		admit(requests[next])
		if next++; next == keys {
			next = 0
		}
	}
}

func BenchmarkAdmit(b *testing.B) { benchmarkAdmit(b, 1) }

func BenchmarkAdmit10000Keys(b *testing.B) { benchmarkAdmit(b, 10_000) }
