package access

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// shortestFound is how much of a key must be known to look for it, mostFound how many candidates are told.
const (
	shortestFound = 6
	mostFound     = 50
)

// FoundKey is a key that may be the one that was looked for.
type FoundKey struct {
	Credential  Credential
	Status      Status
	Application Application
	Team        account.Team
	// Exact says that the whole key (or the user name of a Basic one) was given, and that it is this one.
	Exact bool
}

// FindKey looks for a key that turned up where it should not have: by the whole of it, else by its beginning. What was
// given is kept nowhere.
func (s *Service) FindKey(ctx context.Context, pasted string) ([]FoundKey, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return nil, err
	}
	pasted = strings.TrimSpace(pasted)
	if len(pasted) > 4<<10 || utf8.RuneCountInString(pasted) < shortestFound || strings.ContainsRune(pasted, 0) {
		return nil, invalid("key", "must be a key, or at least its first 6 characters")
	}
	exact, err := s.store.CredentialsByLookup(ctx, s.lookupsOf(pasted))
	if err != nil {
		return nil, err
	}
	if len(exact) > 0 {
		return s.foundKeys(ctx, exact, true)
	}
	candidates, err := s.store.CredentialsByPrefix(ctx, pasted, mostFound)
	if err != nil {
		return nil, err
	}
	return s.foundKeys(ctx, candidates, false)
}

// lookupsOf are the lookup values that a key or a user name may be stored under.
func (s *Service) lookupsOf(pasted string) [][]byte {
	var lookups [][]byte
	for _, version := range s.hasher.Versions() {
		for _, kind := range []plan.Kind{plan.Key, plan.Basic} {
			lookup := LookupOf(s.hasher, version, kind, []byte(pasted))
			lookups = append(lookups, lookup[:])
		}
	}
	return lookups
}

func (s *Service) foundKeys(ctx context.Context, credentials []Credential, exact bool) ([]FoundKey, error) {
	applications, err := s.store.ApplicationsByID(ctx, valuesOf(credentials, func(one Credential) ApplicationID { return one.Application }))
	if err != nil {
		return nil, err
	}
	teams, err := s.accounts.TeamsByID(ctx, valuesOf(credentials, func(one Credential) identity.TeamID { return one.Team }))
	if err != nil {
		return nil, err
	}
	found := make([]FoundKey, len(credentials))
	for i, one := range credentials {
		found[i] = FoundKey{
			Credential: one, Status: one.Status(s.now()), Application: applications[one.Application], Team: teams[one.Team], Exact: exact,
		}
	}
	return found, nil
}

// Key returns one key with whose it is, for staff.
func (s *Service) Key(ctx context.Context, id CredentialID) (FoundKey, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return FoundKey{}, err
	}
	credential, err := s.store.Credential(ctx, id)
	if err != nil {
		return FoundKey{}, err
	}
	found, err := s.foundKeys(ctx, []Credential{credential}, true)
	if err != nil {
		return FoundKey{}, err
	}
	return found[0], nil
}

// CloseKey is what the method of the same name takes.
type CloseKey struct {
	Credential CredentialID
	// Regenerate replaces the key in place; without it the key is revoked.
	Regenerate bool
	// Leaked tells the owners of the team, by mail, that the key turned up where it should not have.
	Leaked bool
}

// CloseKey refuses a key of any team from now on, for staff, and tells its owners why.
func (s *Service) CloseKey(ctx context.Context, in CloseKey) (IssuedCredential, error) {
	key, _, err := s.reachCredential(ctx, identity.ManageCredentials, in.Credential)
	if err != nil {
		return IssuedCredential{}, err
	}
	if in.Regenerate && key.Ticket {
		return IssuedCredential{}, fault.New(fault.Conflict, "ticket", "A ticket lives for minutes and cannot be regenerated. Revoke it.")
	}
	var issued IssuedCredential
	err = s.change(ctx, key.Team, func(ctx context.Context) error {
		if in.Regenerate {
			issued, err = s.RegenerateCredential(ctx, in.Credential)
		} else {
			issued.Credential, err = key, s.RevokeCredential(ctx, in.Credential)
		}
		if err != nil || !in.Leaked {
			return err
		}
		return s.tellOwners(ctx, key, in.Regenerate)
	})
	return issued, err
}

// tellOwners leaves a message for each owner of the key's team. It names the key by what may be shown of it.
func (s *Service) tellOwners(ctx context.Context, key Credential, regenerated bool) error {
	members, err := s.accounts.Members(ctx, key.Team)
	if err != nil {
		return err
	}
	done := "revoked"
	if regenerated {
		done = "regenerated"
	}
	for _, member := range members {
		if member.Role != identity.Owner {
			continue
		}
		message := event.Message{To: member.Email, Template: "key_leaked", Params: map[string]string{"prefix": key.Prefix, "done": done}}
		if err := s.events.Send(ctx, message); err != nil {
			return err
		}
	}
	return s.audit(ctx, "credential.leaked", event.TagOf(event.TagCredential, key.ID), key.Team, map[string]string{"prefix": key.Prefix, "done": done})
}
