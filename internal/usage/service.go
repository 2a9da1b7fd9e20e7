package usage

import (
	"cmp"
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
)

// Config is what a Service needs.
type Config struct {
	Store Store
	// Access, Accounts and Events tell teams how much of their quotas is used.
	Access   *access.Service
	Accounts Accounts
	Events   event.Recorder
	Now      clock.Func
	// Retention defaults to DefaultRetention.
	Retention Retention
}

// Accounts knows the people of teams.
type Accounts interface {
	Members(ctx context.Context, team identity.TeamID) ([]account.TeamMember, error)
	Account(ctx context.Context, account identity.AccountID) (account.Account, error)
}

// Service stores what the gateway counts and answers questions about it.
type Service struct {
	store    Store
	access   *access.Service
	accounts Accounts
	events   event.Recorder
	now      clock.Func
	kept     Retention
	live     func(QuotaKey) []Spent
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, access: config.Access, accounts: config.Accounts, events: config.Events, now: config.Now,
		kept: cmp.Or(config.Retention, DefaultRetention),
	}
}

// CountLive makes Standings count what the gateway of this process has counted and not stored yet. counted returns the
// windows of a quota, oldest first. It must be called before the service is used.
func (s *Service) CountLive(counted func(QuotaKey) []Spent) { s.live = counted }

// Record adds what the gateway has counted. It returns ErrCounted if the batch does not continue what is stored. It
// checks no permission: only the gateway of this process calls it.
func (s *Service) Record(ctx context.Context, batch Batch) error { return s.store.AddUsage(ctx, batch) }

// LedgerPosition returns the position up to which a ledger is counted; known is false for a new ledger. Like Record, it
// checks no permission.
func (s *Service) LedgerPosition(ctx context.Context, ledger string) (position int64, known bool, err error) {
	return s.store.LedgerPosition(ctx, ledger)
}

// Spent lists how much of a quota was used in the windows that began at the given time or later. Like Record, it checks
// no permission.
func (s *Service) Spent(ctx context.Context, key QuotaKey, since time.Time) ([]Spent, error) {
	return s.store.Spent(ctx, key, since)
}
