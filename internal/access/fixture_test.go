package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/testkit"
)

// world is a test kit with a small catalogue and a plan of every sort.
type world struct {
	*testkit.Kit

	t testing.TB
	// createdMaps is nil until mapsAPI is called.
	createdMaps *mapsAPI
	// names counts the names that uniqueName has returned.
	names int
	// spec is the digest of the API description of every version. It has one operation, list, with the parameter limit.
	spec string
	// Everyone may see the versions first and second. Only Globex may see theirs.
	first, second, theirs catalog.VersionID
	// byKey is the default strategy.
	byKey, byPassword, byToken plan.Strategy
	// production and test issue a pair of viewable keys. single needs staff approval and issues one key that is shown
	// once. gold and silver belong to one family. password issues Basic credentials. Only staff can grant reserved.
	// hidden is unpublished. private opens only the version theirs.
	production, test, single, gold, silver, password, reserved, hidden, private plan.Plan
}

func newWorld(t testing.TB, kit *testkit.Kit) *world {
	t.Helper()
	w := &world{Kit: kit, t: t}
	w.spec = w.describe()
	w.must(kit.DB.InTx(t.Context(), func(ctx context.Context) error {
		open := w.product(ctx, "weather", catalog.SignedIn)
		w.first, w.second = w.version(ctx, open, "1"), w.version(ctx, open, "2")
		w.theirs = w.version(ctx, w.product(ctx, "secret", catalog.Teams, kit.Globex.ID), "1")
		w.byKey = w.strategy(ctx, "key", plan.Key)
		w.byPassword = w.strategy(ctx, "password", plan.Basic)
		w.byToken = w.strategy(ctx, "token", plan.ClientCredentials)
		pair := plan.KeyPolicy{Format: plan.HexKey, Pair: true, Viewable: true}
		lone := plan.KeyPolicy{Format: plan.PrefixedKey, Validity: 365 * 24 * time.Hour}
		w.production = w.plan(ctx, plan.Plan{Name: "Production", Keys: pair})
		w.test = w.plan(ctx, plan.Plan{Name: "Test", Environment: "test", Keys: pair})
		w.single = w.plan(ctx, plan.Plan{Name: "Single", Keys: lone, Approval: plan.StaffApproval, Scopes: []string{"read", "write"}})
		w.gold = w.plan(ctx, plan.Plan{Name: "Gold", Family: "tier", Keys: lone})
		w.silver = w.plan(ctx, plan.Plan{Name: "Silver", Family: "tier", Keys: lone})
		w.password = w.plan(ctx, plan.Plan{Name: "Password", Strategy: w.byPassword.ID, Keys: plan.KeyPolicy{Viewable: true}})
		w.reserved = w.plan(ctx, plan.Plan{Name: "Reserved", Keys: lone})
		w.reserved.Registrable = false
		w.hidden = w.plan(ctx, plan.Plan{Name: "Hidden", Keys: lone})
		w.hidden.Published = false
		w.private = w.plan(ctx, plan.Plan{Name: "Private", Keys: lone, Opens: []catalog.VersionID{w.theirs}})
		return errors.Join(kit.DB.Plans().SavePlan(ctx, w.reserved), kit.DB.Plans().SavePlan(ctx, w.hidden))
	}))
	return w
}

const description = `{"openapi":"3.1.0","info":{"title":"Weather","version":"1"},"paths":{"/cities":{"get":{"operationId":"list",
	"parameters":[{"name":"limit","in":"query","schema":{"type":"integer"}}],"responses":{"200":{"description":"Fine."}}}}},
	"webhooks":{"storm":{"post":{"operationId":"storm","responses":{"200":{"description":"Noted."}}}}}}`

