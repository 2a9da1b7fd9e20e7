package gateway_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

// system is a whole portal with an API, plans that open it, one that does not, and nodes of the gateway.
type system struct {
	*testkit.Kit

	t             testing.TB
	version       catalog.Version
	basic, better plan.Plan
	other         plan.Plan
}

func newSystem(t testing.TB, kit *testkit.Kit) *system {
	t.Helper()
	s := &system{Kit: kit, t: t}
	s.must(kit.DB.InTx(t.Context(), func(ctx context.Context) error {
		product := catalog.Product{
			ID: id.New[catalog.ProductID](testkit.Start), Slug: "weather", Name: "Weather", Audience: catalog.Public, Published: true,
			ManagedBy: catalog.Files, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		s.must(kit.DB.Catalog().SaveProduct(ctx, product))
		s.version = s.publish(ctx, product.ID, "1", "/weather/v1")
		elsewhere := s.publish(ctx, product.ID, "2", "/weather/v2")
		strategy := plan.Strategy{
			ID: id.New[plan.StrategyID](testkit.Start), Slug: "key", Name: "Key", Kind: plan.Key, Default: true,
			ManagedBy: catalog.Files, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		s.must(kit.DB.Plans().SaveStrategy(ctx, strategy))
		s.basic = s.plan(ctx, strategy.ID, "basic", s.version.ID)
		s.better = s.plan(ctx, strategy.ID, "better", s.version.ID)
		s.other = s.plan(ctx, strategy.ID, "other", elsewhere.ID)
		return nil
	}))
	return s
}

func (s *system) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *system) publish(ctx context.Context, product catalog.ProductID, name, base string) catalog.Version {
	made := catalog.Version{
		ID: id.New[catalog.VersionID](testkit.Start), Product: product, Name: name, Published: true, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		Endpoints: []catalog.Endpoint{{Environment: "production", BasePath: base, Upstream: "builtin:echo"}},
	}
	s.must(s.DB.Catalog().SaveVersion(ctx, made))
	return made
}

func (s *system) plan(ctx context.Context, strategy plan.StrategyID, slug string, opens catalog.VersionID) plan.Plan {
	made := plan.Plan{
		ID: id.New[plan.ID](testkit.Start), Slug: slug, Name: slug, Environment: "production", Strategy: strategy,
		Opens: []catalog.VersionID{opens}, Approval: plan.Automatic, Published: true, ManagedBy: catalog.Files,
		Keys:      plan.KeyPolicy{Format: plan.HexKey, Pair: true, Viewable: true},
		Limits:    []plan.Limit{{Meter: plan.Calls, Per: plan.PerSubscription, Amount: 1000, Window: plan.Window{Kind: plan.Month}}},
		CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
	}
	s.must(s.DB.Plans().SavePlan(ctx, made))
	return made
}

// node returns a gateway on the database of a kit, in the kit's process.
func (s *system) node(kit *testkit.Kit, grants gateway.Grants) *gateway.Gateway {
	s.t.Helper()
	made, err := gateway.New(gateway.Config{
		Routes: kit.Plans, Grants: grants, Changes: kit.DB, Usage: kit.Usage, Hasher: access.Hasher(kit.Ring), Now: kit.Clock.Now,
		Ledgers:  s.t.TempDir(),
		Builtins: map[string]http.Handler{"echo": http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})},
	})
	s.must(err)
	kit.DB.OnChange(made.Changed)
	s.must(made.Follow(s.t.Context()))
	return made
}

// pair is an approved pair of keys of an application of Acme.
type pair struct {
	application  access.Application
	subscription access.SubscriptionID
	keys         [2]access.CredentialID
	secrets      [2]string
}

func (s *system) grant() pair {
	s.t.Helper()
	made, err := s.Access.CreateApplication(s.As(s.Owner), access.NewApplication{Name: "App " + id.New[access.ApplicationID](testkit.Start).Hex()})
	s.must(err)
	granted, err := s.Access.GrantAccess(s.As(s.Staff), access.NewAccess{Application: made.Application.ID, Plan: s.basic.ID})
	s.must(err)
	has := pair{application: made.Application, subscription: granted.Subscription.ID}
	for i, issued := range granted.Issued {
		has.keys[i] = issued.Credential.ID
		has.secrets[i], err = s.Access.RevealCredential(s.As(s.Owner), issued.Credential.ID)
		s.must(err)
	}
	return has
}

