package gateway

import (
	"net/http"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

const (
	clientTrace  = "4bf92f3577b34da6a3ce929d0e0e4736"
	clientSpan   = "00f067aa0ba902b7"
	clientParent = "00-" + clientTrace + "-" + clientSpan + "-01"
)

// traced returns a portal whose gateway records spans, and a function that returns them, the last one to end last.
func traced(t *testing.T, options ...sdktrace.TracerProviderOption) (*portal, func() tracetest.SpanStubs) {
	t.Helper()
	recorded := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(append(options, sdktrace.WithSyncer(recorded))...)
	return newPortal(t, func(config *Config) { config.Tracer = provider.Tracer("test") }).start(), recorded.GetSpans
}

// heard starts an upstream that answers with the headers of traces that it received.
func heard(t *testing.T) string {
	return upstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Heard", strings.Join(r.Header["Traceparent"], "+")+" "+strings.Join(r.Header["Tracestate"], "+"))
	})
}

func TestTracesAreContinued(t *testing.T) {
	p, spans := traced(t)
	p.issue("canary", p.publish("/x", heard(t)))
	answer := p.get("/x/canary-path?key=canary-query", "canary", "Traceparent: "+clientParent, "Tracestate: vendor=1")
	p.wantStatus(answer, 200)
	got := spans()
	if len(got) != 2 {
		t.Fatalf("%d spans", len(got))
	}
	client, server := got[0], got[1]
	if server.SpanKind != trace.SpanKindServer || server.Name != "GET /x" || server.SpanContext.TraceID().String() != clientTrace ||
		server.Parent.SpanID().String() != clientSpan {
		t.Errorf("the span of the call is %+v", server)
	}
	if client.SpanKind != trace.SpanKindClient || client.Parent.SpanID() != server.SpanContext.SpanID() {
		t.Errorf("the span of the upstream is %+v", client)
	}
	if want := "00-" + clientTrace + "-" + client.SpanContext.SpanID().String() + "-01 vendor=1"; answer.Header().Get("Heard") != want {
		t.Errorf("the upstream received %q, want %q", answer.Header().Get("Heard"), want)
	}
	for _, span := range got {
		for _, attribute := range span.Attributes {
			if strings.Contains(attribute.Value.String(), "canary") {
				t.Errorf("%s has the attribute %s=%s", span.Name, attribute.Key, attribute.Value.String())
			}
		}
	}
}

func TestFailuresAreMarkedInTraces(t *testing.T) {
	p, spans := traced(t)
	p.issue("k1", p.publish("/down", "http://127.0.0.1:1"))
	p.wantStatus(p.get("/down", "k1"), 502)
	p.wantStatus(p.get("/down", "unknown"), 401)
	p.wantStatus(p.get("/none", "k1", "Traceparent: malformed"), 404)
	var lines []string
	for _, span := range spans() {
		line := span.Name + " " + span.Status.Code.String()
		for _, attribute := range span.Attributes {
			if attribute.Key == "portico.reason" || attribute.Key == "http.response.status_code" {
				line += " " + attribute.Value.String()
			}
		}
		lines = append(lines, line)
	}
	want := "GET " + codes.Error.String() + "; GET /down Error 502 upstream_failed; GET /down Unset 401 bad_key; GET Unset 404 no_route"
	if got := strings.Join(lines, "; "); got != want {
		t.Errorf("spans:\n%s, want\n%s", got, want)
	}
}

// TestUnsampledTracesArePassedOn keeps the client's decision that its trace is not recorded.
func TestUnsampledTracesArePassedOn(t *testing.T) {
	p, spans := traced(t)
	p.issue("k1", p.publish("/x", heard(t)))
	answer := p.get("/x", "k1", "Traceparent: "+strings.TrimSuffix(clientParent, "1")+"0")
	if got := answer.Header().Get("Heard"); !strings.HasPrefix(got, "00-"+clientTrace) || !strings.HasSuffix(got, "-00") {
		t.Errorf("the upstream received %q", got)
	}
	if got := spans(); len(got) != 0 {
		t.Errorf("recorded %v", got)
	}
}

// TestTracesPassThroughUntouched calls a gateway that sends no spans.
func TestTracesPassThroughUntouched(t *testing.T) {
	p := newPortal(t).start()
	p.issue("k1", p.publish("/x", heard(t)))
	for _, parent := range []string{clientParent, "anything"} {
		answer := p.get("/x", "k1", "Traceparent: "+parent, "Tracestate: vendor=1")
		if got := answer.Header().Get("Heard"); got != parent+" vendor=1" {
			t.Errorf("the upstream received %q", got)
		}
	}
}
