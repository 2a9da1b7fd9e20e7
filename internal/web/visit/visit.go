// Package visit answers one request to a page of the site.
//
// It owns what all pages share: who is visiting, the session cookie, the headers, forms that come back refused, error
// pages, and rendering in the layout. It holds no services; what it needs of them is the port Source, which web fills.
// The areas call it from their handlers.
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

// Source is what every page needs of the domain.
type Source interface {
	// Settings loads the portal's settings.
	Settings(ctx context.Context) (site.Settings, error)
	// Authenticate returns who has a session; an unknown or ended one is a fault of the kind Unauthenticated.
	Authenticate(ctx context.Context, token string) (identity.Principal, account.Session, error)
	// Waiting counts what waits for a decision by staff; it refuses everyone else.
	Waiting(ctx context.Context) (overview.Waiting, error)
}

// Config is what the pages need to know of the installation.
type Config struct {
	Source Source
	// PortalURL is where browsers reach the portal, without a slash at the end.
	PortalURL string
	// GatewayURL is where browsers reach the gateway, without a slash at the end.
	GatewayURL string
	// Secure says that browsers reach the portal over https.
	Secure bool
	// Mails says that there is a mail server; without one, messages wait.
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

// New returns a server of pages whose scripts and styles are the files in dist. It fails if these were not built, or if
// an address in the configuration is invalid.
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

// Visit is one request to a page, with who makes it and what every page shows.
type Visit struct {
	*Server
	Writer    http.ResponseWriter
	Request   *http.Request
	Principal identity.Principal
	Session   account.Session
	Settings  site.Settings
	// Island is the plain name of the script that this page needs beside the site's.
	Island string
	// Frame is how wide the page is, as view.Page has it.
	Frame string
	// Twin is the address of the same page in markdown, empty if it has none.
	Twin string
	// maxBody is how many bytes the request may have.
	maxBody int64
	// status is what the page is sent with: 200, or what Refuse has set.
	status int
}

// Handler answers a visit. An error becomes a page that says what to do next.
type Handler func(v *Visit) error

// MaxForm is how many bytes a request may have unless its route says otherwise.
const MaxForm = 64 << 10

// Serve returns the http.Handler of a page, whose request may have MaxForm bytes.
func (s *Server) Serve(answer Handler) http.HandlerFunc { return s.ServeUpTo(MaxForm, answer) }

// ServeUpTo returns the http.Handler of a page, whose request may have this many bytes.
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

// begin puts the visitor into the request's context. A visitor whose session has ended is anonymous. If the store
// fails, the request fails.
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

// address is where the request came from; app has put what trusted proxies say into RemoteAddr.
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

// renderAs sends a page in the layout with a status of its own. The page is whole before its first byte leaves.
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

// RenderPart sends a component alone, for a page that swaps it in.
func (v *Visit) RenderPart(status int, content templ.Component) error {
	var text bytes.Buffer
	if err := content.Render(v.rendering(), &text); err != nil {
		return err
	}
	return v.send(status, &text)
}

// rendering returns the context that components are rendered with. No service sees it.
func (v *Visit) rendering() context.Context {
	return view.WithSprite(v.Request.Context(), v.assets.path("icons.svg"))
}

func (v *Visit) send(status int, text *bytes.Buffer) error {
	v.Writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.Writer.WriteHeader(status)
	_, _ = v.Writer.Write(text.Bytes()) // the visitor has gone
	return nil
}

// Redirect answers a form with the address of the page to look at next.
func (v *Visit) Redirect(path string) error {
	v.Writer.Header().Set("Location", path)
	v.Writer.WriteHeader(http.StatusSeeOther)
	return nil
}

// Part reports whether a script asks for a part of a page rather than a page.
func (v *Visit) Part() bool { return v.Request.Header.Get("HX-Request") == "true" }

// ContentPolicy forbids everything but the site's own files and calls to the gateway.
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
		"img-src 'self' blob:", // of our own scripts: pictures that an API answered
		"font-src 'self'",
		"connect-src " + connect,
		"form-action 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}, "; "), nil
}