func call(node *gateway.Gateway, key string) int {
	r := httptest.NewRequest(http.MethodGet, "/weather/v1/now", nil)
	r.Header.Set("Ocp-Apim-Subscription-Key", key)
	answer := httptest.NewRecorder()
	node.ServeHTTP(answer, r)
	return answer.Code
}

// closing lists the ways to close a key, and whether the other key of the pair stays open.
var closing = map[string]struct {
	close func(s *system, has pair) error
	other int
}{
	"revoke the key": {func(s *system, has pair) error {
		return s.Access.RevokeCredential(s.As(s.Owner), has.keys[0])
	}, 200},
	"regenerate the key": {func(s *system, has pair) error {
		_, err := s.Access.RegenerateCredential(s.As(s.Owner), has.keys[0])
		return err
	}, 200},
	"suspend": {func(s *system, has pair) error {
		_, err := s.Access.SuspendSubscription(s.As(s.Staff), has.subscription, "late payment")
		return err
	}, 401},
	"revoke": {func(s *system, has pair) error {
		_, err := s.Access.RevokeSubscription(s.As(s.Staff), has.subscription, "abuse")
		return err
	}, 401},
	"cancel": {func(s *system, has pair) error {
		_, err := s.Access.CancelSubscription(s.As(s.Owner), has.subscription, "")
		return err
	}, 401},
	"change to a plan that does not open it": {func(s *system, has pair) error {
		_, err := s.Access.ChangePlan(s.As(s.Staff), access.ChangePlan{Subscription: has.subscription, Plan: s.other.ID})
		return err
	}, 401},
	"delete the application": {func(s *system, has pair) error {
		return s.Access.DeleteApplication(s.As(s.Owner), has.application.ID)
	}, 401},
	"disable the team": {func(s *system, _ pair) error {
		return s.Accounts.SetTeamDisabled(s.As(s.Staff), s.Acme.ID, true)
	}, 401},
}

// TestClosedKeysAreRefused closes keys in every way. This process refuses them when the call returns. Another one
// refuses them after it has read the change log, which it does four times a second.
func TestClosedKeysAreRefused(t *testing.T) {
	if gateway.PollEvery > time.Second/2 {
		t.Error("a second node may need longer than a second")
	}
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		s := newSystem(t, kit)
		elsewhere := kit.Another(t)
		here, there := s.node(kit, kit.Access), s.node(elsewhere, elsewhere.Access)
		for name, way := range closing {
			has := s.grant()
			s.must(there.Follow(t.Context()))
			for i, secret := range has.secrets {
				if at, elsewhere := call(here, secret), call(there, secret); at != 200 || elsewhere != 200 {
					t.Fatalf("%s: key %d is answered %d and %d before", name, i, at, elsewhere)
				}
			}
			s.must(way.close(s, has))
			if got := call(here, has.secrets[0]); got != 401 {
				t.Errorf("%s: answered %d here", name, got)
			}
			s.must(there.Follow(t.Context()))
			if got := call(there, has.secrets[0]); got != 401 {
				t.Errorf("%s: answered %d by the other node", name, got)
			}
			if at, elsewhere := call(here, has.secrets[1]), call(there, has.secrets[1]); at != way.other || elsewhere != way.other {
				t.Errorf("%s: the other key of the pair is answered %d and %d; want %d", name, at, elsewhere, way.other)
			}
			s.must(s.Accounts.SetTeamDisabled(s.As(s.Staff), s.Acme.ID, false))
			kit.Clock.Advance(time.Second) // so that the refused calls stay below the limit for guesses
			s.must(there.Follow(t.Context()))
			s.must(here.Follow(t.Context()))
		}
	})
}

// heldOpen is a grant loader that stops after it has read a grant.
type heldOpen struct {
	gateway.Grants

	read, changed chan struct{}
	once          sync.Once
}

func (h *heldOpen) Grant(ctx context.Context, proof access.Proof) (access.Grant, error) {
	found, err := h.Grants.Grant(ctx, proof)
	h.once.Do(func() { close(h.read); <-h.changed })
	return found, err
}

