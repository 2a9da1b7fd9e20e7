// Package konnect speaks the Kong Konnect Portal API 2.1.0, so that clients written for it work with this portal.
//
// It owns what is particular to that protocol: the routes under /api/v2 (routes.go), the two cookies of a session
// (auth.go), problem documents (errors.go), paging and filters of lists, and spelling. A handler decodes, makes one
// service call and encodes; every rule is the domain's. Single sign-on is missing. app mounts it. Decision 24 lists
// where the document and its clients disagree, and the choices.
package konnect

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/usage"
)

// Prefix is the beginning of every path of the protocol.
const Prefix = "/api/v2/"

// dialect names the protocol in tokens and in the log.
const dialect = string(site.Konnect)

// Config holds the services and settings of the protocol.
type Config struct {
	Accounts *account.Service
	Site     *site.Service
	Catalog  *catalog.Service
	Access   *access.Service
	Usage    *usage.Service
	Overview *overview.Service
	// PortalURL and GatewayURL are the URLs for clients, without a trailing slash.
	PortalURL, GatewayURL string
	// TrustedOrigins are the origins of this portal's front ends on other sites.
	TrustedOrigins []string
	Logger         *slog.Logger
}

// API serves the protocol.
type API struct {
	config  Config
	kit     rest.Kit
	callers rest.Callers
	origins *rest.Origins
	// domain is the portal's host in links.
	domain string
}

// New returns the protocol's API. It fails if an address of the configuration is malformed.
func New(config Config) (*API, error) {
	origins, err := rest.NewOrigins(config.TrustedOrigins)
	if err != nil {
		return nil, err
	}
	portal, err := url.Parse(config.PortalURL)
	if err != nil {
		return nil, err
	}
	return &API{
		config: config, origins: origins, domain: strings.ToLower(portal.Host),
		kit: rest.Kit{Dialect: dialect, Fail: fail, Logger: config.Logger},
		callers: rest.Callers{
			Site: config.Site, Accounts: config.Accounts, Dialect: site.Konnect, Token: sessionToken, Off: errNoOperation,
		},
	}, nil
}

// call is one request with its caller and the portal's settings.
type call struct {
	*API
	writer  http.ResponseWriter
	request *http.Request
	// parameters are the query parameters.
	parameters url.Values
	rest.Caller
}

// handler answers a call.
type handler func(c *call) error

// json sends a value.
func (c *call) json(status int, value any) error { return rest.JSON(c.writer, status, value) }

// empty sends a status without a body.
func (c *call) empty(status int) error { return rest.Empty(c.writer, status) }
