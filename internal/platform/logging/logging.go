// Package logging sets up the program's log: its format, the id of the request on every line, and no secrets.
//
// Attributes with the name of a secret are written without their values. This is the second line of defence: no code
// may pass a secret to the log in the first place. App creates the logger and passes it to the parts; surfaces put the
// request's id into the context.
package logging

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
)

// New returns a logger with a format (text or json) and a minimum level (debug, info, warn, error).
func New(to io.Writer, format, level string) (*slog.Logger, error) {
	var least slog.Level
	if err := least.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("setting up the log: %w", err)
	}
	options := &slog.HandlerOptions{Level: least, ReplaceAttr: redact}
	switch format {
	case "text":
		return slog.New(requestHandler{slog.NewTextHandler(to, options)}), nil
	case "json":
		return slog.New(requestHandler{slog.NewJSONHandler(to, options)}), nil
	}
	return nil, fmt.Errorf("setting up the log: format %q is neither text nor json", format)
}

const redacted = "[redacted]"

// redact hides the value of an attribute such as key, api_key or X-Api-Key, alone or anywhere below such a group.
func redact(groups []string, attribute slog.Attr) slog.Attr {
	if holdsSecret(attribute.Key) || slices.ContainsFunc(groups, holdsSecret) {
		return slog.String(attribute.Key, redacted)
	}
	return attribute
}

func holdsSecret(name string) bool {
	lastWord := strings.ToLower(name[strings.LastIndexAny(name, "_-. ")+1:])
	switch lastWord {
	case "key", "secret", "password", "token", "authorization", "cookie":
		return true
	}
	return false
}

// requestHandler adds the id of the context's request.
type requestHandler struct{ slog.Handler }

func (h requestHandler) Handle(ctx context.Context, record slog.Record) error {
	if requestID := RequestID(ctx); requestID != "" {
		record.AddAttrs(slog.String("request_id", requestID))
	}
	return h.Handler.Handle(ctx, record)
}

func (h requestHandler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attributes)}
}

func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}
