// Package web is the site: the pages that people see, their twins in markdown, and what lists them for programs.
//
// It owns routes, forms, templates, the session cookie and the headers of every page. A handler decodes what was sent,
// makes one service call and renders the answer; permissions, rules and the clock's decisions are the services'. It does
// not know the store, the dialects or the gateway. Built assets are embedded from dist; app mounts the handler.
package web

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/text"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/site"
)

// Config is what the site needs.
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
	// Dialects are the wire protocols that this node speaks where the settings let it.
	Dialects []site.Dialect
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

// Site renders the portal's pages.
type Site struct {
	config  Config
	assets  assets
	policy  string
	origins *http.CrossOriginProtection
	// sitemapSize is how many addresses a file of the sitemap has.
	sitemapSize int
	// uploadTime is how long a description may take to come in.
	uploadTime time.Duration
}

// New returns the site. It fails where the assets were not built and where an address of the configuration is none.
func New(config Config) (*Site, error) { return newSite(config, dist) }

func newSite(config Config, files fs.FS) (*Site, error) {
	built, err := loadAssets(files)
	if err != nil {
		return nil, err
	}
	policy, err := contentPolicy(config.GatewayURL)
	if err != nil {
		return nil, err
	}
	origins := http.NewCrossOriginProtection()
	for _, origin := range config.TrustedOrigins {
		if err := origins.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("trusted origin %q: %w", origin, err)
		}
	}
	return &Site{config: config, assets: built, policy: policy, origins: origins, sitemapSize: mostInSitemap, uploadTime: uploadTime}, nil
}

// visit is one request to a page, with who makes it and what every page shows.
type visit struct {
	*Site
	writer    http.ResponseWriter
	request   *http.Request
	principal identity.Principal
	session   account.Session
	settings  site.Settings
	// island is the plain name of the script that this page needs beside the site's.
	island string
	// twin is the address of the same page in markdown, empty where there is none.
	twin string
}

// handler answers a visit. What it returns as an error becomes a page that says what to do next.
type handler func(v *visit) error

// serve makes an http.Handler of a page's handler: it finds out who is visiting and renders what goes wrong.
func (s *Site) serve(answer handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := &visit{Site: s, writer: w, request: r, settings: site.Defaults()}
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

// begin puts the visitor into the request's context. A session that is over makes an anonymous visitor; a failing store
// lets nobody in.
func (v *visit) begin() error {
	var err error
	if v.settings, err = v.config.Site.Settings(v.request.Context()); err != nil {
		v.settings = site.Defaults()
		return err
	}
	if token := v.sessionToken(); token != "" {
		v.principal, v.session, err = v.config.Accounts.Authenticate(v.request.Context(), token)
		if err != nil {
			v.principal, v.session = identity.Principal{}, account.Session{}
			if !fault.Is(err, fault.Unauthenticated) {
				return err
			}
			v.clearSession()
		}
	}
	v.principal.Address = v.address()
	v.request = v.request.WithContext(identity.With(v.request.Context(), v.principal))
	return nil
}

// address is where the request came from; app has put what trusted proxies say into RemoteAddr.
func (v *visit) address() netip.Addr {
	remote, err := netip.ParseAddrPort(v.request.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return remote.Addr().Unmap()
}

// render sends a page in the layout. The page is whole before its first byte leaves.
func (v *visit) render(status int, title string, area site.Area, content templ.Component) error {
	ctx := templ.WithChildren(v.request.Context(), content)
	var text bytes.Buffer
	if err := layout(v.page(title, area)).Render(ctx, &text); err != nil {
		return err
	}
	return v.send(status, &text)
}

// renderPart sends a component alone, for a page that swaps it in.
func (v *visit) renderPart(status int, content templ.Component) error {
	var text bytes.Buffer
	if err := content.Render(v.request.Context(), &text); err != nil {
		return err
	}
	return v.send(status, &text)
}

func (v *visit) send(status int, text *bytes.Buffer) error {
	v.writer.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.writer.WriteHeader(status)
	_, _ = v.writer.Write(text.Bytes()) // the visitor has gone
	return nil
}

// redirect answers a form with the address of the page to look at next.
func (v *visit) redirect(path string) error {
	v.writer.Header().Set("Location", path)
	v.writer.WriteHeader(http.StatusSeeOther)
	return nil
}

// part reports whether a script asks for a part of a page rather than a page.
func (v *visit) part() bool { return v.request.Header.Get("HX-Request") == "true" }

// contentPolicy forbids everything but the site's own files and calls to the gateway.
func contentPolicy(gateway string) (string, error) {
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
