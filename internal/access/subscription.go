package access

import (
	"slices"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// moves is the whole life of a subscription: what each state may become. A state without a row is final.
var moves = map[SubscriptionState][]SubscriptionState{
	Pending:   {Approved, Rejected, Cancelled},
	Approved:  {Suspended, Revoked, Cancelled, Expired},
	Suspended: {Approved, Revoked, Cancelled, Expired},
}

// SubscriptionStates lists every state of a subscription.
func SubscriptionStates() []SubscriptionState {
	return []SubscriptionState{Pending, Approved, Rejected, Cancelled, Suspended, Revoked, Expired}
}

// HeldStates are the states in which a team holds a plan: it has it, had it taken away for a while, or waits for it.
func HeldStates() []SubscriptionState { return []SubscriptionState{Pending, Approved, Suspended} }

// Final reports whether no way leads out of the state.
func (s SubscriptionState) Final() bool { return len(moves[s]) == 0 }

// StateAt is the state at a time: one whose end has come is expired, whether or not that was written down yet.
func (s Subscription) StateAt(now time.Time) SubscriptionState {
	if (s.State == Approved || s.State == Suspended) && past(s.EndsAt, now) {
		return Expired
	}
	return s.State
}

// past reports whether an exclusive end has come; the zero end never does.
func past(end, now time.Time) bool { return !end.IsZero() && !now.Before(end) }

// Move is the one way in which a subscription changes its state.
func (s Subscription) Move(to SubscriptionState, reason string, now time.Time) (Subscription, error) {
	from := s.StateAt(now)
	recordsEnd := to == Expired && s.lapsed(now)
	if !recordsEnd && !slices.Contains(moves[from], to) {
		return Subscription{}, noMove(from, to)
	}
	s.State, s.Reason, s.UpdatedAt = to, reason, now
	if to == Approved && s.ApprovedAt.IsZero() {
		s.ApprovedAt = now
	}
	return s, nil
}

func noMove(from, to SubscriptionState) error {
	return fault.Newf(fault.Conflict, "state_conflict", "The subscription is %s and cannot become %s.", from, to)
}

// Remove is what becomes of a subscription when its owner removes it. It ends as far as it has not, and is gone for
// them. A suspended one becomes revoked rather than cancelled, so that removing it and asking again does not undo the
// suspension.
func (s Subscription) Remove(now time.Time) (Subscription, error) {
	removed := s
	var err error
	switch s.StateAt(now) {
	case Pending, Approved:
		removed, err = s.Move(Cancelled, "", now)
	case Suspended:
		removed, err = s.Move(Revoked, s.Reason, now)
	case Expired:
		removed.State = Expired
	case Rejected, Cancelled, Revoked:
	}
	removed.RemovedAt, removed.UpdatedAt = now, now
	return removed, err
}

// Held reports whether the subscription counts as its team's plan.
func (s Subscription) Held(now time.Time) bool { return slices.Contains(HeldStates(), s.StateAt(now)) }

// Blocks reports whether the subscription stands in the way of asking for the same again: while it is held, after a
// rejection until its owner removes it, after a revocation until staff clear it.
func (s Subscription) Blocks(now time.Time) bool {
	switch s.StateAt(now) {
	case Pending, Approved, Suspended:
		return true
	case Rejected:
		return s.RemovedAt.IsZero()
	case Revoked:
		return s.ClearedAt.IsZero()
	case Cancelled, Expired:
	}
	return false
}
