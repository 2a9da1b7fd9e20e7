package cli

import (
	"context"
	"errors"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/demo"
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
	if err := demo.RefuseDemo(ctx, services, config.Listen, config.GatewayListen); err != nil {
		return errors.Join(err, services.Close())
	}
	portal, err := app.New(config, services, logger)
	if err != nil {
		return err
	}
	return portal.Run(ctx, func() { logger.Info("ready", "portal", portal.PortalURL, "gateway", portal.GatewayURL) })
}
