package usage

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/identity"
)

// Retention is how long counts are kept at each resolution. Hours must be kept longer than minutes, and days longer
// than hours.
type Retention struct{ Minutes, Hours, Days time.Duration }

// DefaultRetention keeps days for five years.
var DefaultRetention = Retention{Minutes: 90 * day, Hours: 400 * day, Days: 5 * 365 * day}

// How long other things are kept.
const (
	// SpentKept is how long a quota is kept after its window is over, so that the last month can be shown.
	SpentKept = 32 * day
	// AddressesKept is how long the addresses of a credential's calls are kept.
	AddressesKept = 7 * day
	// LedgersKept is how long the position of a ledger is kept after its last batch. A ledger that comes back later is a
	// new one.
	LedgersKept = 90 * day
)

// Retention returns how long counts are kept. It checks no permission, because it is no secret.
func (s *Service) Retention() Retention { return s.kept }

// Expiry says what is deleted: everything before these times.
type Expiry struct {
	// Grains holds the times of counts, whole UTC days.
	Grains [Day + 1]time.Time
	// Spent is when a quota's window was over, and the period of an alert.
	Spent, Addresses, Ledgers time.Time
}

// Forget deletes what is kept no longer. The product itself calls it periodically.
func (s *Service) Forget(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	now := s.now()
	before := func(kept time.Duration) time.Time { return now.Add(-kept).Truncate(day) }
	return s.store.Forget(ctx, Expiry{
		Grains: [...]time.Time{Minute: before(s.kept.Minutes), Hour: before(s.kept.Hours), Day: before(s.kept.Days)},
		Spent:  now.Add(-SpentKept), Addresses: now.Add(-AddressesKept), Ledgers: now.Add(-LedgersKept),
	})
}
