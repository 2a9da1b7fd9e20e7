package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// described returns the labels of each metric, by name, without those of every Go program.
func described(t *testing.T, url string) map[string]string {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{URL: url, Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	data, err := gateway.New(gateway.Config{Now: clock.Now, Ledgers: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	descs := make(chan *prometheus.Desc, 1000)
	for _, collector := range newMetrics(db, data, newAccessLog(slog.DiscardHandler)).all {
		collector.Describe(descs)
	}
	close(descs)
	parts := regexp.MustCompile(`fqName: "([^"]+)".* constLabels: \{(.*)\}, variableLabels: \{(.*)\}\}$`)
	found := map[string]string{}
	for desc := range descs {
		part := parts.FindStringSubmatch(desc.String())
		if part == nil {
			t.Fatal(desc)
		}
		name := part[1]
		if strings.HasPrefix(name, "process_") || strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "go_sql_") {
			continue
		}
		labels := strings.FieldsFunc(part[3], func(r rune) bool { return r == ',' })
		for _, label := range regexp.MustCompile(`(\w+)="`).FindAllStringSubmatch(part[2], -1) {
			labels = append(labels, label[1])
		}
		slices.Sort(labels)
		found[name] = strings.Join(labels, " ")
	}
	return found
}

// TestThePageOfMetricsIsComplete compares the metrics and labels of a node with those on the operators' page.
func TestThePageOfMetricsIsComplete(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "operating", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| (?:counter|gauge|histogram) \\|([^|]*)\\| [^|]+ \\|$").FindAllStringSubmatch(string(text), -1) {
		labels := strings.FieldsFunc(row[2], func(r rune) bool { return r == ',' || r == ' ' || r == '`' })
		slices.Sort(labels)
		written[row[1]] = strings.Join(labels, " ")
	}
	if diff := cmp.Diff(described(t, testkit.EmptySQLite(t)), written); diff != "" {
		t.Errorf("docs/operating/metrics.md differs from the metrics (-metrics +page):\n%s", diff)
	}
	for _, reason := range gateway.Reasons() {
		if !strings.Contains(string(text), "`"+string(reason)+"`") {
			t.Errorf("the page does not name the reason %s", reason)
		}
	}
}

// scraped sends the requests, then returns the lines of /metrics that begin with the prefix.
func scraped(t *testing.T, prefix string, requests ...*http.Request) []string {
	t.Helper()
	settings := config.Defaults()
	settings.DataDir, settings.Listen, settings.GatewayListen = t.TempDir(), "127.0.0.1:0", "127.0.0.1:0"
	settings.DatabaseURL, settings.Keyring, settings.PortalURL, settings.GatewayURL = "", "", "", ""
	settings = settings.Completed()
	services, err := Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	node, err := New(settings, services, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended, ready := make(chan error, 1), make(chan struct{})
	go func() { ended <- node.Run(ctx, func() { close(ready) }) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-ready
	handler := node.servers[0].Handler
	for _, request := range requests {
		request.Host = strings.TrimPrefix(node.PortalURL, "http://")
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	var lines []string
	for line := range strings.Lines(answer.Body.String()) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestPortalRequestsAreCountedByRoute(t *testing.T) {
	request := func(method, path string) *http.Request { return httptest.NewRequest(method, path, nil) }
	got := scraped(t, "portico_portal_requests_total{",
		request("GET", "/sign-in"), request("HEAD", "/sign-in"), request("GET", "/apis/weather"), request("GET", "/apis/maps"),
		request("GET", "/no/such/page"), request("GET", "/another"), request("BREW", "/sign-in"), request("DELETE", "/sign-in"),
		request("GET", "/api/v2/products/1"), request("GET", "/api/v2/nothing"), request("GET", "/staff/audit"),
	)
	want := []string{
		`portico_portal_requests_total{class="2xx",method="GET",route="/sign-in"} 1`,
		`portico_portal_requests_total{class="2xx",method="HEAD",route="/sign-in"} 1`,
		`portico_portal_requests_total{class="3xx",method="GET",route="/staff/audit"} 1`,
		`portico_portal_requests_total{class="4xx",method="GET",route="/api/v2/*"} 1`,
		`portico_portal_requests_total{class="4xx",method="GET",route="/api/v2/products/{productId}"} 1`,
		`portico_portal_requests_total{class="4xx",method="GET",route="/apis/{product}"} 2`,
		`portico_portal_requests_total{class="4xx",method="GET",route="unmatched"} 2`,
		`portico_portal_requests_total{class="4xx",method="DELETE",route="unmatched"} 1`,
		`portico_portal_requests_total{class="4xx",method="_OTHER",route="unmatched"} 1`,
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestPanickingHandlersAreCounted(t *testing.T) {
	counted := newPortalMetrics()
	handler := counted.observe(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("fallen") }), tracing{})
	func() {
		defer func() { _ = recover() }()
		handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	registry := prometheus.NewPedanticRegistry()
	registry.MustRegister(counted.requests)
	families, err := registry.Gather()
	if err != nil || len(families) != 1 || families[0].Metric[0].Label[0].GetValue() != "5xx" {
		t.Errorf("counted %v, %v", families, err)
	}
}

// TestMetricsWithoutADatabase closes the database: the metrics that do not need it remain.
func TestMetricsWithoutADatabase(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{URL: testkit.EmptySQLite(t), Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	data, err := gateway.New(gateway.Config{Now: clock.Now, Ledgers: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	handler := newMetrics(db, data, newAccessLog(slog.DiscardHandler)).handler()
	read := func() string {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		if answer.Code != http.StatusOK {
			t.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
		return answer.Body.String()
	}
	if text := read(); !strings.Contains(text, `portico_mail_messages{state="waiting"} 0`) {
		t.Error("the mail queue is missing")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if text := read(); strings.Contains(text, "portico_mail") || !strings.Contains(text, "portico_gateway_calls_total") {
		t.Errorf("after the database was closed: %s", text)
	}
}
