package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/identity"
)

type userCommands struct {
	Add  userAddCommand  `cmd:"" help:"Add a person and print a link by which they choose their password."`
	Link userLinkCommand `cmd:"" help:"Print another such link, where the first one was lost or is too old."`
}

type userAddCommand struct {
	settings
	Email string `arg:"" help:"The person's e-mail address."`
	Name  string `help:"The person's name."`
	Staff string `placeholder:"ROLE" help:"Makes them staff: admin, approver or support."`
	Team  string `placeholder:"NAME" help:"The team they join; it is made where there is none of that name. Without it they get a team of their own."`
	Role  string `placeholder:"ROLE" help:"Their role in the team: owner, admin, member or viewer (default owner of a new team, member of another)."`
}

// Run adds the account and prints its one-use link.
func (c userAddCommand) Run(ctx context.Context, t terminal) error {
	return c.printLink(ctx, t, func(ctx context.Context, accounts *account.Service) (account.Added, error) {
		return accounts.AddAccount(ctx, account.NewAccount{
			Email: c.Email, Name: c.Name, Staff: identity.StaffRole(c.Staff), TeamName: c.Team, Role: identity.Role(c.Role),
		})
	})
}

type userLinkCommand struct {
	settings
	Email string `arg:"" help:"The person's e-mail address."`
}

// Run prints a new one-use link for an account without a password; earlier links stop working.
func (c userLinkCommand) Run(ctx context.Context, t terminal) error {
	return c.printLink(ctx, t, func(ctx context.Context, accounts *account.Service) (account.Added, error) {
		return accounts.RenewLinkOf(ctx, c.Email)
	})
}

func (s settings) printLink(ctx context.Context, t terminal, obtain func(context.Context, *account.Service) (account.Added, error)) (err error) {
	config, err := s.load(t)
	if err != nil {
		return err
	}
	if config.PortalURL == "" {
		return errors.New("the link needs the portal's address: set PORTICO_PORTAL_URL")
	}
	ctx, services, err := s.open(ctx, t, app.Open)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	added, err := obtain(ctx, services.Accounts)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "%s can sign in once they have a password. This link works once, until %s:\n\n  %s/set-up/%s\n\nWhoever has it chooses the password: hand it over on a safe way.\n",
		added.Account.Email, added.ExpiresAt.Format("2 January 15:04 MST"), strings.TrimSuffix(config.PortalURL, "/"), added.Token)
	return err
}
