package access

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/platform/fault"
)

var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// declared are the allowed transitions of a subscription, listed independently of the code.
var declared = map[[2]SubscriptionState]bool{
	{Pending, Approved}: true, {Pending, Rejected}: true, {Pending, Cancelled}: true,
	{Approved, Suspended}: true, {Suspended, Approved}: true,
	{Approved, Revoked}: true, {Approved, Cancelled}: true, {Approved, Expired}: true,
	{Suspended, Revoked}: true, {Suspended, Cancelled}: true, {Suspended, Expired}: true,
}

func TestOnlyDeclaredTransitionsAreAllowed(t *testing.T) {
	for _, from := range SubscriptionStates() {
		for _, to := range SubscriptionStates() {
			moved, err := Subscription{State: from}.Move(to, "why", noon)
			if allowed := declared[[2]SubscriptionState{from, to}]; allowed != (err == nil) {
				t.Errorf("%s to %s: got %v, want allowed %v", from, to, err, allowed)
			}
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("%s to %s: got %v, want a conflict", from, to, err)
			}
			if err == nil && (moved.State != to || moved.Reason != "why" || moved.UpdatedAt != noon) {
				t.Errorf("%s to %s: got %+v, want the new state, reason and time", from, to, moved)
			}
		}
	}
}

func TestASubscriptionNeverLeavesAFinalState(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		subscription := Subscription{State: Pending, CreatedAt: noon}
		if rapid.Bool().Draw(t, "ends") {
			subscription.EndsAt = noon.Add(time.Duration(rapid.IntRange(1, 20).Draw(t, "end")) * time.Hour)
		}
		final, approvedAt := false, time.Time{}
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "hours")) * time.Hour)
			before := subscription.StateAt(now)
			moved, err := subscription.Move(rapid.SampledFrom(SubscriptionStates()).Draw(t, "to"), "", now)
			if err != nil {
				continue
			}
			recorded := before == Expired && moved.State == Expired && !final
			if !recorded && !declared[[2]SubscriptionState{before, moved.State}] {
				t.Fatalf("got a move from %s to %s, want an error", before, moved.State)
			}
			if final {
				t.Fatalf("got a move from the final state %s to %s, want an error", subscription.State, moved.State)
			}
			if approvedAt.IsZero() {
				approvedAt = moved.ApprovedAt
			}
			if moved.ApprovedAt != approvedAt {
				t.Fatalf("got approved at %s, want the first time, %s", moved.ApprovedAt, approvedAt)
			}
			subscription, final = moved, moved.State.Final()
		}
	})
}

func TestRemovingASubscriptionKeepsABlockByStaff(t *testing.T) {
	for _, row := range []struct {
		from, to SubscriptionState
		blocks   bool
	}{
		{Pending, Cancelled, false},
		{Approved, Cancelled, false},
		{Suspended, Revoked, true},
		{Revoked, Revoked, true},
		{Rejected, Rejected, false},
		{Expired, Expired, false},
		{Cancelled, Cancelled, false},
	} {
		removed, err := Subscription{State: row.from}.Remove(noon)
		if err != nil || removed.State != row.to || removed.RemovedAt != noon || removed.Blocks(noon) != row.blocks {
			t.Errorf("removing a %s one: got %+v, %v, blocks %v, want %s, blocks %v", row.from, removed, err, removed.Blocks(noon), row.to, row.blocks)
		}
	}
}

func TestSomeStatesBlockANewRequest(t *testing.T) {
	blocking := []SubscriptionState{Pending, Approved, Suspended, Rejected, Revoked}
	for _, state := range SubscriptionStates() {
		if got, want := (Subscription{State: state}).Blocks(noon), slices.Contains(blocking, state); got != want {
			t.Errorf("%s: got blocks %v, want %v", state, got, want)
		}
	}
	if (Subscription{State: Revoked, RemovedAt: noon, ClearedAt: noon}).Blocks(noon) {
		t.Error("cleared: got blocks true, want false")
	}
}

func TestASubscriptionExpiresExactlyAtItsEnd(t *testing.T) {
	for _, state := range []SubscriptionState{Approved, Suspended} {
		subscription := Subscription{State: state, EndsAt: noon}
		if got := subscription.StateAt(noon.Add(-time.Microsecond)); got != state {
			t.Errorf("%s, before its end: got %s, want it unchanged", state, got)
		}
		if got := subscription.StateAt(noon); got != Expired {
			t.Errorf("%s, at its end: got %s, want expired", state, got)
		}
		for _, to := range SubscriptionStates() {
			if _, err := subscription.Move(to, "", noon); (err == nil) != (to == Expired) {
				t.Errorf("%s to %s, past its end: got %v, want only expired allowed", state, to, err)
			}
		}
	}
	if got := (Subscription{State: Pending, EndsAt: noon}).StateAt(noon); got != Pending {
		t.Errorf("pending, at its end: got %s, want pending", got)
	}
}
