package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// IssuedKey is a new key of an application, with a call to try it.
type IssuedKey struct {
	IssuedCredential

	// FirstCall is nil if no API that the key opens has an operation without input.
	FirstCall *FirstCall
	// Opens are the versions that the key works with; nil if there are more than a page shows.
	Opens []Release
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

// withFirstCall adds what the key opens, and a call without input from the first registration that has one.
func (s *Service) withFirstCall(ctx context.Context, issued IssuedCredential) (IssuedKey, error) {
	return s.withFirstCallTo(ctx, issued, SubscriptionID{}, nil)
}

// withFirstCallTo is withFirstCall, but tries the named registration before the others. It loads plans that are nil.
func (s *Service) withFirstCallTo(ctx context.Context, issued IssuedCredential, wanted SubscriptionID, plans *planSet) (IssuedKey, error) {
	shown := IssuedKey{IssuedCredential: issued}
	approved := RegistrationFilter{Application: issued.Credential.Application, States: []SubscriptionState{Approved}}
	found, err := s.Registrations(ctx, approved, page.Request{Size: registrationsTried})
	if err != nil {
		return shown, err
	}
	registrations := slices.DeleteFunc(found.Items, func(one Registration) bool {
		return !issued.Credential.Serves(one.Subscription, s.now()) || one.Target.Environment != issued.Credential.Environment
	})
	if found.Total <= registrationsTried {
		for _, one := range registrations {
			shown.Opens = append(shown.Opens, one.Release)
		}
	}
	slices.SortStableFunc(registrations, func(a, b Registration) int {
		return first(a.Subscription.ID == wanted, b.Subscription.ID == wanted)
	})
	if plans == nil && len(registrations) > 0 {
		loaded, err := s.loadPlanSet(ctx)
		if err != nil {
			return shown, err
		}
		plans = &loaded
	}
	shown.FirstCall, err = s.firstCallUnder(ctx, registrations, plans)
	return shown, err
}

// firstCallUnder returns an operation without input of the first of the registrations that has one, or nil.
func (s *Service) firstCallUnder(ctx context.Context, registrations []Registration, plans *planSet) (*FirstCall, error) {
	for _, one := range registrations {
		strategy, known := strategyOf(plans.byID[one.Subscription.Plan], plans.strategies)
		if !known || one.Target.BasePath == "" {
			continue
		}
		operation, found, err := s.products.FirstCall(ctx, one.Release.Version)
		if err != nil {
			return nil, err
		}
		if found {
			endpoint := catalog.Endpoint{Environment: one.Target.Environment, BasePath: one.Target.BasePath}
			return &FirstCall{Strategy: strategy, Endpoint: endpoint, Operation: operation}, nil
		}
	}
	return nil, nil
}
