package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// Trial holds the content of the form to try out an operation: its input, its addresses and the caller's keys.
type Trial struct {
	Version   catalog.Version
	Operation openapi.Operation
	Calling
}

// CallPage is the reference page of an operation, with the keys that its reader can call it with.
type CallPage struct {
	catalog.OperationPage
	Calling
}

// Calling holds the keys and subscriptions with which a reader can call a version.
type Calling struct {
	// Keys says how to send a pasted key in each environment of the version.
	Keys map[string]KeyScheme
	// Triable are the environments in which IssueVisitorKey gives the caller a key; none for signed-in callers.
	Triable map[string]bool
	// Subscriptions are the team's approved ones that open the version in one of its environments.
	Subscriptions []TrialSubscription
	// MayGetKey reports whether the caller may register an application for the version.
	MayGetKey bool
}

// KeyScheme is how a key is sent.
type KeyScheme struct {
	Kind plan.Kind
	// Header is the name of the header with the key; Basic credentials use their own.
	Header string
}

// TrialSubscription is a subscription for trying out an operation.
type TrialSubscription struct {
	SubscriptionDetail
	Scheme KeyScheme
	// Working are the keys that work now and are sent this way.
	Working []Credential
	// Shown are the keys that the caller may see again. Instead of the other keys they can use a ticket, if
	// Actions.IssueTicket is set.
	Shown []Credential
}

// Trial returns what trying out an operation needs. It requires only that the caller may see the operation.
// Subscriptions are those of the caller's own team.
func (s *Service) Trial(ctx context.Context, slug, version, operation string) (Trial, error) {
	at, tried, err := s.products.OperationInput(ctx, slug, version, operation)
	if err != nil {
		return Trial{}, err
	}
	calling, err := s.calling(ctx, at)
	return Trial{Version: at, Operation: tried, Calling: calling}, err
}

// CallPage returns the reference page of an operation, or of the newest published version if version is empty.
func (s *Service) CallPage(ctx context.Context, slug, version, operation string) (CallPage, error) {
	found, err := s.products.OperationPage(ctx, slug, version, operation)
	if err != nil || found.Operation.Webhook || len(found.Version.Endpoints) == 0 {
		return CallPage{OperationPage: found}, err
	}
	calling, err := s.calling(ctx, found.Version)
	return CallPage{found, calling}, err
}

func (s *Service) calling(ctx context.Context, at catalog.Version) (Calling, error) {
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return Calling{}, err
	}
	made := callingFor(ctx, plans, at)
	if identity.From(ctx).Anonymous() {
		return made, nil
	}
	if identity.From(ctx).May(identity.RequestAccess) {
		offers, err := s.registrationOffers(ctx, []catalog.VersionID{at.ID}, plans)
		if err != nil {
			return Calling{}, err
		}
		made.MayGetKey = len(offers[at.ID]) > 0
	}
	own, err := s.ownSubscriptions(ctx, plans.byID, []catalog.Version{at})
	if err != nil {
		return Calling{}, err
	}
	for _, detail := range own {
		scheme, called := made.Keys[detail.Plan.Environment]
		if !called || detail.Subscription.State != Approved {
			continue
		}
		if strategy, found := strategyOf(detail.Plan, plans.strategies); found {
			scheme = newKeyScheme(strategy)
		}
		made.Subscriptions = append(made.Subscriptions, trialUnder(detail, scheme, s.now()))
	}
	return made, nil
}

// callingFor returns how keys are sent, without the caller's own keys.
func callingFor(ctx context.Context, plans planSet, at catalog.Version) Calling {
	made := Calling{Keys: map[string]KeyScheme{}, Triable: map[string]bool{}}
	for _, endpoint := range at.Endpoints {
		made.Keys[endpoint.Environment] = keySchemeFor(plans, at.ID, endpoint.Environment)
	}
	if identity.From(ctx).Anonymous() {
		made.offerTrial(plans, at)
	}
	return made
}

// offerTrial sets the environments that visitors may try, and how the plans for trial expect keys to be sent there.
func (c *Calling) offerTrial(plans planSet, at catalog.Version) {
	for _, endpoint := range at.Endpoints {
		under, found := triable(plans.all, at.ID, endpoint.Environment)
		if strategy, known := strategyOf(under, plans.strategies); found && known {
			c.Triable[endpoint.Environment], c.Keys[endpoint.Environment] = true, newKeyScheme(strategy)
		}
	}
}

func trialUnder(detail SubscriptionDetail, scheme KeyScheme, now time.Time) TrialSubscription {
	under := TrialSubscription{SubscriptionDetail: detail, Scheme: scheme}
	for _, key := range detail.Credentials {
		if key.Kind == scheme.Kind && key.Status(now).Works() {
			under.Working = append(under.Working, key)
		}
		if detail.Rights[key.ID].Reveal && key.Kind == scheme.Kind {
			under.Shown = append(under.Shown, key)
		}
	}
	return under
}

// keySchemeFor returns how a key for the version is sent in an environment, by the first plan that opens it there.
func keySchemeFor(plans planSet, version catalog.VersionID, environment string) KeyScheme {
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
	return newKeyScheme(strategy)
}

func strategyOf(under plan.Plan, strategies []plan.Strategy) (plan.Strategy, bool) {
	at := slices.IndexFunc(strategies, func(one plan.Strategy) bool { return one.ID == under.Strategy })
	if at < 0 {
		return plan.Strategy{}, false
	}
	return strategies[at], true
}

func newKeyScheme(strategy plan.Strategy) KeyScheme {
	return KeyScheme{Kind: strategy.Kind, Header: strategy.KeyHeaders()[0]}
}
