package demo_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/testkit"
)

// installation is one database and key ring on which several portals can run.
type installation struct {
	config config.Config
	// empty creates another database of the same kind.
	empty func(testing.TB) string
}

// portal is one node: its services, its site and its gateway, listening.
type portal struct {
	*app.App
	services  *app.Services
	installed installation
	// stop stops the node and waits until it has ended.
	stop func()
	log  *lockedBuffer
}

// onEachDB runs the test with a seeded installation on SQLite and on PostgreSQL.
func onEachDB(t *testing.T, run func(t *testing.T, installed installation)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{"sqlite": testkit.EmptySQLite, "postgres": testkit.EmptyPostgres} {
		t.Run(name, func(t *testing.T) { run(t, install(t, database)) })
	}
}

func install(t *testing.T, empty func(testing.TB) string) installation {
	t.Helper()
	folder := t.TempDir()
	settings := config.Defaults()
	settings.DataDir, settings.DatabaseURL = folder, empty(t)
	settings.Keyring = filepath.Join(folder, "keyring")
	settings.Listen, settings.GatewayListen, settings.PortalURL, settings.GatewayURL = "127.0.0.1:0", "127.0.0.1:0", "", ""
	if _, err := sealed.Generate(settings.Keyring, clock.Now()); err != nil {
		t.Fatal(err)
	}
	upstream, err := demo.StartUpstream()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- upstream.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	services := open(t, settings)
	if given, err := demo.Seed(t.Context(), services, upstream.URL(), demo.DefaultPassword); err != nil || !given {
		t.Fatalf("the password was set: %v, %v", given, err)
	}
	if err := services.Close(); err != nil {
		t.Fatal(err)
	}
	return installation{settings, empty}
}

func open(t *testing.T, settings config.Config) *app.Services {
	t.Helper()
	services, err := app.Open(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	return services
}

// start runs a node of the installation until the test ends.
func (i installation) start(t *testing.T) *portal {
	t.Helper()
	log := &lockedBuffer{}
	services := open(t, i.config)
	started, err := app.New(i.config, services, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- started.Run(ctx, func() {}) }()
	node := &portal{App: started, services: services, installed: i, log: log, stop: sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})}
	t.Cleanup(node.stop)
	eventually(t, "ready", func() bool { return get(t, node.PortalURL+"/readyz", "") == http.StatusOK })
	return node
}

// asStaff acts as the demo's staff, asDeveloper as the owner of Acme.
func (p *portal) asStaff(t *testing.T) context.Context { return p.signIn(t, demo.Staff) }

func (p *portal) asDeveloper(t *testing.T) context.Context { return p.signIn(t, demo.Developer) }

func (p *portal) signIn(t *testing.T, email string) context.Context {
	t.Helper()
	signedIn, err := p.services.Accounts.SignIn(t.Context(), account.SignIn{Email: email, Password: demo.DefaultPassword})
	if err != nil {
		t.Fatal(err)
	}
	principal, _, err := p.services.Accounts.Authenticate(t.Context(), signedIn.Token)
	if err != nil {
		t.Fatal(err)
	}
	return identity.With(t.Context(), principal)
}

// subscription returns the developer's subscription to a plan with its credentials.
func (p *portal) subscription(t *testing.T, slug string) access.SubscriptionDetail {
	t.Helper()
	found, err := p.services.Access.Subscriptions(p.asDeveloper(t), access.SubscriptionFilter{}, page.Request{Size: page.MaxSize})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range found.Items {
		if one.Plan.Slug == slug {
			return one
		}
	}
	t.Fatalf("there is no subscription under %s", slug)
	return access.SubscriptionDetail{}
}

func (p *portal) plan(t *testing.T, slug string) plan.Plan {
	t.Helper()
	plans, err := p.services.Plans.Plans(p.asStaff(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range plans {
		if one.Slug == slug {
			return one
		}
	}
	t.Fatalf("there is no plan %s", slug)
	return plan.Plan{}
}

// primary and secondary return the credentials of a pair.
func primary(detail access.SubscriptionDetail) access.Credential { return slot(detail, access.Primary) }

func secondary(detail access.SubscriptionDetail) access.Credential {
	return slot(detail, access.Secondary)
}

func slot(detail access.SubscriptionDetail, wanted access.Slot) access.Credential {
	for _, one := range detail.Credentials {
		if one.Slot == wanted {
			return one
		}
	}
	return access.Credential{}
}

func (p *portal) reveal(t *testing.T, credential access.Credential) string {
	t.Helper()
	secret, err := p.services.Access.RevealCredential(p.asDeveloper(t), credential.ID)
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

// call calls the demo's API through the gateway and returns the status.
func (p *portal) call(t *testing.T, path, key string) int {
	t.Helper()
	return get(t, p.GatewayURL+path, key)
}

func get(t *testing.T, url, key string) int {
	t.Helper()
	status, err := tryGet(t.Context(), url, key)
	if err != nil {
		t.Fatal(err)
	}
	return status
}

func tryGet(ctx context.Context, url, key string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	if key != "" {
		request.Header.Set("X-Api-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

// eventually waits until another process or a background task has made the condition true.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(testkit.Patience); !holds(); {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", testkit.Patience, what)
		}
		time.Sleep(time.Millisecond) // leaves the processor to the awaited work
	}
}

type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *lockedBuffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
