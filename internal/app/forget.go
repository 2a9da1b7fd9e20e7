package app

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

const forgetEvery = time.Hour

// forget deletes expired sessions and links at once and then every hour, until the context ends.
func (a *App) forget(ctx context.Context) error {
	again := time.NewTicker(forgetEvery)
	defer again.Stop()
	for {
		err := a.Services.Accounts.Forget(identity.With(ctx, identity.SystemPrincipal("forget")))
		if err != nil && ctx.Err() == nil {
			a.logger.WarnContext(ctx, "delete expired sessions and links", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}
