package cli

import (
	"context"

	"github.com/portico-api/portico/internal/app"
)

type serveCommand struct{ settings }

// Run serves until it is interrupted.
func (c serveCommand) Run(ctx context.Context, t terminal) error {
	config, err := c.load(t)
	if err != nil {
		return err
	}
	logger, err := logger(t, config)
	if err != nil {
		return err
	}
	services, err := app.Open(ctx, config)
	if err != nil {
		return err
	}
	portal, err := app.New(config, services, logger)
	if err != nil {
		return err
	}
	return portal.Run(ctx, func() { logger.Info("ready", "portal", portal.PortalURL, "gateway", portal.GatewayURL) })
}
