package overview

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/usage"
)

// KeyCalls counts the calls with one key.
type KeyCalls struct{ LastHour, Today int64 }

// KeyToChange is a key that the caller wants to change, with who still uses it.
type KeyToChange struct {
	Application access.Application
	Key         KeyUse
	// Others is the number of the application's other working keys.
	Others int
	// LastUsed is zero if the key was never used.
	LastUsed time.Time
	// Senders are the addresses from which it was used in the last week.
	Senders usage.Senders
	Calls   KeyCalls
	At      time.Time
}

// KeyToChange returns a key of an application with who still uses it. It fails if the caller's rights to the key do not
// include what they want to do.
func (s *Service) KeyToChange(ctx context.Context, id access.ApplicationID, key access.CredentialID, included func(access.Rights) bool) (KeyToChange, error) {
	application, err := s.access.Application(ctx, id)
	if err != nil {
		return KeyToChange{}, err
	}
	keys, err := s.access.ApplicationKeys(ctx, id)
	if err != nil {
		return KeyToChange{}, err
	}
	at := slices.IndexFunc(keys.Keys, func(one access.Credential) bool { return one.ID == key })
	if at < 0 {
		return KeyToChange{}, fault.Missing("credential")
	}
	if err := access.RequireOver(ctx, identity.ManageCredentials, application.Application, "credential"); err != nil {
		return KeyToChange{}, err
	}
	if !included(keys.Rights[key]) {
		return KeyToChange{}, errReplaced
	}
	shown := KeyToChange{Application: application.Application, Others: len(keys.Keys) - 1, At: s.now()}
	shown.Key = KeyUse{Credential: keys.Keys[at], Status: keys.Keys[at].Status(shown.At), Rights: keys.Rights[key]}
	lastUsed, err := s.usage.LastUsed(ctx, keys.Keys[at:at+1])
	if err != nil {
		return KeyToChange{}, err
	}
	shown.LastUsed = lastUsed[key]
	senders, err := s.usage.Senders(ctx, keys.Keys[at:at+1])
	if err != nil {
		return KeyToChange{}, err
	}
	shown.Senders = senders[key]
	shown.Calls, err = s.callsWith(ctx, shown.Key.Credential, shown.At)
	return shown, err
}

func (s *Service) callsWith(ctx context.Context, key access.Credential, now time.Time) (KeyCalls, error) {
	today, err := s.usage.CallsWith(ctx, key, usage.Today(now))
	if err != nil {
		return KeyCalls{}, err
	}
	lastHour, err := s.usage.CallsWith(ctx, key, usage.Span{Since: now.Add(-time.Hour), Until: now.Add(time.Minute)})
	return KeyCalls{LastHour: lastHour, Today: today}, err
}
