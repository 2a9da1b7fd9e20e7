package account

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// EndSessions ends all sessions of an account except keep, which may be zero. It also deletes the account's links,
// since an intruder may have requested one.
func (s *Service) EndSessions(ctx context.Context, holder identity.AccountID, keep SessionID) error {
	if err := requireOver(ctx, identity.ManagePeople, holder); err != nil {
		return err
	}
	return s.change(ctx, holder, "session.all_ended", func(ctx context.Context, account *Account) error {
		return s.endOthers(ctx, account.ID, keep)
	})
}

func (s *Service) endOthers(ctx context.Context, holder identity.AccountID, keep SessionID) error {
	if err := s.store.EndSessions(ctx, holder, keep); err != nil {
		return err
	}
	return s.store.DeleteLinks(ctx, holder)
}

// EndSession ends one session of an account. It does nothing if the session has ended already.
func (s *Service) EndSession(ctx context.Context, holder identity.AccountID, ended SessionID) error {
	if err := requireOver(ctx, identity.ManagePeople, holder); err != nil {
		return err
	}
	return s.change(ctx, holder, "session.ended", func(ctx context.Context, account *Account) error {
		err := s.store.EndSession(ctx, account.ID, ended)
		if fault.Is(err, fault.NotFound) {
			return errUnchanged
		}
		return err
	})
}

// SignOut ends the session of a token. It does nothing if the token is empty or the session has ended.
func (s *Service) SignOut(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		holder, err := s.store.SessionByToken(ctx, hashToken(token))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.endHeld(ctx, holder, "session.ended")
	})
}

// endHeld ends a loaded session. It does nothing if the session has ended in the meantime.
func (s *Service) endHeld(ctx context.Context, holder SessionHolder, action string) error {
	err := s.store.EndSession(ctx, holder.Account.ID, holder.Session.ID)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.events.Audit(ctx, event.Audit{Action: action, Object: tagOf(holder.Account.ID), Team: holder.Session.Team})
}
