package account

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// visitorKeysOfAddress is how many keys the visitors at one IP address get within the window.
const visitorKeysOfAddress = 10

// CountVisitorKey counts a key that a visitor asks for. It rejects an IP address that requested too many keys, because
// each key has its own limits.
func CountVisitorKey(ctx context.Context, store Store, now time.Time) error {
	_, err := begin(ctx, store, attempt{
		at:       now,
		counters: machines("keys of visitors at:", identity.From(ctx).Address, visitorKeysOfAddress),
		locked: fault.New(fault.Limited, "visitor_keys_limited",
			"Your address has used all its temporary keys for now. Wait 15 minutes, or sign in to use your own key."),
	})
	return err
}
