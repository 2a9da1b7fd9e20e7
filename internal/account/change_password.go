package account

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// ChangePassword is the input of Service.ChangePassword. Keep is the session that makes the change.
type ChangePassword struct {
	Current string
	New     string
	Keep    SessionID
}

// Validate rejects an unusable new password.
func (in ChangePassword) Validate() error {
	return fault.InvalidFields(refusedPassword("new_password", in.New))
}

// ChangePassword replaces the caller's password and ends their other sessions and links. A wrong current password
// counts as a failed sign-in.
func (s *Service) ChangePassword(ctx context.Context, in ChangePassword) error {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return err
	}
	if err := in.Validate(); err != nil {
		return err
	}
	principal := identity.From(ctx)
	account, err := s.store.Account(ctx, principal.Account)
	if err != nil {
		return err
	}
	attempt, err := s.beginAttempt(ctx, account.Email, principal.Address)
	if err != nil {
		return err
	}
	if err := s.checkCurrent(ctx, account, in.Current); err != nil {
		if !fault.Is(err, fault.Invalid) {
			s.forgive(ctx, attempt)
		}
		return err
	}
	replacement, err := s.hasher.hash(ctx, in.New)
	if err != nil {
		return err
	}
	return s.change(ctx, account.ID, "account.password_changed", func(ctx context.Context, current *Account) error {
		if current.State != Active || current.PasswordHash != account.PasswordHash {
			return fault.New(fault.Conflict, "password_changed", "The password was just changed in another session. Please sign in again.")
		}
		current.PasswordHash, current.PasswordAt = replacement, s.now()
		if err := s.endOthers(ctx, account.ID, in.Keep); err != nil {
			return err
		}
		return s.succeeded(ctx, attempt)
	})
}

func (s *Service) checkCurrent(ctx context.Context, account Account, password string) error {
	matched, err := s.hasher.matches(ctx, account.PasswordHash, password, 0)
	if err != nil {
		return err
	}
	if !matched {
		return fault.InvalidFields([]fault.Field{{Name: "current_password", Reason: "is not your password"}})
	}
	return nil
}
