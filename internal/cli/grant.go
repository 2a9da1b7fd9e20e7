package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/app"
)

type grantCommand struct {
	settings
	Email string `arg:"" help:"The e-mail address of who gets access."`
	Plan  string `arg:"" help:"The slug of the plan."`
}

// Run grants access without a request. It does not print the keys: their owner finds them on the profile.
func (c grantCommand) Run(ctx context.Context, t terminal) (err error) {
	ctx, services, err := c.open(ctx, t, app.OpenPresent)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	granted, err := services.Access.GrantNamed(ctx, access.NamedAccess{Email: c.Email, Plan: c.Plan})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Granted %s to %s, subscription %s. Its keys are on their profile.\n", c.Plan, c.Email, granted.Subscription.ID)
	return err
}
