package logging

import (
	"context"
	"crypto/rand"
)

type requestIDKey struct{}

// WithRequestID returns a context that carries the request's id, which every log line and audit record of it repeats.
func WithRequestID(ctx context.Context, requestID string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, requestID)
}

// RequestID is the id of the request that the context belongs to, empty outside of one.
func RequestID(ctx context.Context) string {
	requestID, _ := ctx.Value(requestIDKey{}).(string)
	return requestID
}

// NewRequestID makes an id for a request that came without one.
func NewRequestID() string { return rand.Text() }
