package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/portico-api/portico/internal/platform/build"
	"github.com/portico-api/portico/internal/platform/logging"
)

// tracing sends spans to a collector. The zero value sends none.
type tracing struct {
	tracer   trace.Tracer
	provider *sdktrace.TracerProvider
}

// newTracing sets up tracing from OpenTelemetry's environment variables. Without an endpoint, it initialises nothing.
func newTracing(ctx context.Context, logger *slog.Logger) (tracing, error) {
	if !exportsTraces() {
		return tracing{}, nil
	}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"} {
		if protocol := os.Getenv(name); protocol != "" && protocol != "http/protobuf" {
			return tracing{}, fmt.Errorf("%s is %q: Portico sends traces as http/protobuf only", name, protocol)
		}
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { logger.Warn("traces could not be sent", "error", err) }))
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return tracing{}, fmt.Errorf("set up traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "portico"), attribute.String("service.version", build.Version())),
		resource.WithFromEnv(), // overrides the name and version above
	)
	if err != nil {
		return tracing{}, errors.Join(fmt.Errorf("set up traces: %w", err), exporter.Shutdown(ctx))
	}
	provider := sdktrace.NewTracerProvider(sdktrace.WithBatcher(exporter), sdktrace.WithResource(about))
	return tracing{tracer: provider.Tracer("github.com/portico-api/portico"), provider: provider}, nil
}

// exportsTraces reports whether OpenTelemetry's variables name an endpoint for traces and do not disable them.
func exportsTraces() bool {
	disabled, _ := strconv.ParseBool(os.Getenv("OTEL_SDK_DISABLED"))
	endpoint := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") + os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
	return !disabled && endpoint != "" && !strings.EqualFold(os.Getenv("OTEL_TRACES_EXPORTER"), "none")
}

// close sends the remaining spans.
func (t tracing) close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// begin starts the span of a portal request, which continues the client's trace if it sent one. The returned function
// ends it. The span has no path, because paths can contain one-use tokens.
func (t tracing) begin(r *http.Request, route *chi.Context) (context.Context, func(status int)) {
	if t.tracer == nil {
		return r.Context(), func(int) {}
	}
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	method := logging.Method(r.Method)
	ctx, span := t.tracer.Start(ctx, method, trace.WithSpanKind(trace.SpanKindServer))
	return ctx, func(status int) {
		if pattern := route.RoutePattern(); pattern != "" {
			span.SetName(method + " " + pattern)
			span.SetAttributes(attribute.String("http.route", pattern))
		}
		span.SetAttributes(attribute.String("http.request.method", method), attribute.Int("http.response.status_code", status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}
