package app

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"

	"github.com/portico-api/portico/internal/gateway"
)

// stuck is a log that writes nothing until it is released.
type stuck struct {
	slog.Handler

	released chan struct{}
}

func (s stuck) Handle(ctx context.Context, record slog.Record) error {
	<-s.released
	return s.Handler.Handle(ctx, record)
}

// TestASlowLogDelaysNoCall adds more lines than may wait while nothing can be written.
func TestASlowLogDelaysNoCall(t *testing.T) {
	var written bytes.Buffer
	slow := stuck{slog.NewTextHandler(&written, &slog.HandlerOptions{Level: slog.LevelError}), make(chan struct{})}
	lines := newAccessLog(slow)
	const more = 10
	for range waitingLines + more {
		lines.add(gateway.Answered{Status: 200})
	}
	var dropped dto.Metric
	if err := lines.dropped.Write(&dropped); err != nil || dropped.Counter.GetValue() != more {
		t.Errorf("%v lines were dropped, want %d; %v", dropped.Counter.GetValue(), more, err)
	}
	go lines.run()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := lines.close(ended); err == nil {
		t.Error("close waited for a log that is stuck")
	}
	close(slow.released)
	<-lines.ended
	if count := strings.Count(written.String(), "msg=call"); count != waitingLines {
		t.Errorf("%d lines were written, want %d", count, waitingLines)
	}
}
