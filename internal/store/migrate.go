package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ownSteps are the migrations for one of the databases. A step for which they need statements of their own has two files,
// whose names end in .sqlite.sql and .postgres.sql; every other step is the same for both.
type ownSteps struct {
	fs.FS

	postgres bool
}

// ReadDir implements fs.ReadDirFS.
func (s ownSteps) ReadDir(name string) ([]fs.DirEntry, error) {
	others := ".postgres.sql"
	if s.postgres {
		others = ".sqlite.sql"
	}
	entries, err := fs.ReadDir(s.FS, name)
	return slices.DeleteFunc(entries, func(entry fs.DirEntry) bool { return strings.HasSuffix(entry.Name(), others) }), err
}

// How long a node waits while another brings the schema up to date: so many times, so many seconds each.
const (
	migrateAsks  = 300
	migratePause = 1
)

// How often, and after how long a pause, a new SQLite database is tried that another process is just making. SQLite does
// not wait by itself for who turns a file into one with a write-ahead log.
const (
	busyTries = 100
	busyPause = 50 * time.Millisecond
)

// migrateInTurn is migrate, with patience for another process that makes the same database.
func (db *DB) migrateInTurn(ctx context.Context, steps fs.FS) (err error) {
	for range busyTries {
		if err = db.migrate(ctx, steps); err == nil || !isBusy(err) {
			return err
		}
		select {
		case <-time.After(busyPause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return err
}

// migrate brings the schema up to date, each step in a transaction of its own. On PostgreSQL nodes that start together
// take turns under an advisory lock.
func (db *DB) migrate(ctx context.Context, steps fs.FS) error {
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption{}
	if db.postgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(migratePause, migrateAsks))
		if err != nil {
			return err
		}
		dialect, options = goose.DialectPostgres, append(options, goose.WithSessionLocker(locker))
	}
	provider, err := goose.NewProvider(dialect, db.write.DB, steps, options...)
	if err != nil {
		return err
	}
	version, err := schemaVersion(ctx, provider)
	for err == nil {
		_, failed := provider.Up(ctx)
		if failed == nil {
			return nil
		}
		before := version
		if version, err = schemaVersion(ctx, provider); err != nil || version == before {
			return fmt.Errorf("bring the database's schema up to date: %w", failed)
		}
		// Something was done: maybe by another process, which on SQLite nothing keeps from taking the same step.
	}
	return err
}

// checkSchema refuses a database whose schema is not this program's own.
func (db *DB) checkSchema(ctx context.Context, steps fs.FS) error {
	known, err := fs.Glob(steps, "*.sql")
	if err != nil {
		return err
	}
	version, err := db.SchemaVersion(ctx)
	if err != nil {
		return fmt.Errorf("no Portico has been here yet: %w", err)
	}
	newest, err := goose.NumericComponent(known[len(known)-1])
	if err != nil {
		return err
	}
	if version != newest {
		return fmt.Errorf("the database has schema %d and this program knows %d: use the portico that serves it, or let portico serve bring it up to date", version, newest)
	}
	return nil
}

// schemaVersion is the version of the database's schema. One that this program does not know is refused.
func schemaVersion(ctx context.Context, provider *goose.Provider) (int64, error) {
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the database's schema version: %w", err)
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; version > newest {
		return 0, fmt.Errorf("the database was made by a newer portico (schema %d, this program knows %d): run that one", version, newest)
	}
	return version, nil
}
