package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

// Mark says that the sums of one hour or day are missing or out of date.
type Mark struct {
	Grain Grain
	At    time.Time
	// Marks counts the changes since the sums were last complete.
	Marks int64
	// ClaimedUntil identifies the process that sums up.
	ClaimedUntil time.Time
}

const (
	// settle is how long after its end an hour or day is summed up, so that the last batches of all nodes are in.
	settle = time.Minute
	// claim is how long other nodes leave an hour or day to the node that began to sum it up.
	claim = 5 * time.Minute
)

// RollUp sums up the hours and days that are over and have changed. Nodes may call it at the same time and stop at any
// moment: until its sums are complete, an hour is counted by its minutes. The product itself calls it periodically.
func (s *Service) RollUp(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	for _, grain := range []Grain{Hour, Day} {
		after := time.Time{}
		for {
			now := s.now()
			mark, found, err := s.store.ClaimMark(ctx, grain, Span{Since: after, Until: now.Add(-grain.Length() - settle)}, now.Add(claim))
			if err != nil {
				return err
			}
			if !found {
				break
			}
			if err := s.store.SumUp(ctx, mark); err != nil {
				return err
			}
			after = mark.At.Add(grain.Length())
		}
	}
	return nil
}
