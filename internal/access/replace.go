package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// maxOverlap is the longest time that a rotated key may go on working.
const maxOverlap = 30 * 24 * time.Hour

// RegenerateCredential replaces the secret of a credential in place: its id, name, scopes, expiry and creation stay, and
// the other key of a pair goes on working. The old secret is refused when the call returns.
func (s *Service) RegenerateCredential(ctx context.Context, id CredentialID) (IssuedCredential, error) {
	credential, _, err := s.reachCredential(ctx, identity.ManageCredentials, id)
	if err != nil {
		return IssuedCredential{}, err
	}
	var issued IssuedCredential
	err = s.change(ctx, credential.Team, func(ctx context.Context) error {
		issued, err = s.regenerate(ctx, id)
		return err
	})
	if err != nil {
		return IssuedCredential{}, err
	}
	return issued, nil
}

func (s *Service) regenerate(ctx context.Context, id CredentialID) (IssuedCredential, error) {
	credential, err := s.lasting(ctx, id, "regenerated")
	if err != nil {
		return IssuedCredential{}, err
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

// lasting loads a credential inside a transaction and refuses one that does not work any more or has been replaced.
func (s *Service) lasting(ctx context.Context, id CredentialID, done string) (Credential, error) {
	credential, err := s.store.Credential(ctx, id)
	if err != nil {
		return Credential{}, err
	}
	if credential.Ticket {
		return Credential{}, fault.Newf(fault.Conflict, "ticket", "A ticket lives for minutes and cannot be %s. Ask for another one.", done)
	}
	if status := credential.Status(s.now()); !status.Lasting() {
		if status == StatusGrace {
			return Credential{}, fault.Newf(fault.Conflict, "credential_replaced", "The key has a successor already and cannot be %s.", done)
		}
		return Credential{}, fault.Newf(fault.Conflict, "credential_over", "The key is %s and cannot be %s. Make a new one.", status, done)
	}
	return credential, nil
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

// RotateCredential is what the method of the same name takes.
type RotateCredential struct {
	Credential CredentialID
	// Overlap is how long the old key goes on working beside the new one: 0 to 30 days.
	Overlap time.Duration
}

// RotateCredential issues a successor with an id of its own and leaves the old key an overlap to be exchanged in. The
// successor takes over the old one's slot, scopes and length of life.
func (s *Service) RotateCredential(ctx context.Context, in RotateCredential) (IssuedCredential, error) {
	old, application, err := s.reachCredential(ctx, identity.ManageCredentials, in.Credential)
	if err != nil {
		return IssuedCredential{}, err
	}
	if in.Overlap < 0 || in.Overlap > maxOverlap {
		return IssuedCredential{}, invalid("overlap", "must be between 0 and 30 days")
	}
	var issued IssuedCredential
	err = s.change(ctx, old.Team, func(ctx context.Context) error {
		if old, err = s.lasting(ctx, in.Credential, "rotated"); err != nil {
			return err
		}
		next := successor(old, s.now())
		old.GraceUntil, old.Slot = s.now().Add(in.Overlap), NoSlot
		if !old.ExpiresAt.IsZero() && old.ExpiresAt.Before(old.GraceUntil) {
			old.GraceUntil = old.ExpiresAt
		}
		if err := s.store.SaveCredential(ctx, old); err != nil { // before the successor, to free the slot
			return err
		}
		if issued, err = s.issue(ctx, application, next); err != nil {
			return err
		}
		old.ReplacedBy = issued.Credential.ID
		issued.Previous = old
		return s.saveCredential(ctx, old, "credential.rotated")
	})
	if err != nil {
		return IssuedCredential{}, err
	}
	return issued, nil
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

// RevokeCredential ends a credential at once and for good. Revoking again changes nothing.
func (s *Service) RevokeCredential(ctx context.Context, id CredentialID) error {
	credential, _, err := s.reachCredential(ctx, identity.ManageCredentials, id)
	if err != nil {
		return err
	}
	return s.change(ctx, credential.Team, func(ctx context.Context) error {
		if credential, err = s.store.Credential(ctx, id); err != nil {
			return err
		}
		return s.revoke(ctx, credential)
	})
}

func (s *Service) revoke(ctx context.Context, credential Credential) error {
	if !credential.RevokedAt.IsZero() {
		return nil
	}
	credential.RevokedAt, credential.RevokedBy, credential.Sealed = s.now(), identity.From(ctx).Account, nil
	return s.saveCredential(ctx, credential, "credential.revoked")
}

// RenameCredential gives a credential another name; nothing else about it changes.
func (s *Service) RenameCredential(ctx context.Context, id CredentialID, name string) (Credential, error) {
	credential, _, err := s.reachCredential(ctx, identity.ManageCredentials, id)
	if err != nil {
		return Credential{}, err
	}
	if reason := checkName(name, true); reason != "" {
		return Credential{}, invalid("name", reason)
	}
	err = s.change(ctx, credential.Team, func(ctx context.Context) error {
		if credential, err = s.store.Credential(ctx, id); err != nil {
			return err
		}
		credential.Name = strings.TrimSpace(name)
		return s.saveCredential(ctx, credential, "credential.renamed")
	})
	return credential, err
}

// RevealCredential shows a viewable key (of a Basic credential the password) again to a member of its team. Staff never
// see one, not even as members. Each reveal is in the audit trail before the answer is given.
func (s *Service) RevealCredential(ctx context.Context, id CredentialID) (string, error) {
	credential, _, err := s.reachCredential(ctx, identity.RevealCredentials, id)
	if err != nil {
		return "", err
	}
	if identity.From(ctx).Staff != identity.NotStaff {
		return "", fault.New(fault.Forbidden, "not_for_staff", "Staff do not see the keys of teams. Sign in with an account that has no staff role.")
	}
	var shown []byte
	err = s.change(ctx, credential.Team, func(ctx context.Context) error {
		if credential, err = s.store.Credential(ctx, id); err != nil {
			return err
		}
		if err := s.checkRevealable(ctx, credential); err != nil {
			return err
		}
		if shown, err = s.ring.Open(credential.Sealed, credential.ID[:]); err != nil {
			return err
		}
		tag := event.TagOf(event.TagCredential, credential.ID)
		if err := s.audit(ctx, "credential.revealed", tag, credential.Team, map[string]string{"prefix": credential.Prefix}); err != nil {
			return err
		}
		return s.noteReader(ctx, credential.ID)
	})
	if err != nil {
		return "", err
	}
	return string(shown), nil
}

// checkRevealable answers nil for a viewable key that works and opens something.
func (s *Service) checkRevealable(ctx context.Context, credential Credential) error {
	now := s.now()
	if !credential.Viewable || len(credential.Sealed) == 0 && credential.RevokedAt.IsZero() {
		return fault.New(fault.Conflict, "not_viewable", "This key was shown once, when it was made, and is not kept. Regenerate it to get a new one.")
	}
	if status := credential.Status(now); !status.Works() {
		return fault.Newf(fault.Conflict, "credential_over", "The key is %s and is not shown any more.", status)
	}
	filter := SubscriptionFilter{Application: credential.Application, States: []SubscriptionState{Approved}}
	approved, err := s.subscriptions(ctx, filter)
	if err != nil {
		return err
	}
	opened := func(subscription Subscription) bool {
		return subscription.StateAt(now) == Approved &&
			(credential.Subscription.IsZero() || credential.Subscription == subscription.ID)
	}
	if !slices.ContainsFunc(approved, opened) {
		return fault.New(fault.Conflict, "not_approved", "Keys are shown while their subscription is approved.")
	}
	return nil
}
