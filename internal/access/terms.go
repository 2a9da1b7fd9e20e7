package access

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// terms is everything about a new credential that is decided before its secret is created.
type terms struct {
	// id is the chosen ID; zero if any is fine.
	id           CredentialID
	subscription SubscriptionID
	environment  string
	kind         plan.Kind
	slot         Slot
	name         string
	scopes       []string
	policy       plan.KeyPolicy
	expiresAt    time.Time
	rotatedFrom  CredentialID
	ticket       bool
}

// terms derives the terms of a requested key from the plans that it serves. Without such plans, it uses the strategies.
func (s *Service) terms(ctx context.Context, application Application, in NewCredential, plans planSet) (terms, error) {
	under, err := s.plansBehind(ctx, application, in, plans)
	if err != nil {
		return terms{}, err
	}
	strategy, err := strategyFor(application, under, plans)
	if err != nil {
		return terms{}, err
	}
	made := terms{
		subscription: in.Subscription, slot: in.Slot, name: strings.TrimSpace(in.Name), scopes: in.Scopes,
		kind: strategy.Kind, policy: plan.KeyPolicy{Format: plan.PrefixedKey},
	}
	if len(under) > 0 {
		made.policy = under[0].Keys
	}
	if made.environment, err = s.environmentFor(ctx, application, in, strategy, under, plans); err != nil {
		return terms{}, err
	}
	if in.Slot != NoSlot && !made.policy.Pair {
		return terms{}, invalid("slot", "is only for plans with a pair of keys")
	}
	if err := checkScopes(in.Scopes, strategy, under); err != nil {
		return terms{}, err
	}
	made.expiresAt, err = expiry(in, made.policy, s.now())
	return made, err
}

func invalid(name, reason string) error {
	return fault.InvalidFields([]fault.Field{{Name: name, Reason: reason}})
}

// plansBehind returns the plans that the key would serve, starting with the plan whose key policy applies. These are
// the plan of the bound subscription, or all plans that the application has in the environment.
func (s *Service) plansBehind(ctx context.Context, application Application, in NewCredential, plans planSet) ([]plan.Plan, error) {
	now := s.now()
	if !in.Subscription.IsZero() {
		subscription, err := s.store.Subscription(ctx, in.Subscription)
		if err != nil {
			return nil, err
		}
		if subscription.Application != application.ID || !subscription.RemovedAt.IsZero() {
			return nil, fault.Missing("subscription")
		}
		if state := subscription.StateAt(now); state != Approved {
			return nil, fault.Newf(fault.Conflict, "not_approved", "The subscription is %s. Keys can be issued once it is approved.", state)
		}
		under, exists := plans.byID[subscription.Plan]
		if !exists {
			return nil, fault.Missing("plan")
		}
		return []plan.Plan{under}, nil
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Application: application.ID, States: HeldStates()})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(held, func(a, b Subscription) int {
		return cmp.Or(first(a.State == Approved, b.State == Approved), chargedBefore(a, b, SubscriptionID{}))
	})
	var behind []plan.Plan
	for _, subscription := range held {
		under, exists := plans.byID[subscription.Plan]
		if exists && subscription.Held(now) && (in.Environment == "" || under.Environment == in.Environment) {
			behind = append(behind, under)
		}
	}
	return behind, nil
}

// strategyFor returns the strategy of the key's plans, else of the application, else the portal's default.
func strategyFor(application Application, under []plan.Plan, plans planSet) (plan.Strategy, error) {
	wanted := application.Strategy
	if len(under) > 0 {
		wanted = under[0].Strategy
	}
	found := strategyOr(plans.strategies, wanted)
	switch {
	case found.ID.IsZero() && wanted.IsZero():
		return plan.Strategy{Kind: plan.Key}, nil
	case found.ID.IsZero():
		return plan.Strategy{}, fault.New(fault.Conflict, "strategy_gone", "This authentication strategy was deleted. Ask the portal's staff for another plan or application.")
	case !found.Kind.Issued():
		return plan.Strategy{}, fault.Newf(fault.Conflict, "kind_not_issued", "This portal does not issue %s credentials. Use another plan or application.", found.Kind)
	}
	return found, nil
}

// checkScopes returns nil if the plans or the strategy know every scope.
func checkScopes(scopes []string, strategy plan.Strategy, under []plan.Plan) error {
	known := slices.Clone(strategy.Scopes)
	for _, one := range under {
		known = append(known, one.Scopes...)
	}
	for _, scope := range scopes {
		if !slices.Contains(known, scope) {
			return invalid("scopes", "has a scope that the plans do not grant")
		}
	}
	return nil
}

func expiry(in NewCredential, policy plan.KeyPolicy, now time.Time) (time.Time, error) {
	expires := in.ExpiresAt
	switch {
	case in.Validity > 0:
		expires = now.Add(in.Validity)
	case expires.IsZero() && policy.Validity > 0:
		expires = now.Add(policy.Validity)
	}
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now) {
		return time.Time{}, invalid("expires_at", "must be in the future")
	}
	if policy.Validity > 0 && expires.After(now.Add(policy.Validity)) {
		return time.Time{}, invalid("validity", "is longer than the plan allows")
	}
	return expires, nil
}
