package conformance

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/testkit"
)

const (
	startTimeout = time.Minute
	callTimeout  = 30 * time.Second
	// BasePath is the base path of a version of the demo for which access is approved at once.
	BasePath = "/parcels/v2"
	// waitingPath is the base path of a version for which staff approve access.
	waitingPath = "/parcels/v1"
)

// Create creates the product from settings, as app.New does.
type Create func(settings config.Config, services *app.Services, logger *slog.Logger) (*app.App, error)

// portal is the whole product, listening on loopback, with the demo's people and APIs.
type portal struct {
	*app.App

	// atOnce and waiting are versions of the demo's API. Staff approve access to waiting.
	atOnce, waiting offer
}

// offer is a version and its base path at the gateway.
type offer struct {
	version  catalog.VersionID
	basePath string
}

func onEachDB(t *testing.T, run func(t *testing.T, portal *portal)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{"sqlite": testkit.EmptySQLite, "postgres": testkit.EmptyPostgres} {
		t.Run(name, func(t *testing.T) { run(t, start(t, database(t), app.New)) })
	}
}

func start(t *testing.T, database string, create Create) *portal {
	t.Helper()
	settings := config.Defaults()
	settings.DataDir, settings.DatabaseURL = t.TempDir(), database
	settings.Keyring = filepath.Join(settings.DataDir, "keyring")
	settings.Listen, settings.GatewayListen, settings.PortalURL, settings.GatewayURL = "127.0.0.1:0", "127.0.0.1:0", "", ""
	_, err := sealed.Generate(settings.Keyring, clock.Now())
	must(t, err)
	upstream, err := demo.StartUpstream()
	must(t, err)
	serve(t, upstream.Serve)
	services, err := app.Open(t.Context(), settings)
	must(t, err)
	_, err = demo.Seed(t.Context(), services, upstream.URL(), demo.DefaultPassword)
	must(t, err)
	started, err := create(settings, services, slog.New(slog.DiscardHandler))
	must(t, err)
	ready := make(chan struct{})
	serve(t, func(ctx context.Context) error { return started.Run(ctx, func() { close(ready) }) })
	select {
	case <-ready:
	case <-time.After(startTimeout):
		t.Fatal("the gateway is not ready in time")
	}
	return &portal{App: started, atOnce: offerAt(t, services, BasePath), waiting: offerAt(t, services, waitingPath)}
}

func offerAt(t *testing.T, services *app.Services, path string) offer {
	t.Helper()
	routes, err := services.Plans.Routes(t.Context())
	must(t, err)
	for _, route := range routes {
		if route.Endpoint.BasePath == path {
			return offer{route.Version, path}
		}
	}
	t.Fatalf("no version stands at %s", path)
	return offer{}
}

// serve runs a server until the test ends.
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

// works reports whether the gateway lets a call with the key through.
func (p *portal) works(t *testing.T, key string, at offer) bool {
	t.Helper()
	status, body := p.call(t, p.GatewayURL, at, key)
	switch status {
	case http.StatusOK:
		return true
	case http.StatusUnauthorized, http.StatusForbidden:
	default:
		t.Errorf("the gateway answers %d: %s", status, body)
	}
	return false
}

// call calls an operation of the API at a listener of the product. It sends the key unless that is empty.
func (p *portal) call(t *testing.T, listener string, at offer, key string) (status int, body string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, listener+at.basePath+"/status", http.NoBody)
	must(t, err)
	if key != "" {
		request.Header.Set("X-Api-Key", key)
	}
	answer, err := (&http.Client{}).Do(request) // the context bounds the call
	must(t, err)
	read, err := io.ReadAll(answer.Body)
	must(t, err)
	must(t, answer.Body.Close())
	return answer.StatusCode, string(read)
}

// asStaff returns a context in which the demo's staff have signed in.
func (p *portal) asStaff(t *testing.T) context.Context {
	t.Helper()
	signedIn, err := p.Services.Accounts.SignIn(t.Context(), account.SignIn{Email: demo.Staff, Password: demo.DefaultPassword})
	must(t, err)
	principal, _, err := p.Services.Accounts.Authenticate(t.Context(), signedIn.Token)
	must(t, err)
	return identity.With(t.Context(), principal)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
