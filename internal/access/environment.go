package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// usualEnvironment is the environment of a key if neither input nor plans name one.
const usualEnvironment = catalog.Production

// KeyEnvironments lists the environments that a new key of an application may have, the suggested one first. It
// suggests one that has no key yet, preferably production. An application without subscriptions gets only that one,
// because a key for another environment might never work.
func (s *Service) KeyEnvironments(ctx context.Context, id ApplicationID) ([]string, error) {
	application, err := s.loadApplication(ctx, identity.ManageCredentials, id)
	if err != nil {
		return nil, err
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return nil, err
	}
	under, err := s.plansBehind(ctx, application, NewCredential{}, plans)
	if err != nil {
		return nil, err
	}
	strategy, err := strategyFor(application, under, plans)
	if err != nil {
		return nil, err
	}
	environments, err := s.environments(ctx, application, strategy, under, plans)
	if len(under) == 0 && len(environments) > 1 {
		environments = environments[:1]
	}
	return environments, err
}

// environmentFor returns the one environment of a new key. If the input names none, it is the environment that the
// application's plans share, or for an application without plans the portal's usual one.
func (s *Service) environmentFor(ctx context.Context, application Application, in NewCredential, strategy plan.Strategy, under []plan.Plan, plans planSet) (string, error) {
	environments, err := s.environments(ctx, application, strategy, under, plans)
	if err != nil {
		return "", err
	}
	decided := len(environments) == 1 || in.UsualEnvironment || len(under) == 0 && slices.Contains(environments, usualEnvironment)
	switch {
	case in.Environment != "" && slices.Contains(environments, in.Environment):
		return in.Environment, nil
	case in.Environment != "":
		return "", invalid("environment", "is not an environment of the application's plans")
	case len(environments) == 0:
		return "", invalid("environment", "is missing, and the portal has no plan for such a key yet; ask the portal's staff")
	case decided:
		return environments[0], nil
	}
	return "", invalid("environment", "is required, since the plans have several environments")
}

// environments lists the environments of the plans that a key would serve, the suggested one first. Without such plans,
// it uses the portal's plans with the strategy, and only registrable ones if there are any.
func (s *Service) environments(ctx context.Context, application Application, strategy plan.Strategy, under []plan.Plan, plans planSet) ([]string, error) {
	if len(under) == 0 {
		under = slices.DeleteFunc(slices.Clone(plans.all), func(one plan.Plan) bool { return !one.Published || one.Strategy != strategy.ID })
		if slices.ContainsFunc(under, func(one plan.Plan) bool { return one.Registrable }) {
			under = slices.DeleteFunc(under, func(one plan.Plan) bool { return !one.Registrable })
		}
	}
	var found []string
	for _, one := range under {
		if !slices.Contains(found, one.Environment) {
			found = append(found, one.Environment)
		}
	}
	if len(found) < 2 {
		return found, nil
	}
	keyed, err := s.keyedEnvironments(ctx, application)
	slices.SortStableFunc(found, func(a, b string) int {
		if keyed[a] != keyed[b] {
			return first(keyed[b], keyed[a])
		}
		return first(a == usualEnvironment, b == usualEnvironment)
	})
	return found, err
}

// keyedEnvironments returns the environments in which the application has a working key that is bound to no
// subscription.
func (s *Service) keyedEnvironments(ctx context.Context, application Application) (map[string]bool, error) {
	keys, err := s.credentials(ctx, CredentialFilter{Application: application.ID, Unrevoked: true})
	keyed := map[string]bool{}
	for _, key := range keys {
		if key.Subscription.IsZero() && key.Status(s.now()).Lasting() {
			keyed[key.Environment] = true
		}
	}
	return keyed, err
}