// TestClosedKeysAreRefusedBesideAFill closes keys while the gateway loads them.
func TestClosedKeysAreRefusedBesideAFill(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		s := newSystem(t, kit)
		for name, way := range closing {
			has := s.grant()
			held := &heldOpen{Grants: kit.Access, read: make(chan struct{}), changed: make(chan struct{})}
			node := s.node(kit, held)
			var caller sync.WaitGroup
			caller.Go(func() {
				if got := call(node, has.secrets[0]); got != 401 {
					t.Errorf("%s: the call beside it is answered %d", name, got)
				}
			})
			<-held.read
			s.must(way.close(s, has))
			close(held.changed)
			caller.Wait()
			if got := call(node, has.secrets[0]); got != 401 {
				t.Errorf("%s: the call after it is answered %d", name, got)
			}
			s.must(s.Accounts.SetTeamDisabled(s.As(s.Staff), s.Acme.ID, false))
		}
	})
}

// TestChangeThatCommitsLate holds a transaction open while a later one commits and is read. Its change must not be
// missed.
func TestChangeThatCommitsLate(t *testing.T) {
	kit := testkit.NewPostgres(t)
	s := newSystem(t, kit)
	elsewhere := kit.Another(t)
	node := s.node(elsewhere, elsewhere.Access)
	has := s.grant()
	s.must(node.Follow(t.Context()))
	if got := call(node, has.secrets[0]); got != 200 {
		t.Fatal(got)
	}
	revoked, commit, committed := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		committed <- kit.DB.InTx(s.As(s.Owner), func(ctx context.Context) error {
			err := s.Access.RevokeCredential(ctx, has.keys[0])
			close(revoked)
			<-commit
			return err
		})
	}()
	<-revoked
	s.must(kit.DB.InTx(t.Context(), func(ctx context.Context) error { return kit.DB.Changed(ctx, event.Tag("team:another")) }))
	s.must(node.Follow(t.Context()))
	if got := call(node, has.secrets[0]); got != 200 {
		t.Errorf("answered %d before it is committed", got)
	}
	close(commit)
	s.must(<-committed)
	s.must(node.Follow(t.Context()))
	if got := call(node, has.secrets[0]); got != 401 {
		t.Errorf("answered %d after it was committed", got)
	}
}

func TestWhatTheGatewayCountsIsOnTheProfile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		s := newSystem(t, kit)
		node := s.node(kit, kit.Access)
		has := s.grant()
		for range 3 {
			call(node, has.secrets[0])
		}
		kit.Clock.Advance(time.Second)
		call(node, has.secrets[1])
		// Under another plan, the count continues: id, keys and counters stay.
		_, err := s.Access.ChangePlan(s.As(s.Staff), access.ChangePlan{Subscription: has.subscription, Plan: s.better.ID})
		s.must(err)
		call(node, has.secrets[1])
		s.must(node.Close(t.Context()))
		profile, err := kit.Overview.Profile(s.As(s.Owner))
		s.must(err)
		if len(profile.Subscriptions) != 1 {
			t.Fatalf("%d subscriptions", len(profile.Subscriptions))
		}
		use := profile.Subscriptions[0]
		if use.Detail.Subscription.ID != has.subscription || use.CallsToday != 5 {
			t.Errorf("%d calls today under %s", use.CallsToday, use.Detail.Subscription.ID)
		}
		if !use.LastUsed[has.keys[0]].Equal(testkit.Start) || !use.LastUsed[has.keys[1]].Equal(testkit.Start.Add(time.Second)) {
			t.Errorf("last used %v", use.LastUsed)
		}
		for _, other := range []identity.Principal{s.OtherOwner, s.Staff} {
			if profile, err := kit.Overview.Profile(s.As(other)); err != nil || len(profile.Subscriptions) != 0 {
				t.Errorf("%s has %+v on the own profile, %v", other.Name, profile.Subscriptions, err)
			}
		}
	})
}

func TestRoutesComeAndGo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		s := newSystem(t, kit)
		node := s.node(kit, kit.Access)
		has := s.grant()
		withdrawn := s.version
		withdrawn.Published = false
		for name, step := range map[bool]struct {
			version catalog.Version
			want    int
		}{false: {withdrawn, 404}, true: {s.version, 200}} {
			s.must(kit.DB.InTx(t.Context(), func(ctx context.Context) error {
				s.must(kit.DB.Catalog().SaveVersion(ctx, step.version))
				return kit.DB.Changed(ctx, event.TagOf(event.TagVersion, step.version.ID), event.Routes)
			}))
			if got := call(node, has.secrets[0]); got != step.want {
				t.Errorf("published %v: answered %d", name, got)
			}
		}
	})
}
