package app

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

const rollUpEvery = time.Minute

// rollUp sums up hours and days of calls at once and then every minute, until the context ends.
func (a *App) rollUp(ctx context.Context) error {
	again := time.NewTicker(rollUpEvery)
	defer again.Stop()
	for {
		err := a.Services.Usage.RollUp(identity.With(ctx, identity.SystemPrincipal("roll-up")))
		if err != nil && ctx.Err() == nil {
			a.logger.WarnContext(ctx, "sum up calls", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-again.C:
		}
	}
}
