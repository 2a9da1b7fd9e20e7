package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
)

// KeyFound is a key that was looked for, with when it was last called with; the zero time is never.
type KeyFound struct {
	access.FoundKey
	LastUsed time.Time
}

// FindKey looks for a leaked key by the whole of it or its beginning, for staff.
func (s *Service) FindKey(ctx context.Context, pasted string) ([]KeyFound, error) {
	found, err := s.access.FindKey(ctx, pasted)
	if err != nil {
		return nil, err
	}
	return s.withUse(ctx, found)
}

// Key returns one key with whose it is and when it was last used, for staff.
func (s *Service) Key(ctx context.Context, id access.CredentialID) (KeyFound, error) {
	found, err := s.access.Key(ctx, id)
	if err != nil {
		return KeyFound{}, err
	}
	used, err := s.withUse(ctx, []access.FoundKey{found})
	if err != nil {
		return KeyFound{}, err
	}
	return used[0], nil
}

func (s *Service) withUse(ctx context.Context, found []access.FoundKey) ([]KeyFound, error) {
	ids := make([]access.CredentialID, len(found))
	for i, one := range found {
		ids[i] = one.Credential.ID
	}
	lastUsed, err := s.store.LastUsed(ctx, ids)
	if err != nil {
		return nil, err
	}
	used := make([]KeyFound, len(found))
	for i, one := range found {
		used[i] = KeyFound{FoundKey: one, LastUsed: lastUsed[one.Credential.ID]}
	}
	return used, nil
}
