package access

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// RegistrationChoiceFilter narrows the versions that an application can register for. The service fills in the
// application's team and strategy.
type RegistrationChoiceFilter struct {
	Application ApplicationID
	// Search is a part of the product's name, ignoring case.
	Search   string
	Team     identity.TeamID
	Strategy plan.StrategyID
}

// RegistrationChoice is a version that an application can register for.
type RegistrationChoice struct {
	Release Release
	Plan    plan.ID
	// Environment is the environment that a registration opens. Automatic reports whether it is approved at once.
	Environment string
	Automatic   bool
}

// RegistrationChoices is an application with the versions that it can still register for.
type RegistrationChoices struct {
	ApplicationDetail

	Choices page.Page[RegistrationChoice]
}

// RegistrationChoices lists the versions that an application can register for and has no registration for. They are
// sorted by product name, the newest version of each first.
func (s *Service) RegistrationChoices(ctx context.Context, filter RegistrationChoiceFilter, request page.Request) (RegistrationChoices, error) {
	application, err := s.loadApplication(ctx, identity.RequestAccess, filter.Application)
	if err != nil {
		return RegistrationChoices{}, err
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return RegistrationChoices{}, err
	}
	found := RegistrationChoices{ApplicationDetail: ApplicationDetail{
		Application: application, Strategy: strategyOr(plans.strategies, application.Strategy),
	}}
	if !found.Strategy.Kind.Issued() {
		return found, nil
	}
	filter.Team, filter.Strategy = application.Team, found.Strategy.ID
	found.Choices, err = s.registrationChoices(ctx, filter, request, plans)
	return found, err
}

// registrationChoices lists the versions that the filter finds, with the way to register for each.
func (s *Service) registrationChoices(
	ctx context.Context, filter RegistrationChoiceFilter, request page.Request, plans planSet,
) (page.Page[RegistrationChoice], error) {
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return page.Page[RegistrationChoice]{}, err
	}
	open, err := s.store.RegistrationChoices(ctx, filter, request)
	if err != nil {
		return page.Page[RegistrationChoice]{}, err
	}
	versions := ofEach(open.Items, func(one Registrable) catalog.VersionID { return one.Version })
	stopped, err := s.stoppedVersions(ctx, filter.Team, versions, plans.byID)
	if err != nil {
		return page.Page[RegistrationChoice]{}, err
	}
	releases, err := s.store.Releases(ctx, versions, filter.Team)
	choices := page.Page[RegistrationChoice]{Items: make([]RegistrationChoice, len(open.Items)), Total: open.Total}
	for i, one := range open.Items {
		choices.Items[i] = RegistrationChoice{
			Release: releases[one.Version], Plan: one.Plan, Environment: one.Environment, Automatic: one.automatic(settings, stopped[one.Version]),
		}
	}
	return choices, err
}
