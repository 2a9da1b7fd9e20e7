package konnect_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/testkit"
)

// front is the origin of a front end on another host that the portal trusts.
const front = "https://front.example"

// portal is the whole product with the demo, behind a recorder.
type portal struct {
	*app.App
	*recorder

	// url is the address for clients, which is the recorder's.
	url string
}

// onEachDB runs the test with a portal on SQLite and on PostgreSQL.
func onEachDB(t *testing.T, run func(t *testing.T, p *portal), changes ...func(*config.Config)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{"sqlite": testkit.EmptySQLite, "postgres": testkit.EmptyPostgres} {
		t.Run(name, func(t *testing.T) { run(t, startPortal(t, database(t), changes...)) })
	}
}

func startPortal(t *testing.T, database string, changes ...func(*config.Config)) *portal {
	t.Helper()
	settings := config.Defaults()
	settings.DataDir, settings.DatabaseURL = t.TempDir(), database
	settings.Keyring = filepath.Join(settings.DataDir, "keyring")
	settings.Listen, settings.GatewayListen, settings.PortalURL, settings.GatewayURL = "127.0.0.1:0", "127.0.0.1:0", "", ""
	settings.TrustedOrigins = []string{front}
	for _, change := range changes {
		change(&settings)
	}
	if _, err := sealed.Generate(settings.Keyring, clock.Now()); err != nil {
		t.Fatal(err)
	}
	upstream, err := demo.StartUpstream()
	if err != nil {
		t.Fatal(err)
	}
	serve(t, upstream.Serve)
	services, err := app.Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Seed(t.Context(), services, upstream.URL(), demo.DefaultPassword); err != nil {
		t.Fatal(err)
	}
	started, err := app.New(settings, services, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{})
	serve(t, func(ctx context.Context) error { return started.Run(ctx, func() { close(ready) }) })
	select {
	case <-ready:
	case <-time.After(testkit.Patience):
		t.Fatal("the gateway does not get ready")
	}
	p := &portal{App: started, recorder: newRecorder(t)}
	p.url = p.record(t, started.PortalURL)
	return p
}

// serve runs a function until the test ends.
func serve(t *testing.T, run func(ctx context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// record starts a proxy in front of an address and has the recorder check its responses.
func (p *portal) record(t *testing.T, address string) string {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p.around(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}))
	t.Cleanup(server.Close)
	return server.URL
}

// everything requests a page that is large enough for all items of a test.
var everything = page.Request{Size: page.MaxSize}

// client returns a front end without a session.
func (p *portal) client() *client { return newClient(p.url) }

// signedIn returns a front end with a session of a demo account.
func (p *portal) signedIn(t *testing.T, email string) *client {
	t.Helper()
	c := p.client()
	c.signIn(t, email, demo.DefaultPassword)
	return c
}

func (c *client) signIn(t *testing.T, email, password string) {
	t.Helper()
	c.want(t, http.StatusNoContent, "DeveloperApi.authenticate", object{"authenticateRequest": object{"username": email, "password": password}})
}

// system returns a context that acts as the product itself, for actions of staff.
func system() context.Context {
	return identity.With(context.Background(), identity.SystemPrincipal("a test"))
}

// change changes the portal's settings.
func (p *portal) change(t *testing.T, alter func(*site.Settings)) {
	t.Helper()
	settings, err := p.Services.Site.Settings(system())
	if err != nil {
		t.Fatal(err)
	}
	alter(&settings)
	if err := p.Services.Site.ChangeSettings(system(), settings); err != nil {
		t.Fatal(err)
	}
}

// nextMail removes the oldest message from the outbox and returns it rendered.
func (p *portal) nextMail(t *testing.T) (account.Letter, event.Message) {
	t.Helper()
	claimed, found, err := p.Services.DB.ClaimMessage(system(), time.Minute)
	if err != nil || !found {
		t.Fatalf("no mail waits: %v", err)
	}
	letter, err := p.Services.Accounts.Letter(system(), claimed.Message)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Services.DB.MessageSent(system(), claimed.ID); err != nil {
		t.Fatal(err)
	}
	return letter, claimed.Message
}
