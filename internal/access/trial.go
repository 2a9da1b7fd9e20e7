package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/plan"
)

// Trial is everything that a form is made of which tries out an operation: what the operation takes, where it is
// called, and with which of the reader's own keys.
type Trial struct {
	Version   catalog.Version
	Operation openapi.Operation
	// Keys says what a pasted key is sent in, per environment of the version.
	Keys map[string]KeyPlace
	// Subscriptions are the approved ones of the reader's team that open the version in one of its environments.
	Subscriptions []TrialSubscription
}

// KeyPlace is how a key is sent.
type KeyPlace struct {
	Kind plan.Kind
	// Header is the name that a key is sent in; a Basic credential has its own.
	Header string
}

// TrialSubscription is a subscription to try an operation under.
type TrialSubscription struct {
	SubscriptionDetail
	Place KeyPlace
	// Shown are the keys that the reader may see again. For the others they get a ticket, if Actions.IssueTicket.
	Shown []Credential
}

// Trial returns what it takes to try an operation out. Whoever may see the operation may; subscriptions are the
// reader's own team's.
func (s *Service) Trial(ctx context.Context, slug, version, operation string) (Trial, error) {
	at, tried, err := s.products.OperationInput(ctx, slug, version, operation)
	if err != nil {
		return Trial{}, err
	}
	trial := Trial{Version: at, Operation: tried, Keys: map[string]KeyPlace{}}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return Trial{}, err
	}
	for _, endpoint := range at.Endpoints {
		trial.Keys[endpoint.Environment] = placeFor(plans, at.ID, endpoint.Environment)
	}
	own, err := s.ownSubscriptions(ctx, plans.byID, []catalog.Version{at})
	if err != nil {
		return Trial{}, err
	}
	for _, detail := range own {
		place, called := trial.Keys[detail.Plan.Environment]
		if !called || detail.Subscription.State != Approved {
			continue
		}
		if strategy, found := strategyOf(detail.Plan, plans.strategies); found {
			place = newKeyPlace(strategy)
		}
		trial.Subscriptions = append(trial.Subscriptions, trialUnder(detail, place))
	}
	return trial, nil
}

func trialUnder(detail SubscriptionDetail, place KeyPlace) TrialSubscription {
	under := TrialSubscription{SubscriptionDetail: detail, Place: place}
	for _, key := range detail.Credentials {
		if detail.Rights[key.ID].Reveal && key.Kind == place.Kind {
			under.Shown = append(under.Shown, key)
		}
	}
	return under
}

// placeFor is how a key for the version is sent in an environment: as the first of the plans that open it there says.
func placeFor(plans planSet, version catalog.VersionID, environment string) KeyPlace {
	var first plan.Plan
	for _, one := range plans.all {
		opens := one.Environment == environment && slices.Contains(one.Opens, version)
		if opens && (first.ID.IsZero() || one.Slug < first.Slug) {
			first = one
		}
	}
	strategy, found := strategyOf(first, plans.strategies)
	if !found {
		strategy = plan.Strategy{Kind: plan.Key}
	}
	return newKeyPlace(strategy)
}

func strategyOf(under plan.Plan, strategies []plan.Strategy) (plan.Strategy, bool) {
	at := slices.IndexFunc(strategies, func(one plan.Strategy) bool { return one.ID == under.Strategy })
	if at < 0 {
		return plan.Strategy{}, false
	}
	return strategies[at], true
}

func newKeyPlace(strategy plan.Strategy) KeyPlace {
	return KeyPlace{Kind: strategy.Kind, Header: strategy.KeyHeaders()[0]}
}
