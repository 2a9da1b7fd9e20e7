package app

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

const forgetEvery = time.Hour

// forget deletes what is kept no longer, at once and then every hour, until the context ends.
func (a *App) forget(ctx context.Context) error {
	again := time.NewTicker(forgetEvery)
	defer again.Stop()
	acting := identity.With(ctx, identity.SystemPrincipal("forget"))
	for {
		for what, forget := range map[string]func(context.Context) error{
			"sessions and links": a.Services.Accounts.Forget, "tickets": a.Services.Access.Forget,
			"messages": a.Services.Outbox.Forget, "counts of calls": a.Services.Usage.Forget,
		} {
			if err := forget(acting); err != nil && ctx.Err() == nil {
				a.logger.WarnContext(ctx, "delete old "+what, "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}
