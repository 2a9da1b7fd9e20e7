package access

import (
	"slices"
	"time"

	"github.com/portico-api/portico/internal/platform/fault"
)

// moves lists the states that each state may change to. A state without a row is final.
var moves = map[SubscriptionState][]SubscriptionState{
	Pending:   {Approved, Rejected, Cancelled},
	Approved:  {Suspended, Revoked, Cancelled, Expired},
	Suspended: {Approved, Revoked, Cancelled, Expired},
}

// SubscriptionStates lists every state of a subscription.
func SubscriptionStates() []SubscriptionState {
	return []SubscriptionState{Pending, Approved, Rejected, Cancelled, Suspended, Revoked, Expired}
}

// HeldStates returns the states in which a team holds a plan: approved, suspended or pending.
func HeldStates() []SubscriptionState { return []SubscriptionState{Pending, Approved, Suspended} }

// Final reports whether the state can no longer change.
func (s SubscriptionState) Final() bool { return len(moves[s]) == 0 }

// StateAt returns the state at a time. After its end a subscription is expired, even before that is stored.
func (s Subscription) StateAt(now time.Time) SubscriptionState {
	if (s.State == Approved || s.State == Suspended) && past(s.EndsAt, now) {
		return Expired
	}
	return s.State
}

// past reports whether an exclusive end has been reached. A zero end never is.
func past(end, now time.Time) bool { return !end.IsZero() && !now.Before(end) }

// Move returns the subscription in another state. All changes of state go through it.
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

// Remove returns the subscription after its owner removed it: ended and no longer visible to the owner. A suspended one
// becomes revoked rather than cancelled, so that removing it and requesting again does not undo the suspension.
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

// Held reports whether the team holds the subscription's plan.
func (s Subscription) Held(now time.Time) bool { return slices.Contains(HeldStates(), s.StateAt(now)) }

// Blocks reports whether the subscription prevents a new request for the same. It does while it is held, after a
// rejection until its owner removes it, and after a revocation until staff clear it.
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
