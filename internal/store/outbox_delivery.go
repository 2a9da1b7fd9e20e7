package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/id"
)

// outboxLock lets one node at a time choose a message.
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
	// NextAt is when the message is due; 0 is never again.
	NextAt  int64
	Failure string
}

// Send leaves a message in the outbox; who was registered with OnMessage hears of it once it is committed.
func (db *DB) Send(ctx context.Context, message event.Message) error {
	tx, inside := ctx.Value(transactionKey{}).(*transaction)
	if !inside {
		return db.InTx(ctx, func(ctx context.Context) error { return db.Send(ctx, message) })
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

// OnMessage registers a listener that hears of every message that this process leaves in the outbox. Listeners must be
// quick and must not call back into the store.
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

// ClaimMessage takes the message that is due first and counts the attempt, of which no failure is known yet. Until the lease ends no other node takes it; a
// node that is killed meanwhile leaves it to be taken again. It answers false where nothing is due.
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

// MessageSent writes down that a message was handed to the mail server.
func (db *DB) MessageSent(ctx context.Context, sent event.MessageID) error {
	_, err := db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("sent_at = ?", micros(db.now())).Set("next_at = 0").
		Set("failure = ''").Where("id = ?", sent).Exec(ctx)
	return err
}

// MessageFailed writes down why a message could not be sent and when to try again, never where that is zero.
func (db *DB) MessageFailed(ctx context.Context, failed event.MessageID, why string, again time.Time) error {
	_, err := db.writer(ctx).NewUpdate().Model((*messageRow)(nil)).Set("failure = ?", why).Set("next_at = ?", micros(again)).
		Where("id = ?", failed).Where("sent_at = 0").Exec(ctx)
	return err
}

// DropMessage forgets a message that nobody is to get.
func (db *DB) DropMessage(ctx context.Context, dropped event.MessageID) error {
	_, err := db.writer(ctx).NewDelete().Model((*messageRow)(nil)).Where("id = ?", dropped).Exec(ctx)
	return err
}
