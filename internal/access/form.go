package access

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
)

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
