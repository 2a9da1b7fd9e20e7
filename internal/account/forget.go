package account

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
)

// UnprovenKept is how long a sign-up waits for its address to be proved.
const UnprovenKept = 7 * day

// Forget deletes what is over: sessions, invitations, links, counted attempts, and sign-ups that nobody has proved to be
// theirs. It is for the product itself to ask, every now and then.
func (s *Service) Forget(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	return s.store.Forget(ctx, s.now())
}
