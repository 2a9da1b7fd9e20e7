package app

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/api/konnect"
	"github.com/portico-api/portico/internal/site"
)

// dialect is a wire protocol and the paths that it answers.
type dialect struct {
	name    site.Dialect
	prefix  string
	handler http.Handler
}

// dialects are the wire protocols that the portal speaks beside its pages.
func (a *App) dialects() ([]dialect, error) {
	var spoken []dialect
	if slices.Contains(a.config.Dialects, string(site.Konnect)) {
		made, err := konnect.New(konnect.Config{
			Accounts: a.Services.Accounts, Site: a.Services.Site, Catalog: a.Services.Catalog, Access: a.Services.Access,
			PortalURL: a.PortalURL, GatewayURL: a.GatewayURL, TrustedOrigins: a.config.TrustedOrigins, Logger: a.logger,
		})
		if err != nil {
			return nil, err
		}
		spoken = append(spoken, dialect{site.Konnect, konnect.Prefix, made.Routes()})
	}
	return spoken, nil
}

func names(dialects []dialect) []site.Dialect {
	var named []site.Dialect
	for _, one := range dialects {
		named = append(named, one.name)
	}
	return named
}

// beside answers the paths of dialects, and everything else with the site.
func beside(dialects []dialect, pages http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, one := range dialects {
			if strings.HasPrefix(r.URL.Path, one.prefix) {
				one.handler.ServeHTTP(w, r)
				return
			}
		}
		pages.ServeHTTP(w, r)
	})
}
