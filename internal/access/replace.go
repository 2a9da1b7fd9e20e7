package access

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

// maxOverlap is the longest time that a rotated key may keep working.
const maxOverlap = 30 * 24 * time.Hour

// RegenerateCredential replaces the secret of a credential in place. Its ID, name, scopes, expiry and creation stay,
// and the other key of a pair keeps working. The gateway refuses the old secret as soon as the call returns.
func (s *Service) RegenerateCredential(ctx context.Context, id CredentialID) (IssuedCredential, error) {
	return s.changeCredential(ctx, identity.ManageCredentials, id, s.regenerate)
}

func (s *Service) regenerate(ctx context.Context, credential Credential, application Application) (IssuedCredential, error) {
	if !credential.Rights(application, false, identity.From(ctx), s.now()).Regenerate {
		return IssuedCredential{}, whyNotReplaced(credential, s.now(), "regenerated")
	}
	fresh, err := s.renew(&credential)
	if err != nil {
		return IssuedCredential{}, err
	}
	credential.RegeneratedAt = s.now()
	if err := s.store.ForgetReaders(ctx, credential.ID); err != nil {
		return IssuedCredential{}, err
	}
	if err := s.saveCredential(ctx, credential, "credential.regenerated", event.NewKeys); err != nil {
		return IssuedCredential{}, err
	}
	return s.handOut(ctx, credential, fresh)
}

// saveCredential saves a changed credential with its audit record and its entry in the change log.
func (s *Service) saveCredential(ctx context.Context, credential Credential, action string, also ...event.Tag) error {
	if err := s.store.SaveCredential(ctx, credential); err != nil {
		return err
	}
	tag := event.TagOf(event.TagCredential, credential.ID)
	if err := s.audit(ctx, action, tag, credential.Team, map[string]string{"prefix": credential.Prefix}); err != nil {
		return err
	}
	return s.changed(ctx, append(also, tag)...)
}

// RotateCredential is the input of the method of the same name.
type RotateCredential struct {
	Credential CredentialID
	// Overlap is how long the old key keeps working beside the new one: 0 to 30 days.
	Overlap time.Duration
}

// RotateCredential issues a successor with its own ID and keeps the old key working for the overlap. The successor has
// the old key's slot, scopes and lifetime.
func (s *Service) RotateCredential(ctx context.Context, in RotateCredential) (IssuedCredential, error) {
	return s.changeCredential(ctx, identity.ManageCredentials, in.Credential,
		func(ctx context.Context, old Credential, application Application) (IssuedCredential, error) {
			if in.Overlap < 0 || in.Overlap > maxOverlap {
				return IssuedCredential{}, invalid("overlap", "must be between 0 and 30 days")
			}
			if !old.Rights(application, false, identity.From(ctx), s.now()).Rotate {
				return IssuedCredential{}, whyNotReplaced(old, s.now(), "rotated")
			}
			return s.rotate(ctx, old, application, in.Overlap)
		})
}

func (s *Service) rotate(ctx context.Context, old Credential, application Application, overlap time.Duration) (IssuedCredential, error) {
	next := successor(old, s.now())
	old.GraceUntil, old.Slot = s.now().Add(overlap), NoSlot
	if !old.ExpiresAt.IsZero() && old.ExpiresAt.Before(old.GraceUntil) {
		old.GraceUntil = old.ExpiresAt
	}
	if err := s.store.SaveCredential(ctx, old); err != nil { // before the successor, to free the slot
		return IssuedCredential{}, err
	}
	issued, err := s.issue(ctx, application, next)
	if err != nil {
		return IssuedCredential{}, err
	}
	old.ReplacedBy = issued.Credential.ID
	issued.Previous = old
	return issued, s.saveCredential(ctx, old, "credential.rotated")
}

