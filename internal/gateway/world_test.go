package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/usage"
)

// portal fakes everything around one gateway, in memory: its ports and what it stores. Tests that need SQL have a
// real store instead.
type portal struct {
	t       testing.TB
	clock   *clock.Frozen
	hasher  *sealed.Hasher
	gateway *Gateway

	mu      sync.Mutex
	down    bool // the database does not answer
	full    bool // the database cannot be written
	routes  []plan.Route
	grants  map[[32]byte]access.Grant
	loads   int
	log     []event.Change
	batches []usage.Batch
	ledger  map[string]int64
	spent   map[usage.QuotaKey][]usage.Spent
	// loading, if set, is called during a load, after the grant was read.
	loading func()
}

var began = time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)

const portalOrigin = "https://portal.example"

func newPortal(t testing.TB, adjust ...func(*Config)) *portal {
	t.Helper()
	p := &portal{t: t, clock: clock.NewFrozen(began), grants: map[[32]byte]access.Grant{}, spent: map[usage.QuotaKey][]usage.Spent{}, ledger: map[string]int64{}}
	ring, err := sealed.Generate(filepath.Join(t.TempDir(), "keyring"), began)
	if err != nil {
		t.Fatal(err)
	}
	p.hasher = access.Hasher(ring)
	config := Config{
		Routes: p, Grants: p, Changes: p, Usage: p, Hasher: p.hasher, PortalOrigins: []string{portalOrigin}, Now: p.clock.Now,
		Builtins: map[string]http.Handler{"echo": http.HandlerFunc(ok)}, Ledgers: t.TempDir(),
	}
	for _, change := range adjust {
		change(&config)
	}
	if p.gateway, err = New(config); err != nil {
		t.Fatal(err)
	}
	return p
}

// start lets the gateway read the change log for the first time.
func (p *portal) start() *portal {
	p.t.Helper()
	p.follow()
	return p
}

func (p *portal) follow() {
	p.t.Helper()
	if err := p.gateway.follow(context.Background()); err != nil {
		p.t.Fatal(err)
	}
}

var errDown = errors.New("the database is down")

func (p *portal) Routes(context.Context) ([]plan.Route, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return nil, errDown
	}
	return slices.Clone(p.routes), nil
}

func (p *portal) Grant(_ context.Context, proof access.Proof) (access.Grant, error) {
	p.mu.Lock()
	p.loads++
	down, loading := p.down, p.loading
	var found access.Grant
	err := error(fault.Missing("credential"))
	for _, lookup := range proof.Lookups {
		if grant, ok := p.grants[[32]byte(lookup)]; ok {
			found, err = grant, nil
		}
	}
	p.mu.Unlock()
	if loading != nil {
		loading()
	}
	if down {
		return access.Grant{}, errDown
	}
	return found, err
}

func (p *portal) ChangePosition(context.Context) (int64, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return 0, errDown
	}
	return int64(len(p.log)), nil
}

func (p *portal) ChangesSince(_ context.Context, position, limit int64) ([]event.Change, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return nil, errDown
	}
	rest := p.log[position:]
	return slices.Clone(rest[:min(int64(len(rest)), limit)]), nil
}

func (p *portal) LedgerPosition(_ context.Context, ledger string) (position int64, known bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return 0, false, errDown
	}
	position, known = p.ledger[ledger]
	return position, known, nil
}

func (p *portal) Record(_ context.Context, batch usage.Batch) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down || p.full {
		return errDown
	}
	if position, known := p.ledger[batch.Ledger]; known && position != batch.From {
		return usage.ErrCounted
	}
	p.ledger[batch.Ledger] = batch.To
	p.batches = append(p.batches, batch)
	for _, increment := range batch.Increments {
		windows := p.spent[increment.Key]
		at := slices.IndexFunc(windows, func(spent usage.Spent) bool { return spent.Start.Equal(increment.Start) })
		if at < 0 {
			at = len(windows)
			windows = append(windows, usage.Spent{Start: increment.Start})
		}
		windows[at].Used += increment.Add
		p.spent[increment.Key] = windows
	}
	return nil
}

func (p *portal) Spent(_ context.Context, key usage.QuotaKey, since time.Time) ([]usage.Spent, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.down {
		return nil, errDown
	}
	return slices.DeleteFunc(slices.Clone(p.spent[key]), func(spent usage.Spent) bool { return spent.Start.Before(since) }), nil
}

