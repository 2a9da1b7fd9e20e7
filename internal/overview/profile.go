package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/usage"
)

// Profile is the caller's account with the subscriptions of their team.
type Profile struct {
	Me            account.Me
	Subscriptions []SubscriptionUse
	// At is the time for which all of this is true.
	At time.Time
}

// SubscriptionUse is a subscription with its keys and calls.
type SubscriptionUse struct {
	// Detail has the current state.
	Detail access.SubscriptionDetail
	// CallsToday counts the calls since midnight UTC.
	CallsToday int64
	// LastUsed is when each key was last used, under any subscription; unused keys are absent.
	LastUsed map[access.CredentialID]time.Time
	// Senders are the addresses from which each key was used, under any subscription.
	Senders map[access.CredentialID]usage.Senders
	// Keys has the detail's credentials in the same order.
	Keys []KeyUse
	// Standing is what is used of the plan's quotas, if the subscription is approved.
	Standing usage.Standing
}

// KeyUse is a key with what the caller may do with it now.
type KeyUse struct {
	Credential access.Credential
	Status     access.Status
	Rights     access.Rights
}

// Key returns a key by its id, with the first subscription that it serves.
func (p Profile) Key(wanted access.CredentialID) (SubscriptionUse, KeyUse, bool) {
	for _, subscription := range p.Subscriptions {
		for _, key := range subscription.Keys {
			if key.Credential.ID == wanted {
				return subscription, key, true
			}
		}
	}
	return SubscriptionUse{}, KeyUse{}, false
}

// Profile returns the caller's profile in the team that they act in.
func (s *Service) Profile(ctx context.Context) (Profile, error) {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return Profile{}, err
	}
	me, err := s.accounts.Me(ctx)
	if err != nil {
		return Profile{}, err
	}
	profile, principal := Profile{Me: me, At: s.now()}, identity.From(ctx)
	if principal.Team.IsZero() || !principal.May(identity.ViewTeam) {
		return profile, nil
	}
	details, err := s.subscriptions(ctx, principal.Team)
	if err != nil {
		return Profile{}, err
	}
	profile.Subscriptions, err = s.usesOf(ctx, principal.Team, details, profile.At)
	return profile, err
}

// errReplaced is the error for a working key that cannot be changed because it already has a successor.
var errReplaced = fault.New(fault.Conflict, "credential_replaced", "The key has been replaced already. Regenerate the new one.")

// Replacement is what the page shows before a key is replaced.
type Replacement struct {
	Subscription SubscriptionUse
	Key          KeyUse
	// Sibling is the subscription's first other working key, nil if there is none.
	Sibling *KeyUse
	Calls   KeyCalls
	// At is the time for which all of this is true.
	At time.Time
}

// Replacement returns what replacing a key of the caller's team would stop, and fails if RegenerateCredential would.
func (s *Service) Replacement(ctx context.Context, credential access.CredentialID) (Replacement, error) {
	profile, err := s.Profile(ctx)
	if err != nil {
		return Replacement{}, err
	}
	subscription, key, found := profile.Key(credential)
	if !found {
		return Replacement{}, fault.Missing("credential")
	}
	if err := identity.RequireIn(ctx, identity.ManageCredentials, key.Credential.Team, "credential"); err != nil {
		return Replacement{}, err
	}
	if !key.Rights.Regenerate {
		return Replacement{}, errReplaced
	}
	replacement := Replacement{Subscription: subscription, Key: key, At: profile.At}
	for _, other := range subscription.Keys {
		if other.Status.Works() && other.Credential.ID != credential {
			replacement.Sibling = &other
			break
		}
	}
	replacement.Calls, err = s.callsWith(ctx, key.Credential, profile.At)
	return replacement, err
}

// subscriptions lists the team's subscriptions that the caller may see. Registrations are on the applications' pages
// instead.
func (s *Service) subscriptions(ctx context.Context, team identity.TeamID) ([]access.SubscriptionDetail, error) {
	return page.All(func(request page.Request) (page.Page[access.SubscriptionDetail], error) {
		return s.access.Subscriptions(ctx, access.SubscriptionFilter{Team: team, NoRegistrations: true}, request)
	})
}

func (s *Service) usesOf(ctx context.Context, team identity.TeamID, details []access.SubscriptionDetail, now time.Time) ([]SubscriptionUse, error) {
	var keys []access.Credential
	for _, detail := range details {
		keys = append(keys, detail.Credentials...)
	}
	lastUsed, err := s.usage.LastUsed(ctx, keys)
	if err != nil {
		return nil, err
	}
	senders, err := s.usage.Senders(ctx, keys)
	if err != nil {
		return nil, err
	}
	calls, err := s.usage.Calls(ctx, team, usage.Today(now))
	if err != nil {
		return nil, err
	}
	standings, err := s.standings(ctx, details)
	if err != nil {
		return nil, err
	}
	uses := make([]SubscriptionUse, len(details))
	for i, detail := range details {
		uses[i] = SubscriptionUse{
			Detail: detail, CallsToday: calls[detail.Subscription.ID], LastUsed: map[access.CredentialID]time.Time{}, Senders: senders,
			Standing: standings[detail.Subscription.ID],
		}
		for _, key := range detail.Credentials {
			if at, used := lastUsed[key.ID]; used {
				uses[i].LastUsed[key.ID] = at
			}
			uses[i].Keys = append(uses[i].Keys, KeyUse{Credential: key, Status: key.Status(now), Rights: detail.Rights[key.ID]})
		}
	}
	return uses, nil
}
