package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ event.OutboxStore = (*DB)(nil)

// deliveryRow is a message with what the store knows of its recipient.
type deliveryRow struct {
	messageRow `bun:",extend"`

	Invited bool `bun:",scanonly"`
}

func (row deliveryRow) delivery() (event.Delivery, error) {
	params, err := restore[map[string]string](row.Params)
	return event.Delivery{
		Message: event.Message{ID: row.ID, At: instant(row.At), To: row.Recipient, Template: row.Template, Params: params},
		SentAt:  instant(row.SentAt), Attempts: int(row.Attempts), NextAt: instant(row.NextAt), Failure: row.Failure, Invited: row.Invited,
	}, err
}

// inState are the conditions that event.Delivery.State puts into words.
var inState = map[event.MessageState]string{
	event.MessageSent:    "sent_at > 0",
	event.MessageFailed:  "sent_at = 0 AND next_at = 0",
	event.MessageWaiting: "sent_at = 0 AND next_at > 0",
}

func (db *DB) messages(ctx context.Context, rows any) *bun.SelectQuery {
	return db.reader(ctx).NewSelect().Model(rows).ColumnExpr("outbox.*").
		ColumnExpr("EXISTS (SELECT 1 FROM account AS a WHERE a.email = outbox.recipient AND a.state = 'invited') AS invited")
}

// Messages implements event.OutboxStore.
func (db *DB) Messages(ctx context.Context, filter event.OutboxFilter, request page.Request) (page.Page[event.Delivery], error) {
	var rows []deliveryRow
	query := db.messages(ctx, &rows)
	if filter.Search != "" {
		query.Where("id IN (?)", db.messagesFound(ctx, filter))
	} else if filter.State != "" {
		query.Where(inState[filter.State])
	}
	return list(ctx, query, request, &rows, deliveryRow.delivery)
}

// messagesFound are the newest messages that a search finds, and those to the address that it may be.
func (db *DB) messagesFound(ctx context.Context, filter event.OutboxFilter) *bun.SelectQuery {
	newest := db.reader(ctx).NewSelect().Table("outbox").Column("id", "recipient", "template").Order("id DESC").Limit(event.SearchedMessages)
	addressed := db.reader(ctx).NewSelect().Table("outbox").Column("id").Where("recipient = LOWER(?)", filter.Search)
	if filter.State != "" {
		newest.Where(inState[filter.State])
		addressed.Where(inState[filter.State])
	}
	return db.reader(ctx).NewSelect().TableExpr("(?) AS newest", newest).Column("id").
		Where(`LOWER(recipient || ' ' || template) LIKE ? ESCAPE '\'`, containing(filter.Search)).Union(addressed)
}

// MessageCounts implements event.OutboxStore. Each state is a part of one index.
func (db *DB) MessageCounts(ctx context.Context) (map[event.MessageState]int, error) {
	counts := map[event.MessageState]int{}
	for state, condition := range inState {
		count, err := db.reader(ctx).NewSelect().Table("outbox").Where(condition).Count(ctx)
		if err != nil {
			return nil, err
		}
		if count > 0 {
			counts[state] = int(count)
		}
	}
	return counts, nil
}

// Message implements event.OutboxStore.
func (db *DB) Message(ctx context.Context, wanted event.MessageID) (event.Delivery, error) {
	var row deliveryRow
	if err := db.messages(ctx, &row).Where("id = ?", wanted).Scan(ctx); err != nil {
		return event.Delivery{}, missing(err, "message")
	}
	return row.delivery()
}

// HoldMessage implements event.OutboxStore by the lock under which messages are taken.
func (db *DB) HoldMessage(ctx context.Context, wanted event.MessageID) (event.Delivery, error) {
	if err := db.Lock(ctx, outboxLock); err != nil {
		return event.Delivery{}, err
	}
	return db.Message(ctx, wanted)
}

// RetryMessage implements event.OutboxStore.
func (db *DB) RetryMessage(ctx context.Context, retried event.MessageID, at time.Time) error {
	_, err := db.retry(ctx, at).Where("id = ?", retried).Where("sent_at = 0").Exec(ctx)
	return err
}

// RetryFailed implements event.OutboxStore.
func (db *DB) RetryFailed(ctx context.Context, at time.Time) (int, error) {
	done, err := db.retry(ctx, at).Where(inState[event.MessageFailed]).Exec(ctx)
	if err != nil {
		return 0, err
	}
	retried, err := done.RowsAffected()
	return int(retried), err
}

// retry makes messages due; who sends them hears of it once that is committed.
func (db *DB) retry(ctx context.Context, at time.Time) *bun.UpdateQuery {
	if tx, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		tx.sent = true
	}
	return db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("next_at = ?", micros(at)).Set("attempts = 0")
}

// DeleteMessage implements event.OutboxStore.
func (db *DB) DeleteMessage(ctx context.Context, deleted event.MessageID) error {
	return db.DropMessage(ctx, deleted)
}
