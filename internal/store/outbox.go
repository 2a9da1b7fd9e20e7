package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ event.OutboxStore = (*DB)(nil)

// deliveryRow is a message with its recipient's account.
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

func (db *DB) messages(ctx context.Context, rows any) *bun.SelectQuery {
	return db.reader(ctx).NewSelect().Model(rows).ColumnExpr("outbox.*").
		ColumnExpr("EXISTS (SELECT 1 FROM account AS a WHERE a.email = outbox.recipient AND a.state = 'invited') AS invited")
}

// Messages implements event.OutboxStore. It finds the messages of a page first, which needs only indexes.
func (db *DB) Messages(ctx context.Context, filter event.OutboxFilter, request page.Request) (event.OutboxList, error) {
	var listed event.OutboxList
	for state, count := range map[event.MessageState]*int{event.MessageFailed: &listed.Failed, event.MessageWaiting: &listed.Waiting} {
		found, err := inState(db.reader(ctx).NewSelect().Table("outbox"), state).Count(ctx)
		if err != nil {
			return listed, err
		}
		*count = int(found)
	}
	ids, err := db.messagesFound(ctx, filter)
	if err != nil {
		return listed, err
	}
	listed.Total = len(ids)
	if ids = page.Of(ids, request).Items; len(ids) == 0 {
		return listed, nil
	}
	var rows []deliveryRow
	if err := db.messages(ctx, &rows).Where("id IN (?)", bun.List(ids)).Order("id DESC").Scan(ctx); err != nil {
		return listed, err
	}
	listed.Items, err = each(rows, deliveryRow.delivery)
	return listed, err
}

// messagesFound returns the newest messages in a state. A search returns its matches among them, and all messages to
// that address.
func (db *DB) messagesFound(ctx context.Context, filter event.OutboxFilter) (ids []string, err error) {
	newest := inState(db.reader(ctx).NewSelect().Table("outbox").Column("id").Order("id DESC"), filter.State)
	if filter.Search == "" {
		err = newest.Limit(event.ListedMessages).Scan(ctx, &ids)
		return ids, err
	}
	newest.Column("recipient", "template").Limit(event.SearchedMessages)
	addressed := db.reader(ctx).NewSelect().Table("outbox").Column("id").Where("recipient = LOWER(?)", filter.Search)
	err = db.reader(ctx).NewSelect().TableExpr("(?) AS newest", newest).Column("id").
		Where(`LOWER(recipient || ' ' || template) LIKE ? ESCAPE '\'`, containing(filter.Search)).
		Union(inState(addressed, filter.State)).Scan(ctx, &ids)
	slices.SortFunc(ids, func(a, b string) int { return strings.Compare(b, a) })
	return ids, err
}

// MailQueue counts the unsent messages, which an index finds.
func (db *DB) MailQueue(ctx context.Context) (event.Queue, error) {
	var rows []struct {
		Waiting bool
		Count   int
		Oldest  int64
	}
	err := db.reader(ctx).NewSelect().Table("outbox").ColumnExpr("next_at > 0 AS waiting").ColumnExpr("COUNT(*) AS count").
		ColumnExpr("MIN(at) AS oldest").Where("sent_at = 0").GroupExpr("next_at > 0").Scan(ctx, &rows)
	if err != nil {
		return event.Queue{}, classify(err)
	}
	var queue event.Queue
	for _, row := range rows {
		if row.Waiting {
			queue.Waiting, queue.Oldest = row.Count, instant(row.Oldest)
		} else {
			queue.Failed = row.Count
		}
	}
	return queue, nil
}

// inState filters messages by state with the same expression as the index.
func inState(query *bun.SelectQuery, state event.MessageState) *bun.SelectQuery {
	if state != "" {
		query.Where("CASE WHEN sent_at > 0 THEN 'sent' WHEN next_at > 0 THEN 'waiting' ELSE 'failed' END = ?", string(state))
	}
	return query
}

// Message implements event.OutboxStore.
func (db *DB) Message(ctx context.Context, wanted event.MessageID) (event.Delivery, error) {
	var row deliveryRow
	if err := db.messages(ctx, &row).Where("id = ?", wanted).Scan(ctx); err != nil {
		return event.Delivery{}, missing(err, "message")
	}
	return row.delivery()
}

// HoldMessage implements event.OutboxStore with the lock under which messages are claimed.
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
	done, err := db.retry(ctx, at).Where("sent_at = 0 AND next_at = 0").Exec(ctx)
	if err != nil {
		return 0, err
	}
	retried, err := done.RowsAffected()
	return int(retried), err
}

// retry makes messages due and notifies the sender after the commit.
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

// ForgetSent implements event.OutboxStore.
func (db *DB) ForgetSent(ctx context.Context, before time.Time) error {
	return db.deleteInBatches(ctx, "outbox", "id", "sent_at > 0 AND sent_at < ?", micros(before))
}
