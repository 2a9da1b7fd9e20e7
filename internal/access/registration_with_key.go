package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// NewRegistrationWithKey is the input of RegisterWithKey.
type NewRegistrationWithKey struct {
	NewRegistration

	// New is the application to create; it counts only if no existing one is chosen.
	New NewApplication
	// KeyName may be empty. Once prevents a form that is sent twice from creating two keys.
	KeyName string
	Once    CredentialID
}

// RegisteredWithKey is a registration with the key that came with it.
type RegisteredWithKey struct {
	Registration

	// Key is nil if staff must approve the registration first.
	Key *IssuedKey
}

// RegisterWithKey registers a new or existing application for a version and creates a key for it, unless staff must
// approve first. An application that is registered already only gets the key. If any part fails, nothing is created.
func (s *Service) RegisterWithKey(ctx context.Context, in NewRegistrationWithKey) (RegisteredWithKey, error) {
	application, err := s.existingOrNew(ctx, in)
	if err != nil {
		return RegisteredWithKey{}, err
	}
	if err := RequireOver(ctx, identity.ManageCredentials, application, "application"); err != nil {
		return RegisteredWithKey{}, err
	}
	if reason := checkName(in.KeyName, true); reason != "" {
		return RegisteredWithKey{}, invalid("key_name", reason)
	}
	var made RegisteredWithKey
	var issued IssuedCredential
	var plans planSet
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if plans, err = s.loadPlanSet(ctx); err != nil {
			return err
		}
		if application, err = s.presentOrSaved(ctx, application, in, plans); err != nil {
			return err
		}
		made.Registration, err = s.approvedOrNew(ctx, application, in.NewRegistration, plans)
		if err != nil || made.Subscription.State != Approved {
			return err
		}
		issued, err = s.issueUnder(ctx, application, made.Subscription, in, plans)
		return err
	})
	if err != nil {
		return RegisteredWithKey{}, err
	}
	if issued.Credential.ID.IsZero() {
		return made, nil
	}
	key, err := s.withFirstCallTo(ctx, issued, made.Subscription.ID, &plans)
	made.Key = &key
	return made, err
}

// existingOrNew returns the chosen application, or the one to create, if the caller may register it.
func (s *Service) existingOrNew(ctx context.Context, in NewRegistrationWithKey) (Application, error) {
	if !in.Application.IsZero() {
		return s.loadApplication(ctx, requestPermission(ctx), in.Application)
	}
	if err := identity.Require(ctx, requestPermission(ctx)); err != nil {
		return Application{}, err
	}
	return s.newApplication(ctx, in.New)
}

// presentOrSaved stores a new application, or loads the existing one again.
func (s *Service) presentOrSaved(ctx context.Context, application Application, in NewRegistrationWithKey, plans planSet) (Application, error) {
	if !in.Application.IsZero() {
		return s.present(ctx, application.ID)
	}
	saved, err := s.saveNewApplication(ctx, application, in.New, plans.strategies)
	return saved.Application, err
}

// approvedOrNew returns the application's approved registration for the version, or else registers it.
func (s *Service) approvedOrNew(ctx context.Context, application Application, in NewRegistration, plans planSet) (Registration, error) {
	if in.Version.IsZero() {
		return Registration{}, missingVersion()
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Application: application.ID, Version: in.Version})
	if err != nil {
		return Registration{}, err
	}
	now := s.now()
	at := slices.IndexFunc(held, func(one Subscription) bool { return one.Listed() && one.StateAt(now) == Approved })
	if at < 0 {
		return s.register(ctx, application, in, plans)
	}
	registered, err := s.registrations(ctx, application.Team, held[at:at+1])
	if err != nil {
		return Registration{}, err
	}
	return registered[0], nil
}

// issueUnder creates a key for the environment that the registration opens.
func (s *Service) issueUnder(ctx context.Context, application Application, registration Subscription, in NewRegistrationWithKey, plans planSet) (IssuedCredential, error) {
	fresh, err := s.freshID(ctx, application.ID, in.Once)
	if err != nil {
		return IssuedCredential{}, err
	}
	terms, err := s.terms(ctx, application, NewCredential{
		Name: in.KeyName, Environment: plans.byID[registration.Plan].Environment, UsualEnvironment: true,
	}, plans)
	if err != nil {
		return IssuedCredential{}, err
	}
	terms.id = fresh
	return s.issue(ctx, application, terms)
}

// NewApplicationForm is what a new application can start with.
type NewApplicationForm struct {
	// Strategies are the ones to choose from, the default first.
	Strategies []plan.Strategy
	// Choices are the versions whose registration is approved at once, so that the application gets its first key. They
	// are sorted by product name within each strategy.
	Choices []StartingChoice
	At      time.Time
}

// StartingChoice is a version to register a new application for, with the strategy and the plan.
type StartingChoice struct {
	RegistrationChoice

	Strategy plan.Strategy
	Plan     plan.Plan
}

// NewApplicationForm returns what a new application of the caller's team can start with.
func (s *Service) NewApplicationForm(ctx context.Context) (NewApplicationForm, error) {
	if err := identity.Require(ctx, identity.ManageApplications); err != nil {
		return NewApplicationForm{}, err
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return NewApplicationForm{}, err
	}
	form := NewApplicationForm{Strategies: issued(plans.strategies), At: s.now()}
	if identity.From(ctx).Team.IsZero() {
		return form, nil
	}
	for _, strategy := range form.Strategies {
		filter := RegistrationChoiceFilter{Team: identity.From(ctx).Team, Strategy: strategy.ID}
		found, err := s.registrationChoices(ctx, filter, page.Request{Size: choosable}, plans)
		if err != nil {
			return NewApplicationForm{}, err
		}
		for _, one := range found.Items {
			if one.Automatic {
				form.Choices = append(form.Choices, StartingChoice{RegistrationChoice: one, Strategy: strategy, Plan: plans.byID[one.Plan]})
			}
		}
	}
	return form, nil
}