// change changes the portal as another process would: the gateway learns of it from the log.
func (p *portal) change(alter func(), tags ...event.Tag) event.Change {
	p.mu.Lock()
	defer p.mu.Unlock()
	alter()
	change := event.Change{Position: int64(len(p.log) + 1), At: p.clock.Now(), Tags: tags}
	p.log = append(p.log, change)
	return change
}

// changeHere changes the portal as a service of this process would.
func (p *portal) changeHere(alter func(), tags ...event.Tag) {
	p.gateway.Changed(p.change(alter, tags...))
}

// publish adds an endpoint whose calls go to upstream.
func (p *portal) publish(base, upstream string, adjust ...func(*plan.Route)) plan.Route {
	added := plan.Route{
		Product: id.New[catalog.ProductID](began), Version: id.New[catalog.VersionID](began),
		ProductSlug: strings.Trim(strings.ReplaceAll(base, "/", "-"), "-"), VersionName: "1",
		Endpoint: catalog.Endpoint{Environment: "production", BasePath: base, Upstream: upstream},
	}
	for _, change := range adjust {
		change(&added)
	}
	p.changeHere(func() { p.routes = append(p.routes, added) }, event.Routes)
	return added
}

// issue creates a key that opens the route.
func (p *portal) issue(key string, opens plan.Route, adjust ...func(*access.Grant)) access.Grant {
	made := access.Grant{
		Credential: id.New[access.CredentialID](began), Application: id.New[access.ApplicationID](began),
		Team: id.New[identity.TeamID](began), Environment: opens.Endpoint.Environment, Kind: plan.Key,
		Subscriptions: []access.GrantedSubscription{{
			ID: id.New[access.SubscriptionID](began), Plan: id.New[plan.ID](began), Opens: []catalog.VersionID{opens.Version},
		}},
	}
	for _, change := range adjust {
		change(&made)
	}
	made.Tags = append(made.Tags, event.TagOf(event.TagCredential, made.Credential), event.TagOf(event.TagTeam, made.Team))
	for _, subscription := range made.Subscriptions {
		made.Tags = append(made.Tags, event.TagOf(event.TagSubscription, subscription.ID))
	}
	p.changeHere(func() { p.grants[p.lookup(made.Kind, key)] = made }, event.NewKeys)
	return made
}

func (p *portal) lookup(kind plan.Kind, key string) [32]byte {
	return access.LookupOf(p.hasher, p.hasher.Current(), kind, []byte(key))
}

// revoked removes a key, as revoking does.
func (p *portal) revoked(key string) func() {
	return func() { delete(p.grants, p.lookup(plan.Key, key)) }
}

// limits sets limits on the first subscription.
func limits(bounds ...plan.Limit) func(*access.Grant) {
	return func(grant *access.Grant) { grant.Subscriptions[0].Limits = bounds }
}

func perSecond(amount int64) plan.Limit {
	return plan.Limit{Meter: plan.Calls, Per: plan.PerSubscription, Amount: amount, Window: plan.Window{Kind: plan.Rate, Length: time.Second}}
}

func quota(kind plan.WindowKind, amount int64, length time.Duration) plan.Limit {
	return plan.Limit{Meter: plan.Calls, Per: plan.PerSubscription, Amount: amount, Window: plan.Window{Kind: kind, Length: length}}
}

// get calls the gateway with a key in X-Api-Key; further headers are "Name: value".
func (p *portal) get(path, key string, headers ...string) *httptest.ResponseRecorder {
	return p.call(http.MethodGet, path, nil, append(headers, "X-Api-Key: "+key)...)
}

func (p *portal) call(method, path string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	p.t.Helper()
	r := httptest.NewRequest(method, path, body)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if value != "" {
			r.Header.Add(name, value)
		}
	}
	answer := httptest.NewRecorder()
	p.gateway.ServeHTTP(answer, r)
	return answer
}

func (p *portal) wantStatus(answer *httptest.ResponseRecorder, status int) {
	p.t.Helper()
	if answer.Code != status {
		p.t.Errorf("status %d %s; want %d", answer.Code, strings.TrimSpace(answer.Body.String()), status)
	}
}

// upstream starts a real server and returns its URL.
func upstream(t testing.TB, handler http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func ok(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }

// meterIdle waits until the served gateway has no open calls. Clients get their response before the call is
// counted.
func (g *Gateway) meterIdle(p *portal) {
	for p.open() {
		runtime.Gosched()
	}
}

func (p *portal) open() bool {
	p.gateway.grants.mu.Lock()
	defer p.gateway.grants.mu.Unlock()
	for _, under := range p.gateway.grants.index {
		for held := range under {
			if held.open.Load() > 0 {
				return true
			}
		}
	}
	return false
}
