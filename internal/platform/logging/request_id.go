package logging

import (
	"context"
	"crypto/rand"
)

type requestIDKey struct{}

// WithRequestID returns a context with the request's id, which every log line and audit record includes.
func WithRequestID(ctx context.Context, requestID string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, requestID)
}

// RequestID returns the id of the context's request, empty if there is none.
func RequestID(ctx context.Context) string {
	requestID, _ := ctx.Value(requestIDKey{}).(string)
	return requestID
}

// NewRequestID creates an id for a request without one.
func NewRequestID() string { return rand.Text() }

// maxRequestID is the longest request id that is accepted from a client.
const maxRequestID = 64

// FitRequestID reports whether a client's request id is safe to log.
func FitRequestID(text string) bool {
	if text == "" || len(text) > maxRequestID {
		return false
	}
	for _, letter := range []byte(text) {
		if (letter < '0' || letter > '9') && (letter < 'a' || letter > 'z') && (letter < 'A' || letter > 'Z') && letter != '-' && letter != '_' && letter != '.' {
			return false
		}
	}
	return true
}
