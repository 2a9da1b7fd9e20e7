package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/usage"
)

// endedShown is how many registrations that staff have ended are shown.
const endedShown = 10

// ApplicationPage is an application with what it may call, the keys that it calls with, and whether it does.
type ApplicationPage struct {
	access.ApplicationDetail

	Registrations page.Page[access.Registration]
	// Ended are the newest of those that staff have ended.
	Ended page.Page[access.Registration]
	// Working is how many of the registrations are approved.
	Working    int
	CallsToday map[access.SubscriptionID]int64
	// Keys are those that work, the newest first; Makers are the addresses of who made them.
	Keys   []KeyUse
	Makers map[identity.AccountID]string
	// Open are the environments in which something is approved; in others a key opens nothing at present.
	Open     []string
	LastUsed map[access.CredentialID]time.Time
	NewKey   NewKey
	At       time.Time
}

// NewKey says whether the caller may make another key for an application.
type NewKey struct {
	May bool
	// Reason is why nobody can make one, told to those who may otherwise.
	Reason string
	// Environments are those to choose from, the usual one first.
	Environments []string
}

// ApplicationPage returns an application that the caller may see, with a page of its registrations. access asks for the
// permission.
func (s *Service) ApplicationPage(ctx context.Context, id access.ApplicationID, request page.Request) (ApplicationPage, error) {
	shown := ApplicationPage{At: s.now()}
	var err error
	if shown.ApplicationDetail, err = s.access.Application(ctx, id); err != nil {
		return ApplicationPage{}, err
	}
	if shown.Registrations, err = s.access.Registrations(ctx, access.RegistrationFilter{Application: id}, request); err != nil {
		return ApplicationPage{}, err
	}
	ended := access.RegistrationFilter{Application: id, EndedByStaff: true}
	if shown.Ended, err = s.access.Registrations(ctx, ended, page.Request{Size: endedShown}); err != nil {
		return ApplicationPage{}, err
	}
	approved := access.RegistrationFilter{Application: id, States: []access.SubscriptionState{access.Approved}}
	working, err := s.access.Registrations(ctx, approved, page.Request{Size: 1})
	if err != nil {
		return ApplicationPage{}, err
	}
	shown.Working = working.Total
	keys, err := s.access.ApplicationKeys(ctx, id)
	if err != nil {
		return ApplicationPage{}, err
	}
	shown.Makers, shown.Open = keys.Makers, keys.Open
	for _, key := range keys.Keys {
		use := keyUse(identity.From(ctx), key, nil, shown.At)
		use.MayReveal = mayReveal(identity.From(ctx), key, use.Status) && shown.Working > 0
		shown.Keys = append(shown.Keys, use)
	}
	if shown.NewKey, err = s.newKey(ctx, shown.Application); err != nil {
		return ApplicationPage{}, err
	}
	if shown.LastUsed, err = s.usage.LastUsed(ctx, keys.Keys); err != nil {
		return ApplicationPage{}, err
	}
	var registered []access.SubscriptionID
	for _, one := range shown.Registrations.Items {
		registered = append(registered, one.Subscription.ID)
	}
	shown.CallsToday, err = s.usage.CallsOfSubscriptions(ctx, []identity.TeamID{shown.Application.Team}, registered, usage.Today(shown.At))
	return shown, err
}

// newKey asks access, whose refusal for a reason that is not the caller's is told to them.
func (s *Service) newKey(ctx context.Context, application access.Application) (NewKey, error) {
	if identity.RequireIn(ctx, identity.ManageCredentials, application.Team, "application") != nil {
		return NewKey{}, nil
	}
	environments, err := s.access.KeyEnvironments(ctx, application.ID)
	if fault.Is(err, fault.Conflict) {
		return NewKey{Reason: fault.From(err).Public}, nil
	}
	return NewKey{May: err == nil, Environments: environments}, err
}

// Key finds one of the keys for somebody who is about to change it.
func (p ApplicationPage) Key(ctx context.Context, wanted access.CredentialID) (KeyUse, error) {
	for _, key := range p.Keys {
		if key.Credential.ID == wanted {
			return key, identity.RequireIn(ctx, identity.ManageCredentials, key.Credential.Team, "credential")
		}
	}
	return KeyUse{}, fault.Missing("credential")
}

// ApplicationToDelete returns an application that the caller may delete, with what deleting it would stop.
func (s *Service) ApplicationToDelete(ctx context.Context, id access.ApplicationID) (ApplicationPage, error) {
	if _, err := s.access.ApplicationToChange(ctx, id); err != nil {
		return ApplicationPage{}, err
	}
	return s.ApplicationPage(ctx, id, page.Request{Size: 1})
}
