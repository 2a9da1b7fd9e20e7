// Package gateway is the data plane: it admits calls whose key was granted access and forwards them to their
// upstreams.
//
// Read handler.go first: route, authenticate, authorise, limit, forward, meter. The package owns the compiled
// routes, the grant cache with the change log that keeps it correct, and the text of refusals. Packages below it
// find keys, limit, count and forward. It decides no access rule (a Grant does) and stores nothing. It reads the
// store only through the ports of Config, and never during a call whose grant is cached. It is called by app.
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway/forward"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/gateway/meter"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/usage/ledger"
)

// Routes returns all published base paths.
type Routes interface {
	Routes(ctx context.Context) ([]plan.Route, error)
}

// Grants loads the grant of a proof. It returns not_found if the proof can never become valid.
type Grants interface {
	Grant(ctx context.Context, proof access.Proof) (access.Grant, error)
}

// Changes reads the change log.
type Changes interface {
	ChangePosition(ctx context.Context) (int64, error)
	ChangesSince(ctx context.Context, position, limit int64) ([]event.Change, error)
}

// Usage stores what was counted.
type Usage interface {
	meter.Usage
	limit.Spending
}

// Config configures a Gateway. Zero numbers mean the default.
type Config struct {
	Routes  Routes
	Grants  Grants
	Changes Changes
	Usage   Usage
	// Ledgers is the folder for the records of calls that are not stored yet. Nodes on one machine may share it.
	Ledgers string
	// RefuseUncounted means that no calls are served while the ledger accepts no records.
	RefuseUncounted bool
	// Hasher computes the lookup values of keys, as the access service does.
	Hasher *sealed.Hasher

	// Builtins are the upstreams inside the program, by name. Refusals are the renderers of dialects other than
	// apim, by name.
	Builtins map[string]http.Handler
	Refusals map[string]Renderer

	// PortalOrigins are the origins whose pages may call the gateway, the portal's own first.
	PortalOrigins []string
	// PartnerHost returns the portal's second host, or "" if there is none. It may be nil.
	PartnerHost func() string
	// PortalCookies are the names of cookies that only the portal may see and set (DefaultPortalCookies).
	PortalCookies []string
	// GatewayURL is the gateway's public address, without a trailing slash; empty means the address of each
	// request.
	GatewayURL string

	// Lease is how long cached grants are served while the change log cannot be read (30 s).
	Lease time.Duration
	// CachedGrants limits the number of cached grants (100,000), and separately the number of cached unknown keys.
	CachedGrants int

	// Tracer creates the spans of calls; nil traces none and leaves the headers of traces unchanged.
	Tracer trace.Tracer
	// Answered is called for each call that has ended, and must not block; nil for no access log.
	Answered func(Answered)
	Logger   *slog.Logger
	Now      clock.Func
}

// DefaultPortalCookies are the names of the portal's own cookies.
var DefaultPortalCookies = []string{
	"portico_session", "__Host-portico_session", "portico_theme", "portalaccesstoken", "portalrefreshtoken",
}

// DefaultLease is how long cached grants are served while the change log cannot be read.
const DefaultLease = 30 * time.Second

const defaultCachedGrants = 100_000

// Gateway is the data plane of one node.
type Gateway struct {
	config    Config
	now       clock.Func
	logger    *slog.Logger
	forwarder *forward.Forwarder
	grants    *grants
	limiter   *limit.Limiter
	meter     *meter.Meter
	metrics   *metrics
	apim      Renderer

	table table
	log   follower

	open    atomic.Int64  // open calls
	idle    chan struct{} // signals that the last open call may have ended
	closing atomic.Bool
}

// New returns a Gateway. It answers 503 until Run has read the change log once. The caller must pass every change
// that this process commits to Changed.
func New(config Config) (*Gateway, error) {
	if config.Ledgers == "" {
		return nil, errors.New("a gateway needs a folder for its ledgers")
	}
	if config.Lease == 0 {
		config.Lease = DefaultLease
	}
	if config.CachedGrants == 0 {
		config.CachedGrants = defaultCachedGrants
	}
	if config.PortalCookies == nil {
		config.PortalCookies = DefaultPortalCookies
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	var portalHost string
	if len(config.PortalOrigins) > 0 {
		portal, err := url.Parse(config.PortalOrigins[0])
		if err != nil {
			return nil, errors.New("the portal's origin must be an address such as https://portal.example")
		}
		portalHost = portal.Hostname()
	}
	g := &Gateway{
		config: config, now: config.Now, logger: config.Logger,
		forwarder: forward.New(forward.Config{
			Builtins: config.Builtins, Cookies: config.PortalCookies, PortalHost: portalHost,
			Origins: config.PortalOrigins, PartnerHost: config.PartnerHost, Logger: config.Logger,
		}),
		limiter: limit.New(config.Usage), apim: apim{},
		idle: make(chan struct{}, 1),
	}
	g.meter = meter.New(meter.Config{
		Ledger: ledger.Open(config.Ledgers), Usage: config.Usage, Stored: g.stored, Logger: config.Logger, Now: config.Now,
	})
	g.metrics = newMetrics(g)
	g.grants = newGrants(g)
	g.log.wake = make(chan struct{}, 1)
	g.log.early = map[int64]struct{}{}
	return g, nil
}

// renderer returns an endpoint's refusal renderer by name; the empty name is apim.
func (g *Gateway) renderer(name string) (Renderer, bool) {
	if name == "" || name == "apim" {
		return g.apim, true
	}
	renderer, known := g.config.Refusals[name]
	return renderer, known
}
