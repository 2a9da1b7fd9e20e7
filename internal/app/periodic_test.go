package app

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

// TestTasksAreRepeated runs a task for two and a half periods; one of its steps fails.
func TestTasksAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		a := &App{logger: slog.New(slog.NewTextHandler(&logged, nil))}
		ran := 0
		ctx, stop := context.WithTimeout(t.Context(), 150*time.Minute)
		defer stop()
		err := a.repeat(ctx, task{"test", time.Hour, map[string]func(context.Context) error{
			"work": func(ctx context.Context) error {
				if name := identity.From(ctx).Name; name != "test" {
					t.Errorf("the step acts as %q", name)
				}
				ran++
				return nil
			},
			"fail": func(context.Context) error { return errors.New("broken") },
		}})
		if !errors.Is(err, context.DeadlineExceeded) || ran != 3 {
			t.Errorf("ran %d times, then %v", ran, err)
		}
		if got := strings.Count(logged.String(), "msg=fail error=broken"); got != 3 {
			t.Errorf("logged %d failures: %s", got, logged.String())
		}
	})
}
