package gateway

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// TestCloseEndsAndCountsOpenCalls closes while an upstream keeps a call waiting past the deadline.
func TestCloseEndsAndCountsOpenCalls(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/x", "builtin:echo"))
	open := p.openCall("X-Api-Key: key")
	if err := p.gateway.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if counts := p.counts(); len(counts) != 1 || counts[0].Requests != 1 {
		t.Errorf("stored %+v; want the call that was open", counts)
	}
	p.wantStatus(<-open.answered, http.StatusServiceUnavailable)
}

// TestCloseDoesNotWaitForEver closes while a call cannot be ended.
func TestCloseDoesNotWaitForEver(t *testing.T) {
	reached, end := make(chan struct{}), make(chan struct{})
	p := newPortal(t, func(config *Config) {
		config.Builtins["stuck"] = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { close(reached); <-end })
	}).start()
	p.issue("stuck", p.publish("/stuck", "builtin:stuck"))
	p.issue("key", p.publish("/x", "builtin:echo"))
	p.wantStatus(p.get("/x", "key"), http.StatusOK)
	ended := make(chan struct{})
	go func() { defer close(ended); p.get("/stuck", "stuck") }()
	<-reached
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.gateway.Close(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("closed with %v", err)
	}
	if counts := p.counts(); len(counts) != 1 || counts[0].Requests != 1 {
		t.Errorf("stored %+v; want the call that has ended", counts)
	}
	close(end)
	<-ended
}
