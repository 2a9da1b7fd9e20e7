package account

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// EndSessions signs somebody out everywhere but in the kept session, which may be zero. No link that they were sent works
// any more: whoever was signed in may have asked for one.
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

// EndSession signs somebody out of one session. One that has ended already is no error.
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

// SignOut ends the session of the token. One that has ended already is no error, and neither is none.
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

// endHeld ends a session that was found, unless another node was quicker.
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
