package access_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

func (m *model) draw(t *rapid.T) (access.ApplicationID, plan.Plan) {
	return rapid.SampledFrom(m.applications).Draw(t, "application"), rapid.SampledFrom(m.plans).Draw(t, "plan")
}

func (m *model) ask(t *rapid.T) {
	application, wanted := m.draw(t)
	in := askFor(wanted)
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
	var unblocked []*modelSubscription
	for _, past := range m.subscriptions {
		if past.application == application && past.plan.ID == wanted.ID && past.blocks() && !past.held() {
			unblocked = append(unblocked, past)
		}
	}
	before := make([]modelSubscription, len(unblocked))
	for i, past := range unblocked {
		before[i] = *past
		past.removed, past.cleared = past.removed || past.state == access.Rejected, past.cleared || past.state == access.Revoked
	}
	want := m.room(application, wanted, nil)
	if want == "" && wanted.Keys.Pair {
		want = m.fits(application, 2)
	}
	granted, err := m.w.Access.GrantAccess(m.w.As(m.w.Staff), access.NewAccess{Application: application, Plan: wanted.ID})
	if !m.answer(t, err, want) {
		for i, past := range unblocked {
			*past = before[i]
		}
		return
	}
	for i, key := range granted.Issued { // staff do not see the secret
		shown, err := m.w.Access.RevealCredential(m.w.As(m.owner), key.Credential.ID)
		m.must(t, err)
		granted.Issued[i].Secret = shown
	}
	m.opened(granted.Subscription, wanted, granted.Issued, nil)
}

// drawOne draws an item of the list. It skips the step if the list is empty.
func drawOne[T any](t *rapid.T, from []T) T {
	if len(from) == 0 {
		t.Skip("nothing to draw from yet")
	}
	return from[rapid.IntRange(0, len(from)-1).Draw(t, "which")]
}

func (m *model) decide(t *rapid.T) {
	request, approve := drawOne(t, m.requests), rapid.Bool().Draw(t, "approve")
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
	request := drawOne(t, m.requests)
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

// staff returns a step in which staff move a subscription from one of the states to another.
func (m *model) staff(verb string, to access.SubscriptionState, from ...access.SubscriptionState) func(*rapid.T) {
	return func(t *rapid.T) {
		subscription, ctx := drawOne(t, m.subscriptions), m.w.As(m.w.Staff)
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
			_, err = m.w.Access.CancelSubscription(ctx, subscription.id, "")
		}
		if m.answer(t, err, want) {
			m.end(subscription, to)
		}
	}
}

func (m *model) remove(t *rapid.T) {
	subscription := drawOne(t, m.subscriptions)
	want := ""
	if subscription.removed {
		want = "not_found"
	}
	_, err := m.w.Access.CancelSubscription(m.w.As(m.owner), subscription.id, "")
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
	subscription := drawOne(t, m.subscriptions)
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
	subscription, wanted := drawOne(t, m.subscriptions), rapid.SampledFrom(m.plans).Draw(t, "plan")
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
	subscription := drawOne(t, m.subscriptions)
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
	key := drawOne(t, m.keys)
	old := key.secret
	issued, err := m.w.Access.RegenerateCredential(m.w.As(m.owner), key.id)
	if m.answer(t, err, m.lasting(key)) {
		key.secret = issued.Secret
		if m.w.opens(old, m.w.first) {
			t.Fatal("got access with the old secret, want none")
		}
	}
}

func (m *model) rotate(t *rapid.T) {
	key := drawOne(t, m.keys)
	issued, err := m.w.Access.RotateCredential(m.w.As(m.owner), access.RotateCredential{Credential: key.id, Overlap: time.Hour})
	if m.answer(t, err, m.lasting(key)) {
		key.grace = m.w.Clock.Now().Add(time.Hour)
		m.keys = append(m.keys, &modelKey{id: issued.Credential.ID, subscription: key.subscription, secret: issued.Secret})
	}
}

func (m *model) revokeKey(t *rapid.T) {
	key := drawOne(t, m.keys)
	m.must(t, m.w.Access.RevokeCredential(m.w.As(m.owner), key.id))
	key.revoked = true
}
