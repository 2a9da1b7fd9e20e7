package gateway_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// tides is a public API of staff that visitors may try in its sandbox.
type tides struct {
	*system

	product catalog.Product
}

func newTides(t testing.TB, kit *testkit.Kit) *tides {
	t.Helper()
	x := &tides{system: newSystem(t, kit)}
	x.must(kit.DB.InTx(t.Context(), func(ctx context.Context) error {
		x.product = catalog.Product{
			ID: id.New[catalog.ProductID](testkit.Start), Slug: "tides", Name: "Tides", Audience: catalog.Public, Published: true,
			ManagedBy: catalog.Staff, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		x.must(kit.DB.Catalog().SaveProduct(ctx, x.product))
		for _, name := range []string{"1", "2"} {
			x.must(kit.DB.Catalog().SaveVersion(ctx, catalog.Version{
				ID: id.New[catalog.VersionID](testkit.Start), Product: x.product.ID, Name: name, Published: true,
				CreatedAt: testkit.Start, UpdatedAt: testkit.Start, Endpoints: []catalog.Endpoint{
					{Environment: "production", BasePath: "/tides/v" + name, Upstream: "builtin:echo"},
					{Environment: "sandbox", BasePath: "/tides/sandbox/v" + name, Upstream: "builtin:echo"},
				},
			}))
		}
		return nil
	}))
	for _, environment := range []string{"sandbox", "production"} {
		in := x.input(environment)
		_, err := kit.Plans.CreatePlan(kit.As(kit.Staff), in)
		x.must(err)
		_, err = kit.Plans.PublishPlan(kit.As(kit.Staff), in.Plan.Slug, true)
		x.must(err)
	}
	x.public(true)
	return x
}

// input is the plan of an environment as staff enter it; only the sandbox is for trial.
func (x *tides) input(environment string, change ...func(*plan.Input)) plan.Input {
	in := plan.Input{Strategy: "key", Opens: []string{"tides/1", "tides/2"}, Plan: plan.Plan{
		Slug: "tides-" + environment, Name: "Tides " + environment, Environment: environment, Trial: environment == "sandbox",
		Approval: plan.Automatic, Keys: plan.KeyPolicy{Format: plan.PrefixedKey},
	}}
	for _, one := range change {
		one(&in)
	}
	return in
}

func (x *tides) public(open bool) {
	x.t.Helper()
	settings, err := x.Site.Settings(x.t.Context())
	x.must(err)
	settings.Public = open
	x.must(x.Site.ChangeSettings(x.As(x.Staff), settings))
}

func (x *tides) key() string {
	x.t.Helper()
	issued, err := x.Access.IssueVisitorKey(x.As(x.Visitor), access.NewVisitorKey{Product: "tides", Version: "1", Environment: "sandbox"})
	x.must(err)
	return issued.Secret
}

func get(node *gateway.Gateway, path, key string) int {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Ocp-Apim-Subscription-Key", key)
	answer := httptest.NewRecorder()
	node.ServeHTTP(answer, r)
	return answer.Code
}

const sandbox = "/tides/sandbox/v1/now"

func TestAVisitorCallsTheSandboxForTenMinutes(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		x := newTides(t, kit)
		node := x.node(kit, kit.Access)
		key := x.key()
		for path, want := range map[string]int{sandbox: 200, "/tides/v1/now": 401, "/tides/sandbox/v2/now": 401, "/weather/v1/now": 401} {
			if got := get(node, path, key); got != want {
				t.Errorf("%s is answered %d; want %d", path, got, want)
			}
		}
		for range 29 {
			if got := get(node, sandbox, key); got != 200 {
				t.Fatalf("answered %d within the limit", got)
			}
		}
		if got := get(node, sandbox, key); got != 429 {
			t.Errorf("the 31st call of a minute is answered %d", got)
		}
		if got := get(node, sandbox, x.key()); got != 200 {
			t.Errorf("another visitor is answered %d", got)
		}
		x.must(node.Flush(t.Context())) // no team is charged
		kit.Clock.Advance(10 * time.Minute)
		x.must(node.Follow(t.Context()))
		if got := get(node, sandbox, key); got != 401 {
			t.Errorf("after ten minutes, the key is answered %d", got)
		}
	})
}

// endings lists what ends the trial of an API, and how it begins again.
var endings = map[string]struct{ end, begin func(x *tides) error }{
	"withdraw the plan": {
		func(x *tides) error { return x.offer(false) }, func(x *tides) error { return x.offer(true) },
	},
	"take the mark away": {
		func(x *tides) error { return x.update(func(in *plan.Input) { in.Plan.Trial = false }) },
		func(x *tides) error { return x.update() },
	},
	"open another version": {
		func(x *tides) error { return x.update(func(in *plan.Input) { in.Opens = []string{"tides/2"} }) },
		func(x *tides) error { return x.update() },
	},
	"make the API private": {
		func(x *tides) error { return x.audience(catalog.SignedIn) }, func(x *tides) error { return x.audience(catalog.Public) },
	},
	"make the portal private": {
		func(x *tides) error { x.public(false); return nil }, func(x *tides) error { x.public(true); return nil },
	},
}

func (x *tides) offer(published bool) error {
	_, err := x.Plans.PublishPlan(x.As(x.Staff), "tides-sandbox", published)
	return err
}

func (x *tides) update(change ...func(*plan.Input)) error {
	_, err := x.Plans.UpdatePlan(x.As(x.Staff), x.input("sandbox", change...))
	return err
}

func (x *tides) audience(audience catalog.Audience) error {
	_, err := x.Catalog.UpdateProduct(x.As(x.Staff), catalog.ProductInput{Slug: "tides", Name: "Tides", Audience: audience})
	return err
}

// TestEndedTrialsCloseTheirKeys ends a trial in every way. This process refuses its keys at once, another one after it
// has read the change log.
func TestEndedTrialsCloseTheirKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		x := newTides(t, kit)
		elsewhere := kit.Another(t)
		here, there := x.node(kit, kit.Access), x.node(elsewhere, elsewhere.Access)
		key := x.key()
		for name, way := range endings {
			x.must(here.Follow(t.Context()))
			x.must(there.Follow(t.Context()))
			if at, other := get(here, sandbox, key), get(there, sandbox, key); at != 200 || other != 200 {
				t.Fatalf("%s: answered %d and %d before", name, at, other)
			}
			x.must(way.end(x))
			if got := get(here, sandbox, key); got != 401 {
				t.Errorf("%s: answered %d here", name, got)
			}
			x.must(there.Follow(t.Context()))
			if got := get(there, sandbox, key); got != 401 {
				t.Errorf("%s: answered %d by the other node", name, got)
			}
			x.must(way.begin(x))
		}
	})
}
