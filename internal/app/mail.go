package app

import (
	"context"

	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/site"
)

// newMail creates the sender of the outbox and registers it to be woken for every message that this process queues.
// Without a mail server it returns nil, and messages wait.
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
		Brand: a.mailBrand, PortalURL: a.PortalURL, Fronts: a.config.TrustedOrigins,
		Logger: a.logger, Now: clock.Now,
	})
	a.Services.DB.OnMessage(made.Wake)
	return made, nil
}

func (a *App) mailBrand(ctx context.Context) (mail.Brand, error) {
	settings, err := a.Services.Site.Settings(ctx)
	accent := func(color site.Color, theme site.Theme) mail.Accent {
		derived := site.AccentOf(color, theme)
		return mail.Accent{Fill: string(derived.Fill), Content: string(derived.Content), Text: string(derived.Text)}
	}
	return mail.Brand{
		Name: settings.Name, Light: accent(settings.LightColor, site.ThemeLight), Dark: accent(settings.DarkColor, site.ThemeDark),
	}, err
}
