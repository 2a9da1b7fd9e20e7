package account

import (
	"context"
	"errors"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
)

// UnprovenKept is how long a sign-up may wait for its address to be confirmed.
const UnprovenKept = 7 * day

// Forget deletes expired sessions, invitations, links and attempts, and sign-ups that were never confirmed. The product
// itself calls it periodically.
func (s *Service) Forget(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	now := s.now()
	return errors.Join(s.store.Forget(ctx, now), s.forgetUnproven(ctx, now))
}

// forgetUnproven deletes sign-ups that waited too long, in batches, so that other writers do not wait.
func (s *Service) forgetUnproven(ctx context.Context, now time.Time) error {
	for {
		var dropped []Account
		err := s.store.InTx(ctx, func(ctx context.Context) error {
			var err error
			if dropped, err = s.store.ForgetUnproven(ctx, now.Add(-UnprovenKept), now); err != nil {
				return err
			}
			for _, account := range dropped {
				audit := event.Audit{Action: "account.sign_up_forgotten", Object: tagOf(account.ID), Details: map[string]string{"email": account.Email}}
				if err := s.events.Audit(ctx, audit); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(dropped) == 0 {
			return err
		}
	}
}