func (w *world) describe() string {
	spec, findings := openapi.Read(w.t.Context(), "weather.json", []byte(description), openapi.Limits{})
	w.must(w.DB.Catalog().StageSpec(w.t.Context(), spec, findings))
	return spec.Digest
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) product(ctx context.Context, slug string, audience catalog.Audience, teams ...identity.TeamID) catalog.ProductID {
	made := catalog.Product{
		ID: id.New[catalog.ProductID](testkit.Start), Slug: slug, Name: slug, Audience: audience, Published: true,
		ManagedBy: catalog.Files, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
	for _, team := range teams {
		made.Teams = append(made.Teams, catalog.TeamRights{Team: team, Register: true, Documentation: true})
	}
	w.must(w.DB.Catalog().SaveProduct(ctx, made))
	return made.ID
}

func (w *world) version(ctx context.Context, product catalog.ProductID, name string) catalog.VersionID {
	made := catalog.Version{
		ID: id.New[catalog.VersionID](testkit.Start), Product: product, Name: name, Published: true, Spec: w.spec,
		CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
	for _, environment := range []string{"production", "test"} {
		made.Endpoints = append(made.Endpoints, catalog.Endpoint{
			Environment: environment, BasePath: "/" + made.ID.Hex() + "/" + environment, Upstream: "https://upstream.example",
		})
	}
	w.must(w.DB.Catalog().SaveVersion(ctx, made))
	return made.ID
}

func (w *world) strategy(ctx context.Context, slug string, kind plan.Kind) plan.Strategy {
	made := plan.Strategy{
		ID: id.New[plan.StrategyID](testkit.Start), Slug: slug, Name: slug, Kind: kind, Default: kind == plan.Key,
		ManagedBy: catalog.Files, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
	w.must(w.DB.Plans().SaveStrategy(ctx, made))
	return made
}

// plan saves a plan, filling in what most of them have in common.
func (w *world) plan(ctx context.Context, made plan.Plan) plan.Plan {
	made.ID, made.Slug, made.ManagedBy = id.New[plan.ID](testkit.Start), made.Name, catalog.Files
	made.CreatedAt, made.UpdatedAt = testkit.Start, testkit.Start
	made.Registrable, made.Published = true, true
	if made.Environment == "" {
		made.Environment = "production"
	}
	if made.Approval == "" {
		made.Approval = plan.Automatic
	}
	if made.Strategy.IsZero() {
		made.Strategy = w.byKey.ID
	}
	if made.Opens == nil {
		made.Opens = []catalog.VersionID{w.first, w.second}
	}
	w.must(w.DB.Plans().SavePlan(ctx, made))
	return made
}

// ask requests access as the principal and fails the test if the service rejects the request.
func (w *world) ask(as identity.Principal, in access.Ask) access.Decided {
	w.t.Helper()
	decided, err := w.Access.RequestAccess(w.As(as), in)
	w.must(err)
	return decided
}

// askFor returns a request for the plans.
func askFor(plans ...plan.Plan) access.Ask {
	var in access.Ask
	for _, one := range plans {
		in.Plans = append(in.Plans, one.ID.Hex())
	}
	return in
}

// grant grants a plan to Acme's default application.
func (w *world) grant(in access.NewAccess) access.Granted {
	w.t.Helper()
	if in.Team.IsZero() {
		in.Team = w.Acme.ID
	}
	granted, err := w.Access.GrantAccess(w.As(w.Staff), in)
	w.must(err)
	return granted
}

// application creates an application of the principal's team.
func (w *world) application(as identity.Principal, in access.NewApplication) access.Application {
	w.t.Helper()
	made, err := w.Access.CreateApplication(w.As(as), in)
	w.must(err)
	return made.Application
}

// clientApplication stores an application of Acme that uses client credentials. The service does not offer them yet.
func (w *world) clientApplication(name string) access.Application {
	w.t.Helper()
	made := access.Application{ID: id.New[access.ApplicationID](testkit.Start), Team: w.Acme.ID, Name: name, Strategy: w.byToken.ID}
	w.must(w.DB.Access().SaveApplication(w.t.Context(), made))
	return made
}

// uniqueName returns a name that no application has.
func (w *world) uniqueName(name string) string {
	w.names++
	return fmt.Sprint(name, " ", w.names)
}

// proof returns the lookup values that the gateway computes for a key or a user name.
func (w *world) proof(kind plan.Kind, secret string) access.Proof {
	hasher := access.Hasher(w.Ring)
	var proof access.Proof
	for _, version := range hasher.Versions() {
		lookup := access.LookupOf(hasher, version, kind, []byte(secret))
		proof.Lookups = append(proof.Lookups, lookup[:])
	}
	return proof
}

// opens reports whether a key opens the version now. It asks as the gateway does without a cached grant.
func (w *world) opens(key string, version catalog.VersionID) bool {
	w.t.Helper()
	grant, err := w.Access.Grant(w.t.Context(), w.proof(plan.Key, key))
	if fault.Is(err, fault.NotFound) {
		return false
	}
	w.must(err)
	return grant.Charge(version, w.Clock.Now(), nil) != nil
}

// reload loads a subscription from the store.
func (w *world) reload(subscription access.SubscriptionID) access.Subscription {
	w.t.Helper()
	stored, err := w.DB.Access().Subscription(w.t.Context(), subscription)
	w.must(err)
	return stored
}

// key loads a credential from the store.
func (w *world) key(credential access.CredentialID) access.Credential {
	w.t.Helper()
	stored, err := w.DB.Access().Credential(w.t.Context(), credential)
	w.must(err)
	return stored
}

// wantError fails the test unless the error has the kind and the code.
func (w *world) wantError(err error, kind fault.Kind, code string) {
	w.t.Helper()
	if !fault.Is(err, kind) || fault.From(err).Code != code {
		w.t.Errorf("got %v, want %s %s", err, kind, code)
	}
}

// use replaces the service by one with another key ring, as a restart after a rotation does.
func (w *world) use(ring *sealed.Ring) {
	w.Ring = ring
	w.Access = access.New(access.Config{
		Store: w.DB.Access(), Plans: w.DB.Plans(), Catalog: w.DB.Catalog(), Products: w.Catalog, Accounts: w.DB.Accounts(), Site: w.Site, Events: w.DB,
		Ring: ring, Now: w.Clock.Now,
	})
}

// all requests a page that is long enough for every list in the tests.
var all = page.Request{Size: page.MaxSize}

// eachWorld runs the test on both databases.
func eachWorld(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) { run(t, newWorld(t, kit)) })
}
