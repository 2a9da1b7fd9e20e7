package gateway

import (
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/portico-api/portico/internal/gateway/forward"
	"github.com/portico-api/portico/internal/platform/logging"
)

// Spans name methods, routes and statuses. They have no path, query or header, because these can contain keys.

// traceContext reads and writes the headers traceparent and tracestate.
var traceContext propagation.TraceContext

// startSpan starts the span of a call, which continues the client's trace if it sent one.
func (g *Gateway) startSpan(c *call) {
	ctx := traceContext.Extract(c.request.Context(), propagation.HeaderCarrier(c.request.Header))
	ctx, c.span = g.config.Tracer.Start(ctx, logging.Method(c.request.Method), trace.WithSpanKind(trace.SpanKindServer))
	c.request = c.request.WithContext(ctx)
}

// endSpan ends the span of a call and sets its attributes.
func (c *call) endSpan(status int) {
	attributes := append(make([]attribute.KeyValue, 0, 7),
		attribute.String("http.request.method", logging.Method(c.request.Method)), attribute.Int("http.response.status_code", status))
	if c.route != nil {
		base := c.route.Endpoint.BasePath
		c.span.SetName(logging.Method(c.request.Method) + " " + base)
		attributes = append(attributes, attribute.String("http.route", base), attribute.String("portico.product", c.route.ProductSlug),
			attribute.String("portico.version", c.route.VersionName), attribute.String("portico.environment", c.route.Endpoint.Environment))
	}
	if c.reason != "" {
		attributes = append(attributes, attribute.String("portico.reason", string(c.reason)))
	}
	c.span.SetAttributes(attributes...)
	if status >= http.StatusInternalServerError {
		c.span.SetStatus(codes.Error, string(c.reason))
	}
	c.span.End()
}

// send forwards the call, inside a span if calls are traced. Then the upstream continues that span.
func (g *Gateway) send(c *call, handed *forward.Call) (failure forward.Failure) {
	if c.span == nil {
		return c.route.target.Forward(c, c.request, handed)
	}
	method := logging.Method(c.request.Method)
	ctx, span := g.config.Tracer.Start(c.request.Context(), method, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("server.address", c.route.target.Host())))
	headers := propagation.MapCarrier{}
	traceContext.Inject(ctx, headers)
	handed.TraceParent, handed.TraceState = headers["traceparent"], headers["tracestate"]
	defer func() { // a response that breaks off is a panic
		if failure == forward.None && c.status > 0 {
			span.SetAttributes(attribute.Int("http.response.status_code", c.status))
		}
		if failure != forward.None || c.status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}()
	return c.route.target.Forward(c, c.request, handed)
}
