package app

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portico-api/portico/internal/gateway"
)

// waitingLines is how many lines of the access log wait to be written. If the log is slower than the calls, more are
// dropped.
const waitingLines = 4096

// accessLog writes one line for each call of the gateway. Calls never wait for it.
type accessLog struct {
	handler slog.Handler
	lines   chan gateway.Answered
	ending  chan struct{}
	ended   chan struct{}
	dropped prometheus.Counter
}

func newAccessLog(handler slog.Handler) *accessLog {
	return &accessLog{
		handler: handler, lines: make(chan gateway.Answered, waitingLines), ending: make(chan struct{}), ended: make(chan struct{}),
		dropped: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: "portico", Subsystem: "gateway", Name: "access_log_dropped_total",
			Help: "Lines of the access log that were dropped because the log was too slow.",
		}),
	}
}

// add queues the line of a call, or drops it if too many lines wait.
func (l *accessLog) add(answered gateway.Answered) {
	select {
	case l.lines <- answered:
	default:
		l.dropped.Inc()
	}
}

// run writes the lines until close.
func (l *accessLog) run() {
	defer close(l.ended)
	for {
		select {
		case answered := <-l.lines:
			l.write(answered)
		case <-l.ending:
			for len(l.lines) > 0 {
				l.write(<-l.lines)
			}
			return
		}
	}
}

// close writes the lines that wait, until the context ends.
func (l *accessLog) close(ctx context.Context) error {
	close(l.ending)
	select {
	case <-l.ended:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write bypasses the level of the log, so that LOG_LEVEL does not turn the access log off.
func (l *accessLog) write(answered gateway.Answered) {
	record := slog.NewRecord(answered.At, slog.LevelInfo, "call", 0)
	record.AddAttrs(
		slog.String("request_id", answered.RequestID), slog.String("method", answered.Method), slog.String("path", answered.Path),
		slog.String("product", answered.Product), slog.String("version", answered.Version), slog.String("environment", answered.Environment),
		slog.String("application_id", answered.Application), slog.String("credential_id", answered.Credential),
		slog.Int("status", answered.Status), slog.String("reason", string(answered.Reason)),
		slog.Int64("bytes_in", answered.BytesIn), slog.Int64("bytes_out", answered.BytesOut),
		slog.Float64("total_seconds", answered.Total.Seconds()), slog.Float64("upstream_seconds", answered.Upstream.Seconds()),
	)
	_ = l.handler.Handle(context.Background(), record) // the log itself has failed
}
