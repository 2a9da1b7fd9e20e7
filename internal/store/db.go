// Package store stores the domain's objects in SQLite or PostgreSQL with one implementation.
//
// It owns all SQL, the migrations, transactions, the change log, the outbox and the audit trail. All rules belong to
// the domain, whose ports the types here implement (Accounts, Catalog, Plans, Access, Usage, Site). Times are stored as
// microseconds since 1970 in UTC (0 is never), identifiers as their 24 digits, structures as JSON text.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
)

// readers is the number of concurrent reads on SQLite, and of connections per node on PostgreSQL.
const (
	readers     = 8
	connections = 20
)

// Config is what Open needs.
type Config struct {
	// URL is sqlite:PATH or postgres://….
	URL string
	Now clock.Func
	// Ring is the installation's key ring, which must belong to this database. Without a ring, every change that writes an
	// audit record fails.
	Ring *sealed.Ring
	// Present opens only an existing database with this program's schema. It creates and migrates nothing.
	Present bool
}

// DB is an installation's database.
type DB struct {
	write    *bun.DB
	read     *bun.DB
	postgres bool
	url      string
	now      clock.Func
	chain    *sealed.Hasher
	// silent means that messages are dropped.
	silent bool

	mu        sync.RWMutex
	listeners []func(event.Change)

	messageListeners []func()
}

// Open opens the database and migrates its schema. It rejects a schema that is newer than this program.
func Open(ctx context.Context, config Config) (*DB, error) {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return open(ctx, config, steps)
}

func open(ctx context.Context, config Config, steps fs.FS) (*DB, error) {
	db := &DB{now: config.Now, url: config.URL}
	var err error
	switch {
	case strings.HasPrefix(config.URL, "sqlite:"):
		err = db.openSQLite(strings.TrimPrefix(config.URL, "sqlite:"), config.Present)
	case strings.HasPrefix(config.URL, "postgres://"), strings.HasPrefix(config.URL, "postgresql://"):
		err = db.openPostgres(config.URL)
	default:
		err = errors.New("the database URL must be sqlite:PATH or postgres://…")
	}
	if err != nil {
		return nil, opening(config.URL, err)
	}
	err = db.prepare(ctx, ownSteps{steps, db.postgres}, config.Present)
	if err == nil && config.Ring != nil {
		err = db.useRing(ctx, config.Ring, config.Present)
	}
	if err != nil {
		_ = db.Close() // the first error says more
		return nil, opening(config.URL, err)
	}
	return db, nil
}

// Past returns the same database under another clock, for recording what happened before. It drops messages, so that
// no old mail is sent, and calls no listeners. Only the original closes the database.
func (db *DB) Past(now clock.Func) *DB {
	return &DB{write: db.write, read: db.read, postgres: db.postgres, url: db.url, chain: db.chain, now: now, silent: true}
}

// prepare migrates the schema, or only checks it if Present is set.
func (db *DB) prepare(ctx context.Context, steps fs.FS, present bool) error {
	if present {
		return db.checkSchema(ctx, steps)
	}
	if err := db.migrateInTurn(ctx, steps); err != nil {
		return err
	}
	return db.Catalog().indexOlder(ctx)
}

func (db *DB) openSQLite(path string, present bool) error {
	path, query, _ := strings.Cut(path, "?")
	if err := placeFor(path, present); err != nil {
		return err
	}
	settings, err := url.ParseQuery(query)
	if err != nil {
		return fmt.Errorf("the database URL's settings: %w", err)
	}
	synchronous := settings.Get("synchronous")
	if synchronous == "" {
		synchronous = "FULL"
	}
	shared := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "foreign_keys(1)", "synchronous(" + synchronous + ")", "cache_size(-16000)",
	}}
	file := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	writer, err := sql.Open("sqlite", file+"?_txlock=immediate&"+shared.Encode())
	if err != nil {
		return err
	}
	writer.SetMaxOpenConns(1)
	shared.Add("_pragma", "query_only(1)")
	reader, err := sql.Open("sqlite", file+"?"+shared.Encode())
	if err != nil {
		return err
	}
	reader.SetMaxOpenConns(readers)
	reader.SetMaxIdleConns(readers)
	db.write = bun.NewDB(writer, sqlitedialect.New())
	db.read = bun.NewDB(reader, sqlitedialect.New())
	return nil
}

