package overview

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/usage"
)

// endedShown is how many registrations ended by staff are on the page.
const endedShown = 10

// ApplicationPage is an application with its registrations, keys and calls.
type ApplicationPage struct {
	access.ApplicationDetail

	Registrations page.Page[access.Registration]
	// Ended has the newest registrations that staff have ended.
	Ended page.Page[access.Registration]
	// Granted has the subscriptions that staff granted, which are not registrations.
	Granted []access.SubscriptionDetail
	// Working is the number of approved registrations.
	Working    int
	CallsToday map[access.SubscriptionID]int64
	Usage      UsageToday
	// Standings says what is used of the quotas of each approved registration and subscription.
	Standings map[access.SubscriptionID]usage.Standing
	// Keys has the working keys, the newest first. Creators has the e-mail addresses of the accounts that
	// created them.
	Keys     []KeyUse
	Creators map[identity.AccountID]string
	// Open lists the environments with an approved registration or subscription.
	Open     []string
	LastUsed map[access.CredentialID]time.Time
	// Senders are the addresses from which each key was used.
	Senders map[access.CredentialID]usage.Senders
	// Rotations compares the calls with each replaced key that still works and with its successor.
	Rotations map[access.CredentialID]Rotation
	NewKey    NewKey
	At        time.Time
}

// NewKey says whether the caller may create another key for an application.
type NewKey struct {
	May bool
	// Reason says why no key can be created now; empty if the caller may not create keys at all.
	Reason string
	// Environments lists the environments to choose from, the usual one first.
	Environments []string
}

// ApplicationPage returns an application that the caller may see, with a page of its registrations. access checks the
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
	granted := access.SubscriptionFilter{Team: shown.Application.Team, Application: id, NoRegistrations: true}
	found, err := s.access.Subscriptions(ctx, granted, page.Request{Size: page.MaxSize})
	if err != nil {
		return ApplicationPage{}, err
	}
	shown.Granted = found.Items
	if shown.Usage, err = s.usageToday(ctx, shown.Application.Team, id, shown.At); err != nil {
		return ApplicationPage{}, err
	}
	if err := s.addKeys(ctx, &shown); err != nil {
		return ApplicationPage{}, err
	}
	err = s.addStandings(ctx, &shown)
	return shown, err
}

// addStandings adds the quotas of all subscriptions on the page.
func (s *Service) addStandings(ctx context.Context, shown *ApplicationPage) error {
	among := []access.SubscriptionID{}
	for _, one := range shown.Registrations.Items {
		among = append(among, one.Subscription.ID)
	}
	registered := access.SubscriptionFilter{Team: shown.Application.Team, Application: shown.Application.ID, Among: among}
	found, err := s.access.Subscriptions(ctx, registered, page.Request{Size: page.MaxSize})
	if err != nil {
		return err
	}
	shown.Standings, err = s.standings(ctx, append(found.Items, shown.Granted...))
	return err
}

// addKeys adds the keys and the calls to the page.
func (s *Service) addKeys(ctx context.Context, shown *ApplicationPage) error {
	keys, err := s.access.ApplicationKeys(ctx, shown.Application.ID)
	if err != nil {
		return err
	}
	shown.Creators, shown.Open = keys.Creators, keys.Open
	for _, key := range keys.Keys {
		shown.Keys = append(shown.Keys, KeyUse{Credential: key, Status: key.Status(shown.At), Rights: keys.Rights[key.ID]})
	}
	if shown.NewKey, err = s.newKey(ctx, shown.Application); err != nil {
		return err
	}
	if shown.LastUsed, err = s.usage.LastUsed(ctx, keys.Keys); err != nil {
		return err
	}
	if shown.Senders, err = s.usage.Senders(ctx, keys.Keys); err != nil {
		return err
	}
	if err := s.addRotations(ctx, shown); err != nil {
		return err
	}
	var called []access.SubscriptionID
	for _, one := range shown.Registrations.Items {
		called = append(called, one.Subscription.ID)
	}
	for _, one := range shown.Granted {
		called = append(called, one.Subscription.ID)
	}
	shown.CallsToday, err = s.usage.CallsOfSubscriptions(ctx, []identity.TeamID{shown.Application.Team}, called, usage.Today(shown.At))
	return err
}

// newKey returns whether the caller may create a key, and in which environments. If a conflict prevents it, the result
// has the reason.
func (s *Service) newKey(ctx context.Context, application access.Application) (NewKey, error) {
	if !application.Rights(identity.From(ctx)).IssueKey {
		return NewKey{}, nil
	}
	environments, err := s.access.KeyEnvironments(ctx, application.ID)
	if fault.Is(err, fault.Conflict) {
		return NewKey{Reason: fault.From(err).Public}, nil
	}
	return NewKey{May: err == nil, Environments: environments}, err
}

// Rotation counts the calls of the last hour with a replaced key and with its successor.
type Rotation struct {
	Successor access.Credential
	Old, New  int64
}

// addRotations counts who still uses the replaced keys.
func (s *Service) addRotations(ctx context.Context, shown *ApplicationPage) error {
	shown.Rotations = map[access.CredentialID]Rotation{}
	for _, old := range shown.Keys {
		at := slices.IndexFunc(shown.Keys, func(key KeyUse) bool { return key.Credential.ID == old.Credential.ReplacedBy })
		if old.Status != access.StatusGrace || at < 0 {
			continue
		}
		rotation := Rotation{Successor: shown.Keys[at].Credential}
		calls, err := s.callsWith(ctx, old.Credential, shown.At)
		if err != nil {
			return err
		}
		rotation.Old = calls.LastHour
		if calls, err = s.callsWith(ctx, rotation.Successor, shown.At); err != nil {
			return err
		}
		rotation.New = calls.LastHour
		shown.Rotations[old.Credential.ID] = rotation
	}
	return nil
}

// ApplicationToDelete returns an application that the caller may delete, with what deleting it would stop.
func (s *Service) ApplicationToDelete(ctx context.Context, id access.ApplicationID) (ApplicationPage, error) {
	if _, err := s.access.ApplicationToChange(ctx, id); err != nil {
		return ApplicationPage{}, err
	}
	return s.ApplicationPage(ctx, id, page.Request{Size: 1})
}
