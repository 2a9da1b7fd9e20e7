package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// listenRetry is how long to wait before a lost connection is made again; the change log is polled meanwhile.
const listenRetry = 2 * time.Second

// ListenForChanges calls wake whenever another node says that the change log has grown, until the context ends. SQLite
// says nothing: whoever follows the log there polls it.
func (db *DB) ListenForChanges(ctx context.Context, wake func()) error {
	for db.postgres && ctx.Err() == nil {
		db.listenOnce(ctx, wake)
		wake() // what was missed while nobody listened
		select {
		case <-ctx.Done():
		case <-time.After(listenRetry):
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// listenOnce listens until the connection or the context ends. Why a connection ended does not matter here: reads of the
// log meet the same trouble and speak of it.
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
