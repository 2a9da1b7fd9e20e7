// Package app puts the product together. It is the only package that knows all others: read it first.
//
// Open creates the domain's services over one database; New adds the site, the dialects and the gateway, and listens;
// Run serves until its context ends. The package owns the order in which parts start and end, the table of dialects,
// the edge that every request passes, and the probes. It owns no rule of the domain and no page.
package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/mail"
	"github.com/portico-api/portico/internal/web"
)

// Limits of the two servers. Responses may take any time, and so may request bodies at the gateway, which streams them.
// The portal's forms are short.
const (
	headerTimeout  = 10 * time.Second
	formTimeout    = time.Minute
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
	closeTimeout   = 10 * time.Second
	readyPause     = 2 * time.Millisecond
)

// App is a portal and its gateway, listening.
type App struct {
	Services *Services
	// PortalURL and GatewayURL are the addresses that people and clients use.
	PortalURL  string
	GatewayURL string

	config  config.Config
	logger  *slog.Logger
	gateway *gateway.Gateway
	mail    *mail.Sender
	partner partnerHost
	metrics *metrics
	tracing tracing
	access  *accessLog
	servers []server
}

type server struct {
	*http.Server
	listener net.Listener
}

// New listens on both addresses and adds the site and the gateway to the services. Run answers the requests. The App
// owns the services from now on, even if New fails.
func New(config config.Config, services *Services, logger *slog.Logger) (*App, error) {
	return newSpeaking(dialects, config, services, logger)
}

// newSpeaking creates an App like New, with the given dialects.
func newSpeaking(table []dialect, config config.Config, services *Services, logger *slog.Logger) (_ *App, err error) {
	a := &App{Services: services, config: config, logger: logger}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	secure, err := a.tls()
	if err != nil {
		return nil, err
	}
	portal, err := listen("LISTEN", config.Listen)
	if err != nil {
		return nil, err
	}
	a.servers = append(a.servers, server{listener: portal})
	data, err := listen("GATEWAY_LISTEN", config.GatewayListen)
	if err != nil {
		return nil, err
	}
	a.servers = append(a.servers, server{listener: data})
	a.PortalURL = addressOf(config.PortalURL, portal, secure)
	a.GatewayURL = addressOf(config.GatewayURL, data, secure)
	if a.mail, err = a.newMail(); err != nil {
		return nil, err
	}
	if a.tracing, err = newTracing(context.Background(), logger); err != nil {
		return nil, err
	}

	handlers, err := a.handlers(enabled(table, config.Dialects))
	if err != nil {
		return nil, err
	}
	for i, handler := range handlers {
		a.servers[i].Server = &http.Server{
			Handler: handler, TLSConfig: secure.Clone(), ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
			ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		}
	}
	a.servers[0].ReadTimeout = formTimeout
	return a, nil
}

// handlers returns the handlers of the two listeners: the site with the dialects, then the gateway.
func (a *App) handlers(spoken []dialect) ([]http.Handler, error) {
	var err error
	a.access = newAccessLog(a.logger.Handler())
	go a.access.run()
	if a.gateway, err = a.newGateway(); err != nil {
		return nil, err
	}
	a.metrics = newMetrics(a.Services.DB, a.gateway, a.access)
	pages, err := web.New(web.Config{
		Trail: a.Services.Trail, Outbox: a.Services.Outbox,
		Accounts: a.Services.Accounts, Site: a.Services.Site, Catalog: a.Services.Catalog,
		Publish: a.Services.Publish, Access: a.Services.Access, Overview: a.Services.Overview, Plans: a.Services.Plans,
		PortalURL: a.PortalURL, GatewayURL: a.GatewayURL, Secure: strings.HasPrefix(a.PortalURL, "https://"),
		Dialects: namesOf(spoken), TrustedOrigins: a.config.TrustedOrigins, Mails: a.config.SMTPURL != "",
		Logger: a.logger,
	})
	if err != nil {
		return nil, err
	}
	portal, err := newEdge(a.PortalURL, a.config.Proxies(), a.logger)
	if err != nil {
		return nil, err
	}
	portal.partner = a.partner.now
	surfaces, err := a.surfaces(spoken, pages.Handler(), a.gateway, func(next http.Handler) http.Handler {
		return portal.identified(a.metrics.observe(next, a.tracing))
	})
	if err != nil {
		return nil, err
	}
	data, err := newEdge(a.GatewayURL, a.config.Proxies(), a.logger)
	if err != nil {
		return nil, err
	}
	return []http.Handler{
		a.withHealth(portal.known(surfaces)),
		a.withHealth(data.known(a.gateway)),
	}, nil
}

