package usage

import (
	"context"
	"time"
)

// Config is what a Service needs.
type Config struct {
	Store Store
}

// Service stores what the gateway counts and answers questions about it.
type Service struct {
	store Store
}

// New returns a Service.
func New(config Config) *Service { return &Service{store: config.Store} }

// Record adds what the gateway has counted. It checks no permission: only the gateway of this process calls it.
func (s *Service) Record(ctx context.Context, minutes []Minute, increments []Increment) error {
	return s.store.AddUsage(ctx, minutes, increments)
}

// Spent lists how much of a quota was used in the windows that began at the given time or later. Like Record, it checks
// no permission.
func (s *Service) Spent(ctx context.Context, key QuotaKey, since time.Time) ([]Spent, error) {
	return s.store.Spent(ctx, key, since)
}
