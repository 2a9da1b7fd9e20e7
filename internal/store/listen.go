package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// listenRetry is the pause before reconnecting; the change log is polled meanwhile.
const listenRetry = 2 * time.Second

// ListenForChanges calls wake when another node appends to the change log, until the context ends. On SQLite it never
// calls wake, so callers must poll.
func (db *DB) ListenForChanges(ctx context.Context, wake func()) error {
	for db.postgres && ctx.Err() == nil {
		db.listenOnce(ctx, wake)
		wake() // changes may have been missed while disconnected
		select {
		case <-ctx.Done():
		case <-time.After(listenRetry):
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// listenOnce listens until the connection or the context ends. It ignores why a connection ended, because reads of the
// change log fail for the same reason and report it.
func (db *DB) listenOnce(ctx context.Context, wake func()) {
	connection, err := pgx.Connect(ctx, db.url)
	if err != nil {
		return
	}
	defer func() { _ = connection.Close(context.WithoutCancel(ctx)) }()
	if _, err := connection.Exec(ctx, "LISTEN "+changeLogChannel); err != nil {
		return
	}
	for {
		if _, err := connection.WaitForNotification(ctx); err != nil {
			return
		}
		wake()
	}
}
