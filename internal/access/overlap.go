package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// ExtendOverlap is the input of the method of the same name.
type ExtendOverlap struct {
	Credential CredentialID
	// Overlap is how much longer the old key works, counted from now: up to 30 days.
	Overlap time.Duration
}

// ExtendedUntil returns when a replaced credential ends if its overlap is extended now: at its expiry at the latest.
func (c Credential) ExtendedUntil(now time.Time, overlap time.Duration) time.Time {
	end := now.Add(overlap)
	if !c.ExpiresAt.IsZero() && c.ExpiresAt.Before(end) {
		return c.ExpiresAt
	}
	return end
}

// ExtendOverlap keeps a rotated key working for longer, but not beyond its expiry. The key must still work.
func (s *Service) ExtendOverlap(ctx context.Context, in ExtendOverlap) (Credential, error) {
	extended, err := s.changeCredential(ctx, identity.ManageCredentials, in.Credential,
		func(ctx context.Context, old Credential, application Application) (IssuedCredential, error) {
			if in.Overlap <= 0 || in.Overlap > maxOverlap {
				return IssuedCredential{}, invalid("overlap", "must be at most 30 days")
			}
			if !old.Rights(application, false, identity.From(ctx), s.now()).Extend {
				return IssuedCredential{}, fault.New(fault.Conflict, "overlap_fixed",
					"The overlap can't be extended: the key is not being replaced, or works until it expires.")
			}
			end := old.ExtendedUntil(s.now(), in.Overlap)
			if !end.After(old.GraceUntil) {
				return IssuedCredential{}, invalid("overlap", "must be longer than what is left")
			}
			old.GraceUntil = end
			return IssuedCredential{Credential: old}, s.saveCredential(ctx, old, "credential.overlap_extended")
		})
	return extended.Credential, err
}

// ExtendApplicationOverlap extends the overlap of a key of the named application.
func (s *Service) ExtendApplicationOverlap(ctx context.Context, application ApplicationID, in ExtendOverlap) (Credential, error) {
	if err := s.checkCredentialOf(ctx, application, in.Credential); err != nil {
		return Credential{}, err
	}
	return s.ExtendOverlap(ctx, in)
}
