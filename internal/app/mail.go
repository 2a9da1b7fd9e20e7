package app

import (
	"context"

	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/platform/clock"
)

// newMail creates the sender of the outbox and notifies it of every message that this process queues. Without a mail
// server it returns nil, and messages wait.
func (a *App) newMail() (*mail.Sender, error) {
	if a.config.SMTPURL == "" {
		return nil, nil
	}
	server, err := mail.ParseServer(a.config.SMTPURL)
	if err != nil {
		return nil, err
	}
	made := mail.New(mail.Config{
		Outbox: a.Services.DB, Letters: a.Services.Accounts, Server: server,
		PortalName: a.portalName, PortalURL: a.PortalURL, Fronts: a.config.TrustedOrigins,
		Logger: a.logger, Now: clock.Now,
	})
	a.Services.DB.OnMessage(made.Wake)
	return made, nil
}

func (a *App) portalName(ctx context.Context) (string, error) {
	settings, err := a.Services.Site.Settings(ctx)
	return settings.Name, err
}
