package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/platform/clock"
)

// The demo has its own setting and a data directory apart from a real portal's.
const (
	passwordSetting = "PORTICO_DEMO_PASSWORD"
	folderSetting   = "PORTICO_DATA_DIR"
	demoFolder      = "./data/demo"
)

type demoCommand struct {
	settings
	Document string `placeholder:"FILE" default:".cache/github/api.github.com.json" help:"A large OpenAPI document to publish for reading, where there is one."`
}

// Run creates the missing demo data and serves until it is interrupted.
func (c demoCommand) Run(ctx context.Context, t terminal) error {
	password, environment := takeSetting(t.environment, passwordSetting)
	password = cmp.Or(password, demo.DefaultPassword)
	if folder, _ := takeSetting(environment, folderSetting); folder == "" {
		environment = append(environment, folderSetting+"="+demoFolder)
	}
	config, err := c.load(terminal{environment, t.out, t.err})
	if err != nil {
		return err
	}
	if err := demo.OnlyLoopback(config.Listen, config.GatewayListen); err != nil {
		return err
	}
	logger, err := logger(t, config)
	if err != nil {
		return err
	}
	upstream, err := demo.StartUpstream()
	if err != nil {
		return err
	}
	services, err := app.Open(ctx, config)
	if err != nil {
		return err
	}
	given, err := demo.SeedStory(ctx, services, upstream.URL(), password, clock.Now())
	if err != nil {
		return errors.Join(err, services.Close())
	}
	if !given {
		password = "as it was set when this demo was created (" + demo.DefaultPassword + ", unless " + passwordSetting + " said otherwise)"
	}
	portal, err := app.New(config, services, logger)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return upstream.Serve(ctx) })
	group.Go(func() error { return c.publishDocument(ctx, services, logger) })
	group.Go(func() error { return portal.Run(ctx, func() { c.welcome(t, portal, password) }) })
	return group.Wait()
}

// takeSetting returns the value of a variable and the environment without it.
func takeSetting(environment []string, wanted string) (value string, rest []string) {
	for _, variable := range environment {
		if name, text, _ := strings.Cut(variable, "="); name == wanted {
			value = text
		} else {
			rest = append(rest, variable)
		}
	}
	return value, rest
}

// publishDocument publishes the large API description. That takes seconds, so the portal starts first; without the
// description, the rest of the demo still works.
func (c demoCommand) publishDocument(ctx context.Context, services *app.Services, logger *slog.Logger) error {
	if err := demo.SeedDocument(ctx, services, c.Document); err != nil && ctx.Err() == nil {
		logger.Warn("the large document is not published", "file", c.Document, "error", err)
	}
	return nil
}

func (c demoCommand) welcome(t terminal, portal *app.App, password string) {
	_, _ = fmt.Fprintf(t.out, `
Portal:  %s
Gateway: %s

Sign in  %-21s  owner of the team Acme, with keys on the profile
as       %-21s  owner of another team
         %-21s  owner of Nordlys Books, with a suspended subscription
         %-21s  staff
Password %s

The calls of the 30 days before the first start are made up.

`, portal.PortalURL, portal.GatewayURL, demo.Developer, demo.Other, demo.Customer, demo.Staff, password)
}
