package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/id"
)

// outboxLock lets one node at a time claim a message.
const outboxLock = "portico outbox"

type messageRow struct {
	bun.BaseModel `bun:"table:outbox,alias:outbox"`

	ID        event.MessageID `bun:",pk"`
	At        int64
	Recipient string
	Template  string
	Params    string
	SentAt    int64
	Attempts  int64
	// NextAt is when the message is due, or 0 for never.
	NextAt  int64
	Failure string
}

// Send adds a message to the outbox and calls the OnMessage listeners after the commit.
func (db *DB) Send(ctx context.Context, message event.Message) error {
	tx, inside := ctx.Value(transactionKey{}).(*transaction)
	if !inside {
		return db.InTx(ctx, func(ctx context.Context) error { return db.Send(ctx, message) })
	}
	if db.silent {
		return nil
	}
	now := db.now()
	params, err := structure(message.Params)
	if err != nil {
		return err
	}
	row := messageRow{
		ID: id.New[event.MessageID](now), At: micros(now), Recipient: message.To, Template: message.Template,
		Params: params, NextAt: micros(now),
	}
	tx.sent = true
	_, err = tx.NewInsert().Model(&row).Exec(ctx)
	return err
}

// SendOnce implements event.Recorder.
func (db *DB) SendOnce(ctx context.Context, message event.Message, after time.Time) error {
	known, err := db.reader(ctx).NewSelect().Table("outbox").Where("recipient = ?", message.To).Where("template = ?", message.Template).
		Where("(at > ? OR (sent_at = 0 AND next_at > 0))", micros(after)).Exists(ctx)
	if err != nil || known {
		return err
	}
	return db.Send(ctx, message)
}

// OnMessage registers a listener for the messages that this process adds to the outbox. A listener must be quick and
// must not call the store.
func (db *DB) OnMessage(listener func()) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.messageListeners = append(db.messageListeners, listener)
}

func (db *DB) tellOfMessage() {
	db.mu.RLock()
	defer db.mu.RUnlock()
	for _, listener := range db.messageListeners {
		listener()
	}
}

// ClaimMessage claims the first due message and counts the attempt. No other node claims it until the lease ends, even
// if this node is killed. It returns false if no message is due.
func (db *DB) ClaimMessage(ctx context.Context, lease time.Duration) (claimed event.Claimed, found bool, err error) {
	err = db.InTx(ctx, func(ctx context.Context) error {
		if err := db.Lock(ctx, outboxLock); err != nil {
			return err
		}
		now := db.now()
		var rows []messageRow
		err := db.reader(ctx).NewSelect().Model(&rows).Where("sent_at = 0").Where("next_at > 0").Where("next_at <= ?", micros(now)).
			Order("next_at", "id").Limit(1).Scan(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		row := rows[0]
		row.Attempts++
		params, err := restore[map[string]string](row.Params)
		if err != nil {
			return err
		}
		claimed, found = event.Claimed{
			Message:  event.Message{ID: row.ID, At: instant(row.At), To: row.Recipient, Template: row.Template, Params: params},
			Attempts: int(row.Attempts),
		}, true
		_, err = db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("attempts = ?", row.Attempts).
			Set("failure = ''").Set("next_at = ?", micros(now.Add(lease))).Where("id = ?", row.ID).Exec(ctx)
		return err
	})
	return claimed, found && err == nil, err
}

// MessageSent records that the mail server has accepted a message.
func (db *DB) MessageSent(ctx context.Context, sent event.MessageID) error {
	_, err := db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("sent_at = ?", micros(db.now())).Set("next_at = 0").
		Set("failure = ''").Where("id = ?", sent).Exec(ctx)
	return err
}

// MessageFailed records why a message could not be sent and when to try again; the zero time means never.
func (db *DB) MessageFailed(ctx context.Context, failed event.MessageID, why string, again time.Time) error {
	_, err := db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("failure = ?", why).Set("next_at = ?", micros(again)).
		Where("id = ?", failed).Where("sent_at = 0").Exec(ctx)
	return err
}

// DropMessage deletes a message that must not be sent.
func (db *DB) DropMessage(ctx context.Context, dropped event.MessageID) error {
	_, err := db.writer(ctx).NewDelete().Model((*messageRow)(nil)).Where("id = ?", dropped).Exec(ctx)
	return err
}
