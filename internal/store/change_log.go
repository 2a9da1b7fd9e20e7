package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
)

// changeLogChannel is the PostgreSQL channel that notifies other nodes of new entries in the change log.
const changeLogChannel = "portico_changes"

// changeLogLock is the advisory lock under which an entry gets its position. The transaction holds it until it ends, so
// a reader that sees an entry also sees every earlier one.
const changeLogLock = "portico change log"

var _ event.Recorder = (*DB)(nil)

// Changed records the tags of what changed. InTx appends them to the change log in the same transaction.
func (db *DB) Changed(ctx context.Context, tags ...event.Tag) error {
	if tx, inside := ctx.Value(transactionKey{}).(*transaction); inside {
		tx.changed = append(tx.changed, tags...)
		return nil
	}
	return db.InTx(ctx, func(ctx context.Context) error { return db.Changed(ctx, tags...) })
}

func (db *DB) appendToChangeLog(ctx context.Context, tx *transaction) (event.Change, error) {
	if len(tx.changed) == 0 {
		return event.Change{}, nil
	}
	ctx = context.WithValue(ctx, transactionKey{}, tx)
	if err := db.Lock(ctx, changeLogLock); err != nil {
		return event.Change{}, err
	}
	change := event.Change{At: db.now(), Tags: tx.changed}
	err := tx.NewRaw(
		"INSERT INTO change_log (position, at, tags) SELECT COALESCE(MAX(position), 0) + 1, ?, ? FROM change_log RETURNING position",
		micros(change.At), joinTags(change.Tags),
	).Scan(ctx, &change.Position)
	if err != nil {
		return event.Change{}, err
	}
	if db.postgres {
		_, err = tx.NewRaw("SELECT pg_notify(?, '')", changeLogChannel).Exec(ctx)
	}
	return change, err
}

// OnChange registers a listener for the changes that this process commits. InTx calls it after the commit and before it
// returns. A listener must be quick and must not call the store.
func (db *DB) OnChange(listener func(event.Change)) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.listeners = append(db.listeners, listener)
}

func (db *DB) notifyChange(change event.Change) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	for _, listener := range db.listeners {
		listener(change)
	}
}

type changeLogRow struct {
	bun.BaseModel `bun:"table:change_log"`

	Position int64 `bun:",pk"`
	At       int64
	Tags     string
}

// ChangePosition returns the position of the newest entry in the change log, or 0 if the log is empty.
func (db *DB) ChangePosition(ctx context.Context) (int64, error) {
	var position int64
	err := db.reader(ctx).NewRaw("SELECT COALESCE(MAX(position), 0) FROM change_log").Scan(ctx, &position)
	return position, err
}

// ChangesSince returns at most limit entries after the position, the oldest first.
func (db *DB) ChangesSince(ctx context.Context, position, limit int64) ([]event.Change, error) {
	var rows []changeLogRow
	err := db.reader(ctx).NewSelect().Model(&rows).Where("position > ?", position).Order("position").Limit(limit).Scan(ctx)
	if err != nil {
		return nil, err
	}
	changes := make([]event.Change, len(rows))
	for i, row := range rows {
		changes[i] = event.Change{Position: row.Position, At: instant(row.At), Tags: splitTags(row.Tags)}
	}
	return changes, nil
}

func joinTags(tags []event.Tag) string {
	texts := make([]string, len(tags))
	for i, tag := range tags {
		texts[i] = string(tag)
	}
	return strings.Join(texts, " ")
}

func splitTags(text string) []event.Tag {
	var tags []event.Tag
	for word := range strings.FieldsSeq(text) {
		tags = append(tags, event.Tag(word))
	}
	return tags
}
