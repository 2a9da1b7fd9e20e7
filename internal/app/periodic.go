package app

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

// task is work that the product does by itself. It acts as the system principal of its name.
type task struct {
	name  string
	every time.Duration
	// steps maps the name of a step, as the log shows it, to the step.
	steps map[string]func(context.Context) error
}

// tasks lists the periodic work of the domain.
func (a *App) tasks() []task {
	return []task{
		{"roll-up", time.Minute, map[string]func(context.Context) error{"sum up calls": a.Services.Usage.RollUp}},
		{"request log", time.Minute, map[string]func(context.Context) error{"delete lines of request logs": a.Services.Usage.ForgetLines}},
		{"quota alerts", time.Minute, map[string]func(context.Context) error{"tell teams of used quotas": a.Services.Usage.Alert}},
		{"forget", time.Hour, map[string]func(context.Context) error{
			"delete old sessions and links": a.Services.Accounts.Forget, "delete old tickets": a.Services.Access.Forget,
			"delete old messages": a.Services.Outbox.Forget, "delete old counts of calls": a.Services.Usage.Forget,
		}},
	}
}

// repeat runs a task at once and then at its interval, until the context ends.
func (a *App) repeat(ctx context.Context, of task) error {
	again := time.NewTicker(of.every)
	defer again.Stop()
	acting := identity.With(ctx, identity.SystemPrincipal(of.name))
	for {
		for what, step := range of.steps {
			if err := step(acting); err != nil && ctx.Err() == nil {
				a.logger.WarnContext(ctx, what, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}
