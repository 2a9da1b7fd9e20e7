// Package web is the site: its pages, their twins in Markdown, and the files that list them for programs.
//
// It connects the areas. Each area is a package below this one, holds the services that it needs, and mounts its own
// pages. They share view (components), visit (one request) and address (URLs). Built assets are embedded from dist. The
// site does not know the store, the dialects or the gateway; app mounts its handler.
package web

import (
	_ "embed"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/application"
	"github.com/portico-api/portico/internal/web/catalogue"
	"github.com/portico-api/portico/internal/web/desk"
	"github.com/portico-api/portico/internal/web/home"
	"github.com/portico-api/portico/internal/web/people"
	"github.com/portico-api/portico/internal/web/profile"
	"github.com/portico-api/portico/internal/web/record"
	"github.com/portico-api/portico/internal/web/reference"
	"github.com/portico-api/portico/internal/web/settings"
	"github.com/portico-api/portico/internal/web/signin"
	"github.com/portico-api/portico/internal/web/usage"
	"github.com/portico-api/portico/internal/web/visit"
)

// Config holds the services and settings of the site.
type Config struct {
	Trail    *event.Trail
	Outbox   *event.Outbox
	Accounts *account.Service
	Site     *site.Service
	Catalog  *catalog.Service
	Publish  *publish.Service
	Access   *access.Service
	Overview *overview.Service
	Plans    *plan.Service
	// Dialects are the wire protocols that this node speaks if the settings let it.
	Dialects []site.Dialect
	// PortalURL is the portal's URL for browsers, without a trailing slash.
	PortalURL string
	// GatewayURL is the gateway's URL for browsers, without a trailing slash.
	GatewayURL string
	// Secure reports whether browsers reach the portal over https.
	Secure bool
	// Mails reports whether there is a mail server; without one, messages wait.
	Mails bool
	// TrustedOrigins may send forms from other origins, such as https://www.example.com.
	TrustedOrigins []string
	Logger         *slog.Logger
}

// Site serves the portal's pages.
type Site struct {
	server *visit.Server
	areas  []area
}

// area is a part of the site that mounts its own pages.
type area interface{ Mount(router chi.Router) }

// New returns the site. It fails if the assets were not built, or if an address in the configuration is invalid.
func New(config Config) (*Site, error) { return newSite(config, dist) }

func newSite(config Config, files fs.FS) (*Site, error) {
	server, err := visit.New(visit.Config{
		Source:    source{site: config.Site, accounts: config.Accounts, overview: config.Overview},
		PortalURL: config.PortalURL, GatewayURL: config.GatewayURL, Secure: config.Secure, Mails: config.Mails,
		TrustedOrigins: config.TrustedOrigins, Logger: config.Logger,
	}, files)
	if err != nil {
		return nil, err
	}
	return &Site{server: server, areas: []area{
		&home.Pages{Visits: server, Overview: config.Overview},
		&signin.Pages{Visits: server, Accounts: config.Accounts, Overview: config.Overview},
		&reference.Pages{Visits: server, Catalog: config.Catalog, Access: config.Access, SitemapSize: reference.MostInSitemap},
		&application.Pages{Visits: server, Access: config.Access, Overview: config.Overview},
		&usage.Pages{Visits: server, Overview: config.Overview},
		&profile.Pages{Visits: server, Access: config.Access, Accounts: config.Accounts, Overview: config.Overview},
		&people.Pages{Visits: server, Accounts: config.Accounts, Overview: config.Overview},
		&desk.Pages{Visits: server, Access: config.Access, Overview: config.Overview},
		&record.Pages{Visits: server, Accounts: config.Accounts, Trail: config.Trail, Outbox: config.Outbox},
		&settings.Pages{Visits: server, Site: config.Site, Dialects: config.Dialects},
		&catalogue.Pages{
			Visits: server, Catalog: config.Catalog, Plans: config.Plans, Access: config.Access, Publish: config.Publish,
			UploadTime: catalogue.UploadTime,
		},
	}}, nil
}

//go:embed icon.svg
var icon []byte

// Handler returns the handler of the whole site.
func (s *Site) Handler() http.Handler { return s.Routes() }

// Routes returns the router with every page; tests walk it.
func (s *Site) Routes() chi.Router {
	router := chi.NewRouter()
	router.Use(s.server.Secured, s.server.Guarded, middleware.GetHead, visit.Compressed)
	router.NotFound(s.server.Serve(visit.NotFound))
	router.MethodNotAllowed(s.server.Serve(visit.WrongMethod))

	router.Method(http.MethodGet, address.Assets+"*", s.server.Assets())
	router.Get("/icon.svg", serveIcon)
	router.Get(address.Prefetch, visit.Prefetch)
	router.Post("/theme", s.server.Serve(visit.ChooseTheme))
	for _, one := range s.areas {
		one.Mount(router)
	}
	return router
}

func serveIcon(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/svg+xml")
	w.Header().Set("Cache-Control", "public, max-age=86400")
	_, _ = w.Write(icon) // the visitor has left
}
