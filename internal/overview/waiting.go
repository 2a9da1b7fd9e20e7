package overview

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
)

// Waiting counts the decisions that staff have to make.
type Waiting struct {
	Requests int
	SignUps  int
}

// Waiting returns how much waits for a decision by staff.
func (s *Service) Waiting(ctx context.Context) (Waiting, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return Waiting{}, err
	}
	var waiting Waiting
	var err error
	if waiting.Requests, err = s.access.PendingRequests(ctx); err != nil {
		return Waiting{}, err
	}
	waiting.SignUps, err = s.accounts.WaitingSignUps(ctx)
	return waiting, err
}