func successor(old Credential, now time.Time) terms {
	next := terms{
		subscription: old.Subscription, environment: old.Environment, kind: old.Kind, slot: old.Slot, name: old.Name,
		scopes: slices.Clone(old.Scopes), rotatedFrom: old.ID,
	}
	next.policy.Format, next.policy.Viewable, next.policy.InQuery = old.Format, old.Viewable, old.InQuery
	if !old.ExpiresAt.IsZero() {
		next.expiresAt = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	return next
}

// RevokeCredential ends a credential at once and permanently. Revoking it again changes nothing.
func (s *Service) RevokeCredential(ctx context.Context, id CredentialID) error {
	_, err := s.changeCredential(ctx, identity.ManageCredentials, id,
		func(ctx context.Context, credential Credential, _ Application) (IssuedCredential, error) {
			return IssuedCredential{}, s.revoke(ctx, credential)
		})
	return err
}

// RevokeCredentials revokes several credentials, or none if one of them cannot be revoked.
func (s *Service) RevokeCredentials(ctx context.Context, ids []CredentialID) error {
	keys := make([]Credential, len(ids))
	for i, id := range ids {
		var err error
		if keys[i], _, err = s.loadCredential(ctx, identity.ManageCredentials, id); err != nil {
			return err
		}
	}
	// Each change locks its team. In one order, two calls cannot wait for each other.
	slices.SortFunc(keys, func(a, b Credential) int { return bytes.Compare(a.Team[:], b.Team[:]) })
	return s.store.InTx(ctx, func(ctx context.Context) error {
		for _, key := range keys {
			if err := s.RevokeCredential(ctx, key.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) revoke(ctx context.Context, credential Credential) error {
	if !credential.RevokedAt.IsZero() {
		return nil
	}
	credential.RevokedAt, credential.RevokedBy, credential.Sealed = s.now(), identity.From(ctx).Account, nil
	return s.saveCredential(ctx, credential, "credential.revoked")
}

// RenameCredential changes the name of a credential.
func (s *Service) RenameCredential(ctx context.Context, id CredentialID, name string) (Credential, error) {
	renamed, err := s.changeCredential(ctx, identity.ManageCredentials, id,
		func(ctx context.Context, credential Credential, application Application) (IssuedCredential, error) {
			if reason := checkName(name, true); reason != "" {
				return IssuedCredential{}, invalid("name", reason)
			}
			if !credential.Rights(application, false, identity.From(ctx), s.now()).Rename {
				return IssuedCredential{}, whyNotReplaced(credential, s.now(), "renamed")
			}
			credential.Name = strings.TrimSpace(name)
			return IssuedCredential{Credential: credential}, s.saveCredential(ctx, credential, "credential.renamed")
		})
	return renamed.Credential, err
}

// RevealCredential returns the secret of a viewable credential to a member of its team. Staff never see one, not even
// as members. Each call is in the audit trail before it returns.
func (s *Service) RevealCredential(ctx context.Context, id CredentialID) (string, error) {
	revealed, err := s.changeCredential(ctx, identity.RevealCredentials, id, s.reveal)
	return revealed.Secret, err
}

func (s *Service) reveal(ctx context.Context, credential Credential, application Application) (IssuedCredential, error) {
	principal, now := identity.From(ctx), s.now()
	serving, err := s.store.Serving(ctx, []CredentialID{credential.ID}, now)
	if err != nil {
		return IssuedCredential{}, err
	}
	if !credential.Rights(application, serving[credential.ID], principal, now).Reveal {
		return IssuedCredential{}, whyNotRevealed(credential, principal, now)
	}
	shown, err := s.ring.Open(credential.Sealed, credential.ID[:])
	if err != nil {
		return IssuedCredential{}, err
	}
	tag := event.TagOf(event.TagCredential, credential.ID)
	if err := s.audit(ctx, "credential.revealed", tag, credential.Team, map[string]string{"prefix": credential.Prefix}); err != nil {
		return IssuedCredential{}, err
	}
	return IssuedCredential{Credential: credential, Material: Material{Secret: string(shown)}}, s.noteReader(ctx, credential.ID)
}