// createPrivate creates the database file with access for its owner only. SQLite would let other users read it; it
// gives its other files the same mode.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return file.Close()
}

// placeFor creates the file of a new database, or only checks that there is one if Present is set.
func placeFor(path string, present bool) error {
	if present {
		_, err := os.Stat(path)
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("create the data directory: %w", err)
	}
	return createPrivate(path)
}

func (db *DB) openPostgres(address string) error {
	settings, err := pgx.ParseConfig(address)
	if err != nil {
		return err
	}
	pool := sql.OpenDB(connector{stdlib.GetConnector(*settings)})
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	db.write = bun.NewDB(pool, pgdialect.New())
	db.read = db.write
	db.postgres = true
	return nil
}

// Close closes all connections.
func (db *DB) Close() error {
	if db.postgres {
		return db.write.Close()
	}
	return errors.Join(db.read.Close(), db.write.Close())
}

// Pools returns the pools of connections by their names in metrics.
func (db *DB) Pools() map[string]*sql.DB {
	if db.postgres {
		return map[string]*sql.DB{"postgresql": db.write.DB}
	}
	return map[string]*sql.DB{"sqlite_write": db.write.DB, "sqlite_read": db.read.DB}
}

// Ping reports whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	var one int
	return db.read.NewRaw("SELECT 1").Scan(ctx, &one)
}

type transaction struct {
	bun.Tx
	audited []auditRow
	changed []event.Tag
	sent    bool
}

type transactionKey struct{}

// InTx runs fn in one transaction; inside another it joins that one. It appends fn's audit records and changed tags
// last, so that other transactions wait for those locks only briefly. It calls this process's listeners before it
// returns.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		return fn(ctx)
	}
	begun, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return unavailable(err)
	}
	tx := &transaction{Tx: begun}
	defer func() { _ = tx.Rollback() }() // no effect after a commit
	if err := fn(context.WithValue(ctx, transactionKey{}, tx)); err != nil {
		return classify(err)
	}
	if err := db.appendAudit(ctx, tx); err != nil {
		return classify(err)
	}
	change, err := db.appendToChangeLog(ctx, tx)
	if err != nil {
		return classify(err)
	}
	if err := tx.Commit(); err != nil {
		return unavailable(err)
	}
	if change.Position > 0 {
		db.notifyChange(change)
	}
	if tx.sent {
		db.tellOfMessage()
	}
	return nil
}

// Snapshot runs fn in a transaction that only reads and sees one state of the database.
func (db *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		return fn(ctx)
	}
	options := &sql.TxOptions{}
	if db.postgres {
		options = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
	}
	begun, err := db.read.BeginTx(ctx, options)
	if err != nil {
		return unavailable(err)
	}
	defer func() { _ = begun.Rollback() }()
	return classify(fn(context.WithValue(ctx, transactionKey{}, &transaction{Tx: begun})))
}

// reader returns the context's transaction, or else the pool of readers.
func (db *DB) reader(ctx context.Context) bun.IDB {
	if tx, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		return tx.Tx
	}
	return db.read
}

// writer returns the context's transaction, or else the writer.
func (db *DB) writer(ctx context.Context) bun.IDB {
	if tx, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		return tx.Tx
	}
	return db.write
}

// Lock makes transactions with the same name wait for each other until they end, so that what one has checked stays
// true until it writes. SQLite has only one writer at a time.
func (db *DB) Lock(ctx context.Context, name string) error {
	if _, inside := ctx.Value(transactionKey{}).(*transaction); !inside {
		return errors.New("store: Lock outside of a transaction would hold nothing")
	}
	if !db.postgres {
		return nil
	}
	_, err := db.writer(ctx).NewRaw("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name).Exec(ctx)
	return err
}
