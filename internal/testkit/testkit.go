// Package testkit gives tests a small complete portal: a real database, real services, a frozen clock, and people with
// different permissions.
//
// EachDB runs a test on SQLite and on PostgreSQL, New on SQLite only. services.go lists the services in the order of
// the domain, people.go the people that exist before a test begins. There are no mocks. Only _test.go files import the
// package. Tests of the domain are external (package account_test), because the kit imports the domain.
package testkit

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/store"
)

// Start is the time at which every test begins. It is in the middle of a month, so that small steps stay in that month.
var Start = time.Date(2026, time.March, 10, 9, 0, 0, 0, time.UTC)

// Kit is one small portal. Its services are in services.go, its people in people.go.
type Kit struct {
	// URL is the address of the database, for tests that open it themselves.
	URL      string
	Postgres bool
	DB       *store.DB
	Clock    *clock.Frozen
	Ring     *sealed.Ring

	services
	people
}

// EachDB runs the test on SQLite and on PostgreSQL, each time with a new kit.
func EachDB(t *testing.T, run func(t *testing.T, kit *Kit)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, New(t)) })
	t.Run("postgres", func(t *testing.T) { run(t, NewPostgres(t)) })
}

// EachBlank runs the test on SQLite and on PostgreSQL with the address of a database without a schema.
func EachBlank(t *testing.T, run func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, sqliteURL(filepath.Join(t.TempDir(), "portico.db"))) })
	t.Run("postgres", func(t *testing.T) { run(t, newPostgres(t, "template0")) })
}

// New returns a kit on a new SQLite database.
func New(t testing.TB) *Kit {
	t.Helper()
	return seeded(t, &Kit{URL: newSQLite(t)})
}

// NewPostgres returns a kit on a new PostgreSQL database.
func NewPostgres(t testing.TB) *Kit {
	t.Helper()
	return seeded(t, &Kit{URL: newPostgres(t, template), Postgres: true})
}

// EmptySQLite returns the address of an empty SQLite database with the schema, for a test that runs the whole product
// on it.
func EmptySQLite(t testing.TB) string { return newSQLite(t) }

// EmptyPostgres is EmptySQLite on PostgreSQL.
func EmptyPostgres(t testing.TB) string { return newPostgres(t, template) }

func seeded(t testing.TB, kit *Kit) *Kit {
	t.Helper()
	kit.Clock = clock.NewFrozen(Start)
	ring, err := sealed.Generate(filepath.Join(t.TempDir(), "keyring"), Start)
	if err != nil {
		t.Fatal(err)
	}
	kit.Ring = ring
	kit.start(t)
	kit.people = seed(t, kit.DB)
	return kit
}

// Another returns a kit like a second process on the same database: with the same clock, key ring and people, and with
// new connections and services.
func (kit *Kit) Another(t testing.TB) *Kit {
	t.Helper()
	another := &Kit{URL: kit.URL, Postgres: kit.Postgres, Clock: kit.Clock, Ring: kit.Ring, people: kit.people}
	another.start(t)
	return another
}

func (kit *Kit) start(t testing.TB) {
	t.Helper()
	kit.DB = open(t, store.Config{URL: kit.URL, Now: kit.Clock.Now, Ring: kit.Ring})
	t.Cleanup(func() { _ = kit.DB.Close() })
	kit.services = newServices(kit)
}

func open(t testing.TB, config store.Config) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// Rows counts the rows of a table without the store.
func (kit *Kit) Rows(t testing.TB, table string) int {
	t.Helper()
	var count int
	kit.behind(t, func(connection *sql.DB) error {
		return connection.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&count)
	})
	return count
}

// Exec runs a statement without the store.
func (kit *Kit) Exec(t testing.TB, statement string) {
	t.Helper()
	kit.behind(t, func(connection *sql.DB) error {
		_, err := connection.ExecContext(t.Context(), statement)
		return err
	})
}

func (kit *Kit) behind(t testing.TB, do func(connection *sql.DB) error) {
	t.Helper()
	driver, address := "sqlite", strings.TrimPrefix(kit.URL, "sqlite:")
	if kit.Postgres {
		driver, address = "pgx", kit.URL
	}
	connection, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	if err := do(connection); err != nil {
		t.Fatal(err)
	}
}
