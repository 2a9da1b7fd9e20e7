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

// ownSteps are the migrations for one of the databases. A step with different statements for each has two files, whose
// names end in .sqlite.sql and .postgres.sql; all other steps are the same for both.
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

// How often, and for how many seconds each, a node waits while another one migrates the schema.
const (
	migrateAsks  = 300
	migratePause = 1
)

// How often, and with what pause, a node retries a new SQLite database that another process is creating. SQLite's own
// timeout does not cover the switch to a write-ahead log.
const (
	busyTries = 100
	busyPause = 50 * time.Millisecond
)

// migrateInTurn calls migrate and retries while another process creates the same database.
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

// migrate runs the missing migrations, each in its own transaction. On PostgreSQL, an advisory lock makes nodes that
// start together take turns.
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
		// A step has run, perhaps in another process: on SQLite, nothing prevents two processes from running the same step.
	}
	return err
}

// checkSchema rejects a database whose schema is not this program's.
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

// schemaVersion returns the version of the database's schema. It rejects an unknown one.
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
