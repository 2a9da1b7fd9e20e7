package app

import (
	"net/http"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/platform/clock"
)

// newGateway creates the gateway and notifies it of every change that this process commits.
func (a *App) newGateway() (*gateway.Gateway, error) {
	made, err := gateway.New(gateway.Config{
		Routes: a.Services.Plans, Grants: a.Services.Access, Changes: a.Services.DB, Usage: a.Services.Usage,
		Ledgers: filepath.Join(a.config.DataDir, "ledgers"), RefuseUncounted: a.config.LedgerFailure == config.Refuse,
		Hasher:        access.Hasher(a.Services.Ring),
		PortalOrigins: append(origins(a.PortalURL), a.config.TrustedOrigins...),
		PartnerHost:   a.partner.now,
		GatewayURL:    a.GatewayURL,
		Lease:         a.config.Lease,
		Logger:        a.logger, Now: clock.Now,
	})
	if err != nil {
		return nil, err
	}
	a.Services.DB.OnChange(made.Changed)
	return made, nil
}

// metricsHandler serves the metrics of the process and the gateway. None of them names a person, a key or a path.
func (a *App) metricsHandler() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		a.gateway,
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
