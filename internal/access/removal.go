package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Removal names plans and versions that are about to be removed.
type Removal struct {
	Plans    []plan.ID
	Versions []catalog.VersionID
	// Narrowed are the plans that stay but lose one of the versions.
	Narrowed []plan.ID
}

// AffectedSubscription is an open subscription that loses access through a Removal.
type AffectedSubscription struct {
	Plan              plan.ID
	Team, Application string
	State             SubscriptionState
	// Ends reports whether the subscription loses everything; otherwise it keeps its plan's other versions.
	Ends bool
}

// AffectedSubscriptions lists the open subscriptions that lose all or part of their access through a removal.
func (s *Service) AffectedSubscriptions(ctx context.Context, removal Removal) ([]AffectedSubscription, error) {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return nil, err
	}
	ending, err := s.ending(ctx, removal)
	if err != nil {
		return nil, err
	}
	var affected []AffectedSubscription
	add := func(subscription Subscription, ends bool) error {
		application, err := s.store.Application(ctx, subscription.Application)
		if err != nil {
			return err
		}
		team, err := s.accounts.Team(ctx, subscription.Team)
		affected = append(affected, AffectedSubscription{
			Plan: subscription.Plan, Team: team.Name, Application: application.Name, State: subscription.StateAt(s.now()), Ends: ends,
		})
		return err
	}
	for _, subscription := range ending {
		if err := add(subscription, true); err != nil {
			return nil, err
		}
	}
	for _, narrowed := range removal.Narrowed {
		under, err := s.held(ctx, SubscriptionFilter{Plan: narrowed})
		if err != nil {
			return nil, err
		}
		for _, subscription := range under {
			if !subscription.Version.IsZero() {
				continue // it is unaffected, or already among those that end
			}
			if err := add(subscription, false); err != nil {
				return nil, err
			}
		}
	}
	return affected, nil
}

// EndAffected cancels the pending and revokes the approved subscriptions that lose everything through a removal.
func (s *Service) EndAffected(ctx context.Context, removal Removal, reason string) error {
	if err := identity.Require(ctx, identity.GrantAccess); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		return s.endAffected(ctx, removal, reason, plans)
	})
}

func (s *Service) endAffected(ctx context.Context, removal Removal, reason string, plans planSet) error {
	ending, err := s.ending(ctx, removal)
	if err != nil {
		return err
	}
	// The same order every time, so that two of these transactions cannot deadlock.
	slices.SortFunc(ending, func(a, b Subscription) int {
		return cmp.Or(cmp.Compare(a.Team.Hex(), b.Team.Hex()), cmp.Compare(a.ID.Hex(), b.ID.Hex()))
	})
	for _, subscription := range ending {
		err := s.change(ctx, subscription.Team, func(ctx context.Context) error { return s.end(ctx, subscription.ID, reason, plans) })
		if err != nil {
			return err
		}
	}
	return nil
}

// endAlone ends a subscription in its own transaction.
func (s *Service) endAlone(ctx context.Context, subscription Subscription, reason string) error {
	return s.change(ctx, subscription.Team, func(ctx context.Context) error {
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		return s.end(ctx, subscription.ID, reason, plans)
	})
}

// end closes a subscription unless it is closed already.
func (s *Service) end(ctx context.Context, id SubscriptionID, reason string, plans planSet) error {
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
	if subscription, err = s.moveByStaff(ctx, application, subscription, to, reason, plans); err != nil {
		return err
	}
	return s.withdrawEmptied(ctx, subscription.Request)
}

// ending returns the open subscriptions that lose everything, without duplicates.
func (s *Service) ending(ctx context.Context, removal Removal) ([]Subscription, error) {
	var filters []SubscriptionFilter
	for _, plan := range removal.Plans {
		filters = append(filters, SubscriptionFilter{Plan: plan})
	}
	for _, version := range removal.Versions {
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

// held returns the subscriptions of the filter that are open now.
func (s *Service) held(ctx context.Context, filter SubscriptionFilter) ([]Subscription, error) {
	filter.States = HeldStates()
	found, err := s.subscriptions(ctx, filter)
	return slices.DeleteFunc(found, func(subscription Subscription) bool { return !subscription.Held(s.now()) }), err
}
