package conformance

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/testkit"
)

const (
	startTimeout = time.Minute
	callTimeout  = 30 * time.Second
	// basePath is that of a version of the demo which developers may call without an approval by staff.
	basePath = "/parcels/v2"
)

// portal is the whole product, listening on loopback, with the demo's people and APIs.
type portal struct {
	*app.App

	// version stands at basePath.
	version catalog.VersionID
}

func onEachDB(t *testing.T, run func(t *testing.T, portal *portal)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{"sqlite": testkit.EmptySQLite, "postgres": testkit.EmptyPostgres} {
		t.Run(name, func(t *testing.T) { run(t, start(t, database(t))) })
	}
}

func start(t *testing.T, database string) *portal {
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
	started, err := app.New(settings, services, slog.New(slog.DiscardHandler))
	must(t, err)
	ready := make(chan struct{})
	serve(t, func(ctx context.Context) error { return started.Run(ctx, func() { close(ready) }) })
	select {
	case <-ready:
	case <-time.After(startTimeout):
		t.Fatal("the gateway is not ready in time")
	}
	return &portal{App: started, version: versionAt(t, services, basePath)}
}

func versionAt(t *testing.T, services *app.Services, path string) catalog.VersionID {
	t.Helper()
	routes, err := services.Plans.Routes(t.Context())
	must(t, err)
	for _, route := range routes {
		if route.Endpoint.BasePath == path {
			return route.Version
		}
	}
	t.Fatalf("no version stands at %s", path)
	return catalog.VersionID{}
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
func (p *portal) works(t *testing.T, key string) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.GatewayURL+basePath+"/status", http.NoBody)
	must(t, err)
	request.Header.Set("X-Api-Key", key)
	answer, err := (&http.Client{}).Do(request) // the context bounds the call
	must(t, err)
	must(t, answer.Body.Close())
	switch answer.StatusCode {
	case http.StatusOK:
		return true
	case http.StatusUnauthorized, http.StatusForbidden:
	default:
		t.Errorf("the gateway answers %d", answer.StatusCode)
	}
	return false
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
