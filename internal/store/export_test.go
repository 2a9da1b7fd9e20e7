package store

import (
	"context"
	"io/fs"

	"github.com/uptrace/bun"
)

// ChangeLogLock is the name of the lock under which entries of the change log get their positions.
const ChangeLogLock = changeLogLock

// OpenWith is Open with other migrations.
func OpenWith(ctx context.Context, config Config, steps fs.FS) (*DB, error) {
	return open(ctx, config, steps)
}

// Migrations returns the migrations of this program.
func Migrations() fs.FS {
	steps, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err)
	}
	return steps
}

// Writer returns the connection for writes.
func (db *DB) Writer(ctx context.Context) bun.IDB { return db.writer(ctx) }

// Reader returns the connections for reads.
func (db *DB) Reader(ctx context.Context) bun.IDB { return db.reader(ctx) }

// ForgetSeries deletes the series that no row refers to.
func (s *Usage) ForgetSeries(ctx context.Context) error { return s.forgetSeries(ctx) }
