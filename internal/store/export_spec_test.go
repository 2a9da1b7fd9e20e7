package store

import "context"

// WithPause returns the store with another pause between the batches of staging.
func (s *Catalog) WithPause(pause func(ctx context.Context) error) *Catalog {
	return &Catalog{DB: s.DB, pause: pause}
}
