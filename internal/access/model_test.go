package access_test

import (
	"flag"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// TestTheServiceFollowsTheModel sends the same random calls to the service and to a model that keeps lists in memory.
// Both must give the same answers, states and working keys.
func TestTheServiceFollowsTheModel(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if before == checks.DefValue { // each check takes about 30 transactions
		_ = checks.Value.Set("15")
		defer func() { _ = checks.Value.Set(before) }()
	}
	eachWorld(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(t *rapid.T) {
			m := newModel(t, w)
			t.Repeat(map[string]func(*rapid.T){
				"":             m.agree,
				"ask":          m.ask,
				"decide":       m.decide,
				"withdraw":     m.withdraw,
				"grant":        m.grant,
				"suspend":      m.staff("suspend", access.Suspended, access.Approved),
				"reinstate":    m.staff("reinstate", access.Approved, access.Suspended),
				"revoke":       m.staff("revoke", access.Revoked, access.Approved, access.Suspended),
				"expire":       m.staff("expire", access.Expired, access.Approved, access.Suspended),
				"cancel":       m.staff("cancel", access.Cancelled, access.Pending, access.Approved, access.Suspended),
				"remove":       m.remove,
				"clear":        m.clear,
				"change plan":  m.changePlan,
				"issue":        m.issue,
				"regenerate":   m.regenerate,
				"rotate":       m.rotate,
				"revoke a key": m.revokeKey,
				"time passes":  func(*rapid.T) { w.Clock.Advance(20 * time.Minute) },
			})
		})
	})
}

type modelSubscription struct {
	id               access.SubscriptionID
	application      access.ApplicationID
	plan             plan.Plan
	state            access.SubscriptionState
	request          *modelRequest
	removed, cleared bool
}

type modelRequest struct {
	id    access.RequestID
	state access.RequestState
}

type modelKey struct {
	id           access.CredentialID
	subscription *modelSubscription
	secret       string
	revoked      bool
	grace        time.Time
}

type model struct {
	w             *world
	owner         identity.Principal
	applications  []access.ApplicationID
	plans         []plan.Plan
	requests      []*modelRequest
	subscriptions []*modelSubscription
	keys          []*modelKey
}

// newModel returns a model with a new team, so that checks do not affect one another.
func newModel(t *rapid.T, w *world) *model {
	m := &model{w: w, owner: w.Owner, plans: []plan.Plan{w.production, w.single, w.gold, w.silver}}
	m.owner.Team = id.New[identity.TeamID](w.Clock.Now())
	m.must(t, w.DB.Accounts().SaveTeam(t.Context(), account.Team{ID: m.owner.Team, Name: "Model"}))
	for range 2 {
		made, err := w.Access.CreateApplication(w.As(m.owner), access.NewApplication{Name: w.uniqueName("Model")})
		m.must(t, err)
		m.applications = append(m.applications, made.Application.ID)
	}
	return m
}

func (m *model) must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer fails the test unless the error has the wanted code, empty for success. It reports whether the call succeeded.
func (m *model) answer(t *rapid.T, err error, want string) bool {
	t.Helper()
	got := ""
	if err != nil {
		got = fault.From(err).Code
	}
	if got != want {
		t.Fatalf("got %v, want %q", err, want)
	}
	return err == nil
}

// agree compares the store with the model.
func (m *model) agree(t *rapid.T) {
	held := map[string]plan.ID{}
	for _, subscription := range m.subscriptions {
		stored, err := m.w.DB.Access().Subscription(t.Context(), subscription.id)
		m.must(t, err)
		if stored.State != subscription.state || stored.Plan != subscription.plan.ID || stored.RemovedAt.IsZero() == subscription.removed {
			t.Fatalf("got %+v stored, want %+v", stored, subscription)
		}
		if family := subscription.plan.Family; family != "" && subscription.held() {
			if other, there := held[family]; there && other != subscription.plan.ID {
				t.Fatalf("got the plans %s and %s of one family, want one", other, subscription.plan.ID)
			}
			held[family] = subscription.plan.ID
		}
	}
	for _, request := range m.requests {
		stored, err := m.w.DB.Access().Request(t.Context(), request.id)
		m.must(t, err)
		if stored.State != request.state {
			t.Fatalf("got a request that is %s, want %s", stored.State, request.state)
		}
	}
	if len(m.keys) == 0 {
		return
	}
	key := m.keys[rapid.IntRange(0, len(m.keys)-1).Draw(t, "key to try")]
	want := !key.revoked && key.subscription.state == access.Approved && (key.grace.IsZero() || m.w.Clock.Now().Before(key.grace))
	if got := m.w.opens(key.secret, m.w.first); got != want {
		t.Fatalf("key of a subscription that is %s: got access %v, want %v", key.subscription.state, got, want)
	}
}

func (s *modelSubscription) held() bool {
	return slices.Contains(access.HeldStates(), s.state)
}

func (s *modelSubscription) blocks() bool {
	return s.held() || s.state == access.Rejected && !s.removed || s.state == access.Revoked && !s.cleared
}

// room returns the code of the conflict with another subscription, empty if there is none. It ignores the named one.
func (m *model) room(application access.ApplicationID, wanted plan.Plan, ignored *modelSubscription) string {
	for _, other := range m.subscriptions {
		if other != ignored && other.application == application && other.plan.ID == wanted.ID && other.blocks() {
			return "already_subscribed"
		}
	}
	for _, other := range m.subscriptions {
		if other != ignored && wanted.Family != "" && other.plan.Family == wanted.Family && other.plan.ID != wanted.ID && other.held() {
			return "family_held"
		}
	}
	return ""
}

// lasting returns the code of the conflict that a replacement of the key meets, empty if there is none.
func (m *model) lasting(key *modelKey) string {
	switch {
	case key.revoked, !key.grace.IsZero() && !m.w.Clock.Now().Before(key.grace):
		return "credential_over"
	case !key.grace.IsZero():
		return "credential_replaced"
	}
	return ""
}

// fits returns the code of the limit that more keys of an application would exceed, empty if there is room.
func (m *model) fits(application access.ApplicationID, more int) string {
	for _, key := range m.keys {
		if key.subscription.application == application && m.lasting(key) == "" {
			more++
		}
	}
	if more > 20 {
		return "credential_limit"
	}
	return ""
}

// end moves a subscription to the state. A final state also revokes its keys and withdraws its pending request.
func (m *model) end(subscription *modelSubscription, state access.SubscriptionState) {
	subscription.state = state
	if !state.Final() {
		return
	}
	for _, key := range m.keys {
		if key.subscription == subscription {
			key.revoked = true
		}
	}
	if request := subscription.request; request != nil && request.state == access.RequestPending {
		request.state = access.RequestWithdrawn
	}
}

// opened adds a subscription and its keys to the model.
func (m *model) opened(made access.Subscription, under plan.Plan, issued []access.IssuedCredential, request *modelRequest) {
	subscription := &modelSubscription{id: made.ID, application: made.Application, plan: under, state: made.State, request: request}
	m.subscriptions = append(m.subscriptions, subscription)
	for _, key := range issued {
		m.keys = append(m.keys, &modelKey{id: key.Credential.ID, subscription: subscription, secret: key.Secret})
	}
}
