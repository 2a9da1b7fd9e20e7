package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/publish"
)

var _ publish.Access = (*Service)(nil)

// Hanging implements publish.Access: the open subscriptions under plans that are taken down, those narrowed to versions
// that are, and those that lose one version among others.
func (s *Service) Hanging(ctx context.Context, taken publish.TakenDown) ([]publish.Hanging, error) {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return nil, err
	}
	ending, err := s.ending(ctx, taken)
	if err != nil {
		return nil, err
	}
	var hanging []publish.Hanging
	tell := func(subscription Subscription, ends bool) error {
		application, err := s.store.Application(ctx, subscription.Application)
		if err != nil {
			return err
		}
		team, err := s.accounts.Team(ctx, subscription.Team)
		hanging = append(hanging, publish.Hanging{
			Plan: subscription.Plan, Team: team.Name, Application: application.Name, State: string(subscription.StateAt(s.now())), Ends: ends,
		})
		return err
	}
	for _, subscription := range ending {
		if err := tell(subscription, true); err != nil {
			return nil, err
		}
	}
	for _, narrowed := range taken.Narrowed {
		under, err := s.held(ctx, SubscriptionFilter{Plan: narrowed})
		if err != nil {
			return nil, err
		}
		for _, subscription := range under {
			if !subscription.Version.IsZero() {
				continue // it goes on, or is among those that end
			}
			if err := tell(subscription, false); err != nil {
				return nil, err
			}
		}
	}
	return hanging, nil
}

// EndHanging implements publish.Access. What waits for a decision is cancelled, what was approved is revoked.
func (s *Service) EndHanging(ctx context.Context, taken publish.TakenDown, reason string) error {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		ending, err := s.ending(ctx, taken)
		if err != nil {
			return err
		}
		// Always in the same order, so that two of these never wait for each other.
		slices.SortFunc(ending, func(a, b Subscription) int {
			return cmp.Or(cmp.Compare(a.Team.Hex(), b.Team.Hex()), cmp.Compare(a.ID.Hex(), b.ID.Hex()))
		})
		for _, subscription := range ending {
			err := s.change(ctx, subscription.Team, func(ctx context.Context) error { return s.end(ctx, subscription.ID, reason) })
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// end closes a subscription that somebody else may have closed meanwhile.
func (s *Service) end(ctx context.Context, id SubscriptionID, reason string) error {
	subscription, err := s.store.Subscription(ctx, id)
	if err != nil || !subscription.Held(s.now()) {
		return err
	}
	to := Revoked
	if subscription.State == Pending {
		to = Cancelled
	}
	application, err := s.store.Application(ctx, subscription.Application)
	if err != nil {
		return err
	}
	if subscription, err = s.moveByStaff(ctx, application, subscription, to, reason); err != nil {
		return err
	}
	return s.withdrawEmptied(ctx, subscription.Request)
}

// ending are the open subscriptions that lose everything, each once.
func (s *Service) ending(ctx context.Context, taken publish.TakenDown) ([]Subscription, error) {
	var filters []SubscriptionFilter
	for _, plan := range taken.Plans {
		filters = append(filters, SubscriptionFilter{Plan: plan})
	}
	for _, version := range taken.Versions {
		filters = append(filters, SubscriptionFilter{Version: version})
	}
	var ending []Subscription
	known := map[SubscriptionID]bool{}
	for _, filter := range filters {
		found, err := s.held(ctx, filter)
		if err != nil {
			return nil, err
		}
		for _, subscription := range found {
			if !known[subscription.ID] {
				known[subscription.ID] = true
				ending = append(ending, subscription)
			}
		}
	}
	return ending, nil
}

// held are the subscriptions of the filter that are open now.
func (s *Service) held(ctx context.Context, filter SubscriptionFilter) ([]Subscription, error) {
	filter.States = HeldStates()
	found, err := s.subscriptions(ctx, filter)
	return slices.DeleteFunc(found, func(subscription Subscription) bool { return !subscription.Held(s.now()) }), err
}
