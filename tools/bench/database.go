package main

import (
	"context"
	"os"
	"path/filepath"
	"sync"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/store"
)

// ring is the key ring of every database that is measured, because one of PostgreSQL serves several measurements.
var ring = sync.OnceValues(func() (*sealed.Ring, error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	return sealed.Generate(filepath.Join(folder, "keyring"), clock.Now())
})

// openDatabase opens a database in which everything can be done that the product does.
func openDatabase(ctx context.Context, url string) (*store.DB, error) {
	ring, err := ring()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Config{URL: url, Now: clock.Now, Ring: ring})
}
