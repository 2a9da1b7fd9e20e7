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

// TestTheServiceFollowsTheModel drives the service and a model of it, which is nothing but lists in memory, with the same
// random verbs, and expects the same answers, states and open keys.
func TestTheServiceFollowsTheModel(t *testing.T) {
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if before == checks.DefValue { // each check is some thirty transactions
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

// newModel begins with a team of its own, so that the checks do not meet.
func newModel(t *rapid.T, w *world) *model {
	m := &model{w: w, owner: w.Owner, plans: []plan.Plan{w.production, w.single, w.gold, w.silver}}
	m.owner.Team = id.New[identity.TeamID](w.Clock.Now())
	m.must(t, w.DB.Accounts().SaveTeam(t.Context(), account.Team{ID: m.owner.Team, Name: "Model"}))
	for range 2 {
		made, err := w.Access.CreateApplication(w.As(m.owner), access.NewApplication{Name: "Model"})
		m.must(t, err)
		m.applications = append(m.applications, made.ID)
	}
	return m
}

func (m *model) must(t *rapid.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer compares an answer with the model's: a code, or empty for none.
func (m *model) answer(t *rapid.T, err error, want string) bool {
	t.Helper()
	got := ""
	if err != nil {
		got = fault.From(err).Code
	}
	if got != want {
		t.Fatalf("answered %v, want %q", err, want)
	}
	return err == nil
}

// agree compares what is stored with the model.
func (m *model) agree(t *rapid.T) {
	held := map[string]plan.ID{}
	for _, subscription := range m.subscriptions {
		stored, err := m.w.DB.Access().Subscription(t.Context(), subscription.id)
		m.must(t, err)
		if stored.State != subscription.state || stored.Plan != subscription.plan.ID || stored.RemovedAt.IsZero() == subscription.removed {
			t.Fatalf("stored %+v, want %+v", stored, subscription)
		}
		if family := subscription.plan.Family; family != "" && subscription.held() {
			if other, there := held[family]; there && other != subscription.plan.ID {
				t.Fatal("the team holds two plans of a family")
			}
			held[family] = subscription.plan.ID
		}
	}
	for _, request := range m.requests {
		stored, err := m.w.DB.Access().Request(t.Context(), request.id)
		m.must(t, err)
		if stored.State != request.state {
			t.Fatalf("a request is %s, want %s", stored.State, request.state)
		}
	}
	if len(m.keys) == 0 {
		return
	}
	key := m.keys[rapid.IntRange(0, len(m.keys)-1).Draw(t, "key to try")]
	want := !key.revoked && key.subscription.state == access.Approved && (key.grace.IsZero() || m.w.Clock.Now().Before(key.grace))
	if got := m.w.opens(key.secret, m.w.first); got != want {
		t.Fatalf("the key of a subscription that is %s opens: %v, want %v", key.subscription.state, got, want)
	}
}

func (s *modelSubscription) held() bool {
	return slices.Contains(access.HeldStates(), s.state)
}

func (s *modelSubscription) blocks() bool {
	return s.held() || s.state == access.Rejected && !s.removed || s.state == access.Revoked && !s.cleared
}

// room is the code of what stands in the way of a subscription, the one named left aside.
func (m *model) room(application access.ApplicationID, wanted plan.Plan, aside *modelSubscription) string {
	for _, other := range m.subscriptions {
		if other != aside && other.application == application && other.plan.ID == wanted.ID && other.blocks() {
			return "already_subscribed"
		}
	}
	for _, other := range m.subscriptions {
		if other != aside && wanted.Family != "" && other.plan.Family == wanted.Family && other.plan.ID != wanted.ID && other.held() {
			return "family_held"
		}
	}
	return ""
}

func (m *model) lasting(key *modelKey) string {
	switch {
	case key.revoked, !key.grace.IsZero() && !m.w.Clock.Now().Before(key.grace):
		return "credential_over"
	case !key.grace.IsZero():
		return "credential_replaced"
	}
	return ""
}

// fits is the code of what stands in the way of so many more keys of an application.
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

func (m *model) opened(made access.Subscription, under plan.Plan, issued []access.IssuedCredential, request *modelRequest) {
	subscription := &modelSubscription{id: made.ID, application: made.Application, plan: under, state: made.State, request: request}
	m.subscriptions = append(m.subscriptions, subscription)
	for _, key := range issued {
		m.keys = append(m.keys, &modelKey{id: key.Credential.ID, subscription: subscription, secret: key.Secret})
	}
}

func (m *model) draw(t *rapid.T) (access.ApplicationID, plan.Plan) {
	return rapid.SampledFrom(m.applications).Draw(t, "application"), rapid.SampledFrom(m.plans).Draw(t, "plan")
}

func (m *model) ask(t *rapid.T) {
	application, wanted := m.draw(t)
	in := wanting(wanted)
	in.Application = application
	want := m.room(application, wanted, nil)
	if want == "" && wanted.Keys.Pair {
		want = m.fits(application, 2)
	}
	decided, err := m.w.Access.RequestAccess(m.w.As(m.owner), in)
	if m.answer(t, err, want) {
		request := &modelRequest{id: decided.Request.ID, state: access.RequestApproved}
		if wanted.Approval == plan.StaffApproval {
			request.state = access.RequestPending
		}
		m.requests = append(m.requests, request)
		m.opened(decided.Subscriptions[0], wanted, decided.Issued, request)
	}
}

func (m *model) grant(t *rapid.T) {
	application, wanted := m.draw(t)
	var forgiven []*modelSubscription
	for _, past := range m.subscriptions {
		if past.application == application && past.plan.ID == wanted.ID && past.blocks() && !past.held() {
			forgiven = append(forgiven, past)
		}
	}
	before := make([]modelSubscription, len(forgiven))
	for i, past := range forgiven {
		before[i] = *past
		past.removed, past.cleared = past.removed || past.state == access.Rejected, past.cleared || past.state == access.Revoked
	}
	want := m.room(application, wanted, nil)
	if want == "" && wanted.Keys.Pair {
		want = m.fits(application, 2)
	}
	granted, err := m.w.Access.GrantAccess(m.w.As(m.w.Staff), access.NewAccess{Application: application, Plan: wanted.ID})
	if !m.answer(t, err, want) {
		for i, past := range forgiven {
			*past = before[i]
		}
		return
	}
	for i, key := range granted.Issued { // which staff do not see
		shown, err := m.w.Access.RevealCredential(m.w.As(m.owner), key.Credential.ID)
		m.must(t, err)
		granted.Issued[i].Secret = shown
	}
	m.opened(granted.Subscription, wanted, granted.Issued, nil)
}

func one[T any](t *rapid.T, from []T) T {
	if len(from) == 0 {
		t.Skip("there is none yet")
	}
	return from[rapid.IntRange(0, len(from)-1).Draw(t, "which")]
}

func (m *model) decide(t *rapid.T) {
	request, approve := one(t, m.requests), rapid.Bool().Draw(t, "approve")
	want := ""
	if request.state != access.RequestPending {
		want = "already_processed"
	}
	_, err := m.w.Access.DecideRequest(m.w.As(m.w.Staff), access.Decision{Request: request.id, Approve: approve})
	if !m.answer(t, err, want) {
		return
	}
	state := access.Rejected
	request.state = access.RequestRejected
	if approve {
		state, request.state = access.Approved, access.RequestApproved
	}
	m.endParts(request, state)
}

func (m *model) endParts(request *modelRequest, state access.SubscriptionState) {
	for _, subscription := range m.subscriptions {
		if subscription.request == request && subscription.state == access.Pending {
			m.end(subscription, state)
			subscription.removed = state == access.Cancelled
		}
	}
}

func (m *model) withdraw(t *rapid.T) {
	request := one(t, m.requests)
	want := ""
	if request.state != access.RequestPending {
		want = "already_processed"
	}
	_, err := m.w.Access.WithdrawRequest(m.w.As(m.owner), request.id)
	if m.answer(t, err, want) {
		request.state = access.RequestWithdrawn
		m.endParts(request, access.Cancelled)
	}
}

// staff is a verb of the staff that moves a subscription out of some states into one.
func (m *model) staff(verb string, to access.SubscriptionState, from ...access.SubscriptionState) func(*rapid.T) {
	return func(t *rapid.T) {
		subscription, ctx := one(t, m.subscriptions), m.w.As(m.w.Staff)
		want := "state_conflict"
		if slices.Contains(from, subscription.state) {
			want = ""
		}
		var err error
		switch verb {
		case "suspend":
			_, err = m.w.Access.SuspendSubscription(ctx, subscription.id, "")
		case "reinstate":
			_, err = m.w.Access.ReinstateSubscription(ctx, subscription.id)
		case "revoke":
			_, err = m.w.Access.RevokeSubscription(ctx, subscription.id, "")
		case "expire":
			_, err = m.w.Access.ExpireSubscription(ctx, subscription.id)
		case "cancel":
			_, err = m.w.Access.CancelSubscription(ctx, subscription.id)
		}
		if m.answer(t, err, want) {
			m.end(subscription, to)
		}
	}
}

func (m *model) remove(t *rapid.T) {
	subscription := one(t, m.subscriptions)
	want := ""
	if subscription.removed {
		want = "not_found"
	}
	_, err := m.w.Access.CancelSubscription(m.w.As(m.owner), subscription.id)
	if !m.answer(t, err, want) {
		return
	}
	subscription.removed = true
	switch subscription.state {
	case access.Pending, access.Approved:
		m.end(subscription, access.Cancelled)
	case access.Suspended:
		m.end(subscription, access.Revoked)
	case access.Rejected, access.Cancelled, access.Revoked, access.Expired:
	}
}

func (m *model) clear(t *rapid.T) {
	subscription := one(t, m.subscriptions)
	want := "state_conflict"
	if subscription.state == access.Revoked {
		want = ""
	}
	_, err := m.w.Access.ClearSubscription(m.w.As(m.w.Staff), subscription.id)
	if m.answer(t, err, want) {
		subscription.cleared = true
	}
}

func (m *model) changePlan(t *rapid.T) {
	subscription, wanted := one(t, m.subscriptions), rapid.SampledFrom(m.plans).Draw(t, "plan")
	want := ""
	switch {
	case subscription.state != access.Approved && subscription.state != access.Suspended:
		want = "state_conflict"
	case subscription.plan.ID != wanted.ID:
		want = m.room(subscription.application, wanted, subscription)
	}
	_, err := m.w.Access.ChangePlan(m.w.As(m.w.Staff), access.ChangePlan{Subscription: subscription.id, Plan: wanted.ID})
	if m.answer(t, err, want) {
		subscription.plan = wanted
	}
}

func (m *model) issue(t *rapid.T) {
	subscription := one(t, m.subscriptions)
	want := ""
	switch {
	case subscription.removed:
		want = "not_found"
	case subscription.state != access.Approved:
		want = "not_approved"
	default:
		want = m.fits(subscription.application, 1)
	}
	issued, err := m.w.Access.IssueCredential(m.w.As(m.owner), access.NewCredential{
		Application: subscription.application, Subscription: subscription.id,
	})
	if m.answer(t, err, want) {
		m.keys = append(m.keys, &modelKey{id: issued.Credential.ID, subscription: subscription, secret: issued.Secret})
	}
}

func (m *model) regenerate(t *rapid.T) {
	key := one(t, m.keys)
	old := key.secret
	issued, err := m.w.Access.RegenerateCredential(m.w.As(m.owner), key.id)
	if m.answer(t, err, m.lasting(key)) {
		key.secret = issued.Secret
		if m.w.opens(old, m.w.first) {
			t.Fatal("the old secret opens")
		}
	}
}

func (m *model) rotate(t *rapid.T) {
	key := one(t, m.keys)
	issued, err := m.w.Access.RotateCredential(m.w.As(m.owner), access.RotateCredential{Credential: key.id, Overlap: time.Hour})
	if m.answer(t, err, m.lasting(key)) {
		key.grace = m.w.Clock.Now().Add(time.Hour)
		m.keys = append(m.keys, &modelKey{id: issued.Credential.ID, subscription: key.subscription, secret: issued.Secret})
	}
}

func (m *model) revokeKey(t *rapid.T) {
	key := one(t, m.keys)
	m.must(t, m.w.Access.RevokeCredential(m.w.As(m.owner), key.id))
	key.revoked = true
}
