package access

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// IssuedKey is a new key of an application, with a call to try it.
type IssuedKey struct {
	IssuedCredential

	// FirstCall is nil if no API that the key opens has an operation without input.
	FirstCall *FirstCall
}

// registrationsTried is the largest number of registrations that withFirstCall checks.
const registrationsTried = 5

// IssueApplicationKey issues a key like IssueCredential and adds a call to try it.
func (s *Service) IssueApplicationKey(ctx context.Context, in NewCredential) (IssuedKey, error) {
	issued, err := s.IssueCredential(ctx, in)
	if err != nil {
		return IssuedKey{}, err
	}
	return s.withFirstCall(ctx, issued)
}

// RegenerateApplicationKey replaces the secret of an application's key and adds a call to try it.
func (s *Service) RegenerateApplicationKey(ctx context.Context, application ApplicationID, id CredentialID) (IssuedKey, error) {
	issued, err := s.RegenerateApplicationCredential(ctx, application, id)
	if err != nil {
		return IssuedKey{}, err
	}
	return s.withFirstCall(ctx, issued)
}

// RotateApplicationKey replaces an application's key like RotateCredential and adds a call to try the new one. A key of
// another application is not found.
func (s *Service) RotateApplicationKey(ctx context.Context, application ApplicationID, in RotateCredential) (IssuedKey, error) {
	if err := s.checkCredentialOf(ctx, application, in.Credential); err != nil {
		return IssuedKey{}, err
	}
	issued, err := s.RotateCredential(ctx, in)
	if err != nil {
		return IssuedKey{}, err
	}
	return s.withFirstCall(ctx, issued)
}

// withFirstCall adds a call without input to the key, from the first registration that the key opens and that has one.
func (s *Service) withFirstCall(ctx context.Context, issued IssuedCredential) (IssuedKey, error) {
	shown := IssuedKey{IssuedCredential: issued}
	approved := RegistrationFilter{Application: issued.Credential.Application, States: []SubscriptionState{Approved}}
	registrations, err := s.Registrations(ctx, approved, page.Request{Size: registrationsTried})
	if err != nil || len(registrations.Items) == 0 {
		return shown, err
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return IssuedKey{}, err
	}
	for _, one := range registrations.Items {
		serves := issued.Credential.Serves(one.Subscription, s.now()) && one.Target.Environment == issued.Credential.Environment
		strategy, known := strategyOf(plans.byID[one.Subscription.Plan], plans.strategies)
		if !serves || !known || one.Target.BasePath == "" {
			continue
		}
		operation, found, err := s.products.FirstCall(ctx, one.Release.Version)
		if err != nil {
			return IssuedKey{}, err
		}
		if found {
			endpoint := catalog.Endpoint{Environment: one.Target.Environment, BasePath: one.Target.BasePath}
			shown.FirstCall = &FirstCall{Strategy: strategy, Endpoint: endpoint, Operation: operation}
			return shown, nil
		}
	}
	return shown, nil
}
