package testkit

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
)

// emptySQLite is an empty database file with the schema, created once per process because a copy is quicker than a
// migration.
var emptySQLite = sync.OnceValues(func() ([]byte, error) {
	directory, err := os.MkdirTemp("", "portico-sqlite-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(directory) }()
	path := filepath.Join(directory, "empty.db")
	db, err := store.Open(context.Background(), store.Config{URL: sqliteURL(path), Now: clock.NewFrozen(Start).Now})
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func newSQLite(t testing.TB) string {
	t.Helper()
	empty, err := emptySQLite()
	if err != nil {
		t.Fatal(fmt.Errorf("create an empty SQLite database: %w", err))
	}
	path := filepath.Join(t.TempDir(), "portico.db")
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	return sqliteURL(path)
}

// sqliteURL returns an address without syncing to disk, because a test's data need not survive a power cut.
func sqliteURL(path string) string { return "sqlite:" + path + "?synchronous=OFF" }
