package logging

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
)

func logger(t *testing.T, format, level string) (*slog.Logger, *bytes.Buffer) {
	t.Helper()
	var lines bytes.Buffer
	log, err := New(&lines, format, level)
	if err != nil {
		t.Fatal(err)
	}
	return log, &lines
}

func TestSecretsAreNotWritten(t *testing.T) {
	const canary = "canary-5f2c"
	for _, format := range []string{"text", "json"} {
		log, lines := logger(t, format, "debug")
		for _, name := range []string{"key", "secret", "password", "Token", "AUTHORIZATION", "cookie", "api_key", "X-Api-Key", "Set-Cookie", "form.password"} {
			log.Info("plain", name, canary)
			log.Info("any", name, []string{canary})
			log.With(name, canary).Info("with")
			log.Info("below", slog.Group("request", name, canary))
			log.Info("inside", slog.Group(name, "value", canary))
			log.WithGroup(name).Info("group", "value", canary)
		}
		if strings.Contains(lines.String(), canary) {
			t.Errorf("%s: a secret is in the log:\n%s", format, lines)
		}
		lines.Reset()
		log.Info("harmless", "key_id", "k1", "tokens", 3, "keyboard", "qwerty")
		if text := lines.String(); strings.Contains(text, redacted) || !strings.Contains(text, "qwerty") {
			t.Errorf("%s: more is hidden than secrets: %s", format, text)
		}
	}
}

func TestEveryLineOfARequestHasItsID(t *testing.T) {
	log, lines := logger(t, "json", "info")
	requestID := NewRequestID()
	ctx := WithRequestID(t.Context(), requestID)
	if RequestID(ctx) != requestID || RequestID(t.Context()) != "" || NewRequestID() == requestID {
		t.Errorf("the context carries %q, want %q", RequestID(ctx), requestID)
	}
	log.InfoContext(ctx, "one")
	log.With("part", "gateway").InfoContext(ctx, "two")
	for line := range strings.Lines(lines.String()) {
		var read struct {
			RequestID string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(line), &read); err != nil || read.RequestID != requestID {
			t.Errorf("%s: id %q, %v", line, read.RequestID, err)
		}
	}
	lines.Reset()
	log.Info("outside of a request")
	if strings.Contains(lines.String(), "request_id") {
		t.Error(lines)
	}
}

func TestLevelAndFormatAreChecked(t *testing.T) {
	log, lines := logger(t, "text", "warn")
	log.Info("quiet")
	log.Warn("loud")
	if text := lines.String(); strings.Contains(text, "quiet") || !strings.Contains(text, "loud") {
		t.Errorf("level warn logs %s", text)
	}
	for _, wrong := range [][2]string{{"xml", "info"}, {"text", "noisy"}} {
		if _, err := New(lines, wrong[0], wrong[1]); err == nil {
			t.Errorf("New takes %v", wrong)
		}
	}
}
