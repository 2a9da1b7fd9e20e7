package gateway

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/plan"
)

// TestCallsAreRecordedBeforeTheirResponseEnds looks at the ledger when the client has the whole response, while the
// upstream keeps the handler from returning.
func TestCallsAreRecordedBeforeTheirResponseEnds(t *testing.T) {
	hold := make(chan struct{})
	p := newPortal(t, func(config *Config) {
		config.Builtins["holds"] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/length":
				w.Header().Set("Content-Length", "100000")
				_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
			case "/parts":
				w.Header().Set("Content-Length", "10")
				_, _ = io.WriteString(w, "01234")
				_, _ = io.WriteString(w, "56789")
			case "/nothing":
				w.WriteHeader(http.StatusNoContent)
			case "/unchanged":
				w.WriteHeader(http.StatusNotModified)
			case "/empty":
				w.Header().Set("Content-Length", "0")
			case "/head":
				w.Header().Set("Content-Length", "100000")
			}
			_ = http.NewResponseController(w).Flush()
			<-hold
		})
	}).start()
	p.issue("key", p.publish("/x", "builtin:holds"))
	server := httptest.NewServer(p.gateway)
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(hold) })
	calls := 0
	for _, path := range []string{"/length", "/parts", "/nothing", "/unchanged", "/empty", "/head"} {
		method := http.MethodGet
		if path == "/head" {
			method = http.MethodHead
		}
		request, err := http.NewRequest(method, server.URL+"/x"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Api-Key", "key")
		transport := &http.Transport{} // the last connection is still in use by its handler
		t.Cleanup(transport.CloseIdleConnections)
		response, err := transport.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, response.Body); err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		calls++
		if got := p.totals(); got.Calls != int64(calls) {
			t.Errorf("after %s %d of %d calls are recorded", path, got.Calls, calls)
		}
	}
	if got := p.totals(); got.BytesOut != 100_010 {
		t.Errorf("%d bytes are counted", got.BytesOut)
	}
}

// TestOperationsAreCounted tells the operations of a version apart.
func TestOperationsAreCounted(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/x", "builtin:echo", func(r *plan.Route) {
		r.Operations = []plan.Operation{{Method: "GET", Path: "/parcels/{id}", Slug: "get-parcel"}, {Method: "POST", Path: "/parcels", Slug: "book"}}
	}))
	for _, path := range []string{"/x/parcels/1", "/x/parcels/2", "/x/parcels"} {
		p.wantStatus(p.get(path, "key"), 200)
	}
	p.wantStatus(p.call(http.MethodPost, "/x/parcels", strings.NewReader("{}"), "X-Api-Key: key"), 200)
	p.flush()
	got := map[string]int64{}
	for _, count := range p.counts() {
		got[count.Operation] += count.Requests
	}
	if got["get-parcel"] != 2 || got["book"] != 1 || got[""] != 1 || len(got) != 3 {
		t.Errorf("counted %v", got)
	}
}

// TestAFullDisk serves uncounted calls or refuses them, as the settings say, and counts those that waited.
func TestAFullDisk(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		ledgers := filepath.Join(t.TempDir(), "ledgers")
		if err := os.WriteFile(ledgers, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		p := newPortal(t, func(config *Config) { config.Ledgers, config.RefuseUncounted = ledgers, refuse }).start()
		p.issue("key", p.publish("/x", "builtin:echo"))
		want, refused := 200, int64(0)
		if refuse {
			want, refused = 503, 1
		}
		p.wantStatus(p.get("/x", "key"), want)
		if (p.gateway.Ready() == nil) == refuse || p.gateway.Uncounted() == nil {
			t.Errorf("ready: %v; uncounted: %v", p.gateway.Ready(), p.gateway.Uncounted())
		}
		if err := os.Remove(ledgers); err != nil {
			t.Fatal(err)
		}
		p.flush()
		p.gateway.meter.Sync()
		if p.gateway.Ready() != nil || p.gateway.Uncounted() != nil {
			t.Errorf("then ready: %v; uncounted: %v", p.gateway.Ready(), p.gateway.Uncounted())
		}
		p.wantStatus(p.get("/x", "key"), 200)
		if got := p.totals(); got.Calls != 2 || got.Limited != refused {
			t.Errorf("%d calls are counted, %d of them refused", got.Calls, got.Limited)
		}
	}
}
