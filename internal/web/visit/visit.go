// Package visit handles one request to a page of the site.
//
// It owns what all pages share: the visitor, the session cookie, headers, rejected forms, error pages, and rendering in
// the layout. It has no services: web implements the port Source for it. The areas call it from their handlers.
package visit

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/text"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/view"
)

// Source provides what every page needs from the domain.
type Source interface {
	// Settings loads the portal's settings.
	Settings(ctx context.Context) (site.Settings, error)
	// Authenticate returns the principal of a session. An unknown or ended session is an Unauthenticated error.
	Authenticate(ctx context.Context, token string) (identity.Principal, account.Session, error)
	// Waiting counts pending decisions. It rejects callers who are not staff.
	Waiting(ctx context.Context) (overview.Waiting, error)
}

// Config describes the installation.
type Config struct {
	Source Source
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

// Server serves the pages of the areas.
type Server struct {
	Config  Config
	assets  assets
	policy  string
	origins *http.CrossOriginProtection
}

// New returns a server whose pages use the scripts and styles in dist. It fails if these were not built, or if an
// address in the configuration is invalid.
func New(config Config, dist fs.FS) (*Server, error) {
	built, err := loadAssets(dist)
	if err != nil {
		return nil, err
	}
	policy, err := ContentPolicy(config.GatewayURL)
	if err != nil {
		return nil, err
	}
	origins := http.NewCrossOriginProtection()
	for _, origin := range config.TrustedOrigins {
		if err := origins.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("trusted origin %q: %w", origin, err)
		}
	}
	return &Server{Config: config, assets: built, policy: policy, origins: origins}, nil
}

// Visit is one request to a page, with its visitor and what every page shows.
type Visit struct {
	*Server
	Writer    http.ResponseWriter
	Request   *http.Request
	Principal identity.Principal
	Session   account.Session
	Settings  site.Settings
	// Island is the plain name of an additional script for this page.
	Island string
	// Frame is the width of the page, as in view.Page.
	Frame string
	// Beside is the content beside the page, as in view.Page.
	Beside templ.Component
	// Twin is the URL of the same page in Markdown, empty if it has none.
	Twin string
	// maxBody is the maximum size of the request in bytes.
	maxBody int64
	// status is the status of the page: 200 unless Refuse has set another.
	status int
}

// Handler handles a visit. An error becomes a page that says what to do next.
type Handler func(v *Visit) error

// MaxForm is the maximum size of a request in bytes, unless its route sets another.
const MaxForm = 64 << 10

// Serve returns the http.Handler of a page whose request may have MaxForm bytes.
func (s *Server) Serve(answer Handler) http.HandlerFunc { return s.ServeUpTo(MaxForm, answer) }

// ServeUpTo returns the http.Handler of a page whose request may have this many bytes.
func (s *Server) ServeUpTo(maxBody int64, answer Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		v := &Visit{Server: s, Writer: w, Request: r, Settings: site.Defaults(), maxBody: maxBody, status: http.StatusOK}
		err := v.begin()
		if err == nil {
			err = text.CheckAddress(r.URL)
		}
		if err == nil {
			err = answer(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// begin adds the visitor to the request's context. A visitor whose session has ended is anonymous. If the store fails,
// the request fails.
func (v *Visit) begin() error {
	var err error
	if v.Settings, err = v.Config.Source.Settings(v.Request.Context()); err != nil {
		v.Settings = site.Defaults()
		return err
	}
	if token := v.SessionToken(); token != "" {
		v.Principal, v.Session, err = v.Config.Source.Authenticate(v.Request.Context(), token)
		if err != nil {
			v.Principal, v.Session = identity.Principal{}, account.Session{}
			if !fault.Is(err, fault.Unauthenticated) {
				return err
			}
			v.ClearSession()
		}
	}
	v.Principal.Address = v.address()
	v.Request = v.Request.WithContext(identity.With(v.Request.Context(), v.Principal))
	return nil
}

// address returns the client's address. app has set RemoteAddr to the address that trusted proxies report.
func (v *Visit) address() netip.Addr {
	remote, err := netip.ParseAddrPort(v.Request.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return remote.Addr().Unmap()
}

// Render sends a page in the layout, with the status 200 unless Refuse has set another.
func (v *Visit) Render(title string, area site.Area, content templ.Component) error {
	return v.renderAs(v.status, title, area, content)
}

// renderAs sends a page in the layout with this status. It renders the whole page before it sends the first byte.
func (v *Visit) renderAs(status int, title string, area site.Area, content templ.Component) error {
	return v.renderPage(status, v.page(title, area), content)
}

func (v *Visit) renderPage(status int, page view.Page, content templ.Component) error {
	ctx := templ.WithChildren(v.rendering(), content)
	var text bytes.Buffer
	if err := view.Layout(page).Render(ctx, &text); err != nil {
		return err
	}
	return v.send(status, &text)
}

// RenderPart sends a component without the layout, for a script that inserts it into a page.
func (v *Visit) RenderPart(status int, content templ.Component) error {
	var text bytes.Buffer
	if err := content.Render(v.rendering(), &text); err != nil {
		return err
	}
	return v.send(status, &text)
}

// rendering returns the context for rendering components. It is not passed to services.
func (v *Visit) rendering() context.Context {
	return view.WithSprite(v.Request.Context(), v.assets.path("icons.svg"))
}

func (v *Visit) send(status int, text *bytes.Buffer) error {
	v.Writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.Writer.WriteHeader(status)
	_, _ = v.Writer.Write(text.Bytes()) // the visitor has left
	return nil
}

// Redirect sends the visitor from a sent form to the next page.
func (v *Visit) Redirect(path string) error {
	v.Writer.Header().Set("Location", path)
	v.Writer.WriteHeader(http.StatusSeeOther)
	return nil
}

// Part reports whether a script requests a part of a page.
func (v *Visit) Part() bool { return v.Request.Header.Get("HX-Request") == "true" }

// ContentPolicy returns the policy that allows only the site's own files and calls to the gateway.
func ContentPolicy(gateway string) (string, error) {
	connect := "'self'"
	if gateway != "" {
		address, err := url.Parse(gateway)
		if err != nil || address.Host == "" || address.Scheme != "http" && address.Scheme != "https" {
			return "", fmt.Errorf("the gateway's address %q is no http or https address", gateway)
		}
		connect += " " + address.Scheme + "://" + address.Host
	}
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' blob:", // for images in responses of APIs, which our scripts show
		"font-src 'self'",
		"connect-src " + connect,
		"form-action 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}, "; "), nil
}
