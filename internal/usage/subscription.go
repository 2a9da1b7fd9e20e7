package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// SubscriptionPage is everything about one subscription, for staff.
type SubscriptionPage struct {
	SubscriptionUse
	// Plans are those that it may be moved under: of the same environment and strategy, but not its own.
	Plans []plan.Plan
	// At is the moment that everything here holds for.
	At time.Time
}

// SubscriptionPage returns everything about one subscription.
func (s *Service) SubscriptionPage(ctx context.Context, wanted access.SubscriptionID) (SubscriptionPage, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return SubscriptionPage{}, err
	}
	detail, err := s.access.Subscription(ctx, wanted)
	if err != nil {
		return SubscriptionPage{}, err
	}
	shown := SubscriptionPage{At: s.now()}
	uses, err := s.usesOf(ctx, detail.Subscription.Team, []access.SubscriptionDetail{detail}, shown.At)
	if err != nil {
		return SubscriptionPage{}, err
	}
	shown.SubscriptionUse = uses[0]
	shown.Plans, err = s.access.OtherPlans(ctx, detail.Plan)
	return shown, err
}

// RequestPage is a request with what one needs to decide about it, and how much the team calls.
type RequestPage struct {
	access.InboxEntry
	// Calls are those of the team in the last days, the present one last.
	Calls []DayCalls
	At    time.Time
}

// RequestPage returns everything that one needs to decide about a request.
func (s *Service) RequestPage(ctx context.Context, wanted access.RequestID) (RequestPage, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return RequestPage{}, err
	}
	entry, err := s.access.InboxEntry(ctx, wanted)
	if err != nil {
		return RequestPage{}, err
	}
	shown := RequestPage{InboxEntry: entry, At: s.now()}
	calls, err := s.dailyCalls(ctx, []identity.TeamID{entry.Request.Team}, shown.At)
	shown.Calls = calls[entry.Request.Team]
	return shown, err
}
