package demo_test

import (
	"context"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/portico-api/portico/internal/testkit"
)

const (
	incomingTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	incomingSpan  = "00f067aa0ba902b7"
)

// traceCollector receives spans by OTLP over HTTP.
type traceCollector struct {
	mu       sync.Mutex
	services []string
	spans    []*trace.Span
	text     string
}

func (c *traceCollector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var sent collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &sent) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text += sent.String()
	for _, resource := range sent.ResourceSpans {
		for _, attribute := range resource.Resource.Attributes {
			if attribute.Key == "service.name" {
				c.services = append(c.services, attribute.Value.GetStringValue())
			}
		}
		for _, scope := range resource.ScopeSpans {
			c.spans = append(c.spans, scope.Spans...)
		}
	}
}

// named returns the only span with the name.
func (c *traceCollector) named(t *testing.T, name string, kind trace.Span_SpanKind) *trace.Span {
	t.Helper()
	var found []*trace.Span
	for _, span := range c.spans {
		if span.Name == name && span.Kind == kind {
			found = append(found, span)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d spans are called %q in %s", len(found), name, c.text)
	}
	return found[0]
}

// callTraced makes a request that continues a trace, with secrets in its path, its query and its headers.
func callTraced(ctx context.Context, t *testing.T, url, key string) {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Traceparent", "00-"+incomingTrace+"-"+incomingSpan+"-01")
	request.Header.Set("X-Api-Key", key)
	request.Header.Set("Authorization", "Bearer canary-token")
	request.SetBasicAuth("ada", "canary-password")
	request.Header.Set("User-Agent", "canary-agent")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

// TestSpansReachACollector calls the gateway and the portal. When the node has stopped, a collector has all spans.
func TestSpansReachACollector(t *testing.T) {
	received := &traceCollector{}
	server := httptest.NewServer(received)
	defer server.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	t.Setenv("OTEL_SERVICE_NAME", "northwind-portal")
	node := install(t, testkit.EmptySQLite).start(t)
	key := node.reveal(t, primary(node.subscription(t, "acme-production")))
	callTraced(t.Context(), t, node.GatewayURL+productionStatus+"?key=canary-query", key)
	callTraced(t.Context(), t, node.PortalURL+"/sign-in?next=canary-query", key)
	node.stop()

	call := received.named(t, "GET /parcels/v2", trace.Span_SPAN_KIND_SERVER)
	page := received.named(t, "GET /sign-in", trace.Span_SPAN_KIND_SERVER)
	for _, span := range []*trace.Span{call, page} {
		if hex.EncodeToString(span.TraceId) != incomingTrace || hex.EncodeToString(span.ParentSpanId) != incomingSpan {
			t.Errorf("%s does not continue the client's trace: %v", span.Name, span)
		}
	}
	upstream := received.named(t, "GET", trace.Span_SPAN_KIND_CLIENT)
	if string(upstream.ParentSpanId) != string(call.SpanId) || string(upstream.TraceId) != string(call.TraceId) {
		t.Errorf("the upstream's span is not part of the call's: %v", upstream)
	}
	for _, service := range received.services {
		if service != "northwind-portal" {
			t.Errorf("the spans come from %q", service)
		}
	}
	for _, secret := range []string{key, "canary"} {
		if strings.Contains(received.text, secret) {
			t.Errorf("a span has %q: %s", secret, received.text)
		}
	}
}

// TestTheSamplerIsHonoured turns sampling off, and then the export.
func TestTheSamplerIsHonoured(t *testing.T) {
	for name, value := range map[string]string{
		"OTEL_TRACES_SAMPLER": "always_off", "OTEL_TRACES_EXPORTER": "none", "OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "",
	} {
		t.Run(name, func(t *testing.T) {
			received := &traceCollector{}
			server := httptest.NewServer(received)
			defer server.Close()
			t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
			t.Setenv(name, value)
			node := install(t, testkit.EmptySQLite).start(t)
			node.read(t, "/sign-in")
			node.stop()
			if len(received.spans) > 0 {
				t.Errorf("received %s", received.text)
			}
		})
	}
}
