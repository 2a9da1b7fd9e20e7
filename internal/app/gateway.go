package app

import (
	"path/filepath"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/platform/clock"
)

// newGateway creates the gateway and registers it to be told of every change that this process commits.
func (a *App) newGateway() (*gateway.Gateway, error) {
	settings := gateway.Config{
		Routes: a.Services.Plans, Grants: a.Services.Access, Changes: a.Services.DB, Usage: a.Services.Usage,
		Ledgers: filepath.Join(a.config.DataDir, "ledgers"), RefuseUncounted: a.config.LedgerFailure == config.Refuse,
		Hasher:        access.Hasher(a.Services.Ring),
		PortalOrigins: append(origins(a.PortalURL), a.config.TrustedOrigins...),
		PartnerHost:   a.partner.now,
		GatewayURL:    a.GatewayURL,
		Lease:         a.config.Lease,
		Tracer:        a.tracing.tracer,
		Logger:        a.logger, Now: clock.Now,
	}
	if a.config.AccessLog == config.On {
		settings.Answered = a.access.add
	}
	made, err := gateway.New(settings)
	if err != nil {
		return nil, err
	}
	a.Services.DB.OnChange(made.Changed)
	a.Services.Usage.CountLive(made.Counted)
	return made, nil
}
