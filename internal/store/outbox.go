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
	event.MessageSent:    "sent_at <> 0",
	event.MessageFailed:  "sent_at = 0 AND next_at = 0",
	event.MessageWaiting: "sent_at = 0 AND next_at <> 0",
}

func (db *DB) messages(ctx context.Context, rows any) *bun.SelectQuery {
	return db.reader(ctx).NewSelect().Model(rows).ColumnExpr("outbox.*").
		ColumnExpr("EXISTS (SELECT 1 FROM account AS a WHERE a.email = outbox.recipient AND a.state = 'invited') AS invited")
}

// Messages implements event.OutboxStore.
func (db *DB) Messages(ctx context.Context, filter event.OutboxFilter, request page.Request) (page.Page[event.Delivery], error) {
	var rows []deliveryRow
	query := db.messages(ctx, &rows)
	if filter.State != "" {
		query.Where(inState[filter.State])
	}
	if filter.Search != "" {
		query.Where(`LOWER(recipient || ' ' || template) LIKE ? ESCAPE '\'`, containing(filter.Search))
	}
	return list(ctx, query, request, &rows, deliveryRow.delivery)
}

// MessageCounts implements event.OutboxStore.
func (db *DB) MessageCounts(ctx context.Context) (map[event.MessageState]int, error) {
	var found []struct {
		State string
		Count int
	}
	err := db.reader(ctx).NewRaw("SELECT CASE WHEN "+inState[event.MessageSent]+" THEN 'sent' WHEN "+inState[event.MessageFailed]+
		" THEN 'failed' ELSE 'waiting' END AS state, COUNT(*) AS count FROM outbox GROUP BY 1").Scan(ctx, &found)
	counts := map[event.MessageState]int{}
	for _, one := range found {
		counts[event.MessageState(one.State)] = one.Count
	}
	return counts, err
}

// Message implements event.OutboxStore.
func (db *DB) Message(ctx context.Context, wanted event.MessageID) (event.Delivery, error) {
	var row deliveryRow
	if err := db.messages(ctx, &row).Where("id = ?", wanted).Scan(ctx); err != nil {
		return event.Delivery{}, missing(err, "message")
	}
	return row.delivery()
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

func (db *DB) retry(ctx context.Context, at time.Time) *bun.UpdateQuery {
	return db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("next_at = ?", micros(at)).Set("attempts = 0")
}

// DeleteMessage implements event.OutboxStore.
func (db *DB) DeleteMessage(ctx context.Context, deleted event.MessageID) error {
	_, err := db.writer(ctx).NewDelete().Model((*messageRow)(nil)).Where("id = ?", deleted).Exec(ctx)
	return err
}