// Run serves until the context ends, then gives open requests closeTimeout to finish and stores what was counted. It
// calls ready once, when the gateway lets calls through.
func (a *App) Run(ctx context.Context, ready func()) error {
	// The gateway follows the change log until the last call has ended.
	following, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	followers, following := errgroup.WithContext(following)
	followers.Go(func() error { return a.gateway.Run(following) })
	for _, one := range a.tasks() {
		followers.Go(func() error { return a.repeat(following, one) })
	}
	followers.Go(func() error { return a.partner.follow(following, a.Services.Site) })
	followers.Go(func() error { return a.Services.DB.ListenForChanges(following, a.gateway.Wake) })
	if a.mail != nil {
		followers.Go(func() error { return a.mail.Run(identity.With(following, identity.SystemPrincipal("mail"))) })
	}

	serving, ctx := errgroup.WithContext(ctx)
	for _, one := range a.servers {
		serving.Go(one.serve)
		serving.Go(func() error {
			<-ctx.Done()
			return one.end()
		})
	}
	serving.Go(func() error {
		if a.untilReady(ctx) {
			ready()
		}
		return nil
	})
	err := serving.Wait()
	end()
	if ended := followers.Wait(); !errors.Is(ended, context.Canceled) {
		err = errors.Join(err, ended)
	}
	return errors.Join(err, a.Close())
}

func (a *App) untilReady(ctx context.Context) bool {
	for a.gateway.Ready() != nil {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(readyPause):
		}
	}
	return true
}

func (s server) serve() error {
	var err error
	if s.TLSConfig != nil {
		err = s.ServeTLS(s.listener, "", "")
	} else {
		err = s.Serve(s.listener)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (s server) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		return s.Close() // ends streams that would never finish
	}
	return nil
}

// Close ends everything at once. It is for an App that never ran; Run closes the App itself.
func (a *App) Close() error {
	var errs []error
	for _, one := range a.servers {
		if one.listener != nil {
			_ = one.listener.Close() // already closed if the server has run
		}
	}
	if a.gateway != nil {
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		errs = append(errs, a.gateway.Close(ctx), a.tracing.close(ctx), a.access.close(ctx))
	}
	return errors.Join(append(errs, a.Services.Close())...)
}

func listen(setting, address string) (net.Listener, error) {
	listener, err := net.Listen("tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s %s is taken by another program: end that one, or choose another address with PORTICO_%s", setting, address, setting)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", setting, address, err)
	}
	return listener, nil
}

// addressOf returns the configured address, or the listener's own.
func addressOf(configured string, listener net.Listener, secure *tls.Config) string {
	if configured != "" {
		return configured
	}
	scheme := "http://"
	if secure != nil {
		scheme = "https://"
	}
	return scheme + listener.Addr().String()
}

func (a *App) tls() (*tls.Config, error) {
	if a.config.TLSCert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(a.config.TLSCert, a.config.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("TLS_CERT and TLS_KEY: %w", err)
	}
	secure := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	if a.config.ClientCA == "" {
		return secure, nil
	}
	text, err := os.ReadFile(a.config.ClientCA)
	if err != nil {
		return nil, fmt.Errorf("CLIENT_CA: %w", err)
	}
	secure.ClientCAs, secure.ClientAuth = x509.NewCertPool(), tls.VerifyClientCertIfGiven
	if !secure.ClientCAs.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("CLIENT_CA %s holds no certificate in PEM", a.config.ClientCA)
	}
	return secure, nil
}
