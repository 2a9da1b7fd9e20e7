package access

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// StrategyChoices lists the strategies that a new application of the caller's team can have, the default first.
func (s *Service) StrategyChoices(ctx context.Context) ([]plan.Strategy, error) {
	if err := identity.Require(ctx, identity.ManageApplications); err != nil {
		return nil, err
	}
	found, err := s.Strategies(ctx, StrategyFilter{}, page.Request{Size: page.MaxSize})
	return found.Items, err
}

// ApplicationToChange returns an application if the caller may change or delete it.
func (s *Service) ApplicationToChange(ctx context.Context, id ApplicationID) (ApplicationDetail, error) {
	application, err := s.loadApplication(ctx, identity.ManageApplications, id)
	if err != nil {
		return ApplicationDetail{}, err
	}
	return s.applicationDetail(ctx, application)
}

// RegistrationToRemove returns a registration if the caller, a member of its team, may remove it.
func (s *Service) RegistrationToRemove(ctx context.Context, application ApplicationID, id SubscriptionID) (Registration, error) {
	if _, err := s.loadApplication(ctx, identity.RequestAccess, application); err != nil {
		return Registration{}, err
	}
	return s.Registration(ctx, application, id)
}
