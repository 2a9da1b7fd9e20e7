package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/sealed"
)

// chainedAtOnce is the number of records per batch.
const chainedAtOnce = 500

// headRow is the end of the chain. A transaction that appends locks it until it ends, which gives all records one
// order.
type headRow struct {
	bun.BaseModel `bun:"table:audit_chain"`

	ID       int64 `bun:",pk"`
	Position int64
	Hash     []byte
	// Older is true while records from before the chain have no position yet.
	Older bool
}

// useRing compares the ring with the database. Unless the database is opened with Present, it also adds older records
// to the chain.
func (db *DB) useRing(ctx context.Context, ring *sealed.Ring, present bool) error {
	if err := db.CheckRing(ctx, ring.Fingerprints()); err != nil {
		return err
	}
	db.chain = ring.Hasher("audit")
	if present {
		return nil
	}
	return db.InTx(ctx, db.adoptOlder)
}

// adoptOlder adds the records from before the chain to it, once, if the migration has found some. Records without a
// position that appear later are forged. It leaves an audit record, so that it never happens unnoticed.
func (db *DB) adoptOlder(ctx context.Context) error {
	head, err := db.takeHead(ctx)
	if err != nil || !head.Older {
		return err
	}
	head.Older = false
	if err := db.chainOlder(ctx, &head); err != nil {
		return err
	}
	if err := db.saveHead(ctx, head); err != nil {
		return err
	}
	return db.Audit(identity.With(ctx, identity.SystemPrincipal("audit")), event.Audit{
		Action: event.AuditAdopted, Details: map[string]string{"records": strconv.FormatInt(head.Position, 10)},
	})
}

// chainOlder appends the records without a position to the chain, oldest first.
func (db *DB) chainOlder(ctx context.Context, head *headRow) error {
	for {
		var rows []auditRow
		err := db.writer(ctx).NewSelect().Model(&rows).Where("position IS NULL").Order("at", "id").Limit(chainedAtOnce).Scan(ctx)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return nil
		}
		db.link(head, rows)
		for i := range rows {
			_, err := db.writer(ctx).NewUpdate().Model(&rows[i]).Column("position", "key_version", "hash").Where("id = ?", rows[i].ID.Hex()).Exec(ctx)
			if err != nil {
				return err
			}
		}
	}
}

// appendAudit appends the transaction's records to the chain. Other transactions that append wait until it ends.
func (db *DB) appendAudit(ctx context.Context, tx *transaction) error {
	if len(tx.audited) == 0 {
		return nil
	}
	if db.chain == nil {
		return errors.New("store: an audit record in a database that was opened without a key ring")
	}
	ctx = context.WithValue(ctx, transactionKey{}, tx)
	head, err := db.takeHead(ctx)
	if err != nil {
		return err
	}
	db.link(&head, tx.audited)
	for rows := range slices.Chunk(tx.audited, chainedAtOnce) {
		if _, err := db.writer(ctx).NewInsert().Model(&rows).Exec(ctx); err != nil {
			return err
		}
	}
	return db.saveHead(ctx, head)
}

func (db *DB) takeHead(ctx context.Context) (headRow, error) {
	var head headRow
	query := db.writer(ctx).NewSelect().Model(&head).Where("id = 1")
	if db.postgres {
		query.For("UPDATE")
	}
	return head, query.Scan(ctx)
}

func (db *DB) saveHead(ctx context.Context, head headRow) error {
	_, err := db.writer(ctx).NewUpdate().Model(&head).WherePK().Exec(ctx)
	return err
}

// link gives records the positions after the head and moves the head to the last one.
func (db *DB) link(head *headRow, rows []auditRow) {
	for i := range rows {
		row := &rows[i]
		head.Position++
		row.Position, row.KeyVersion = head.Position, int64(db.chain.Current())
		sum := db.chain.Sum(db.chain.Current(), chained(head.Hash, row.covered()))
		row.Hash = sum[:]
		head.Hash = row.Hash
	}
}

// coveredColumns are the columns that the hash of a record covers, in the order of auditRow.covered.
const coveredColumns = "position, id, at, actor, actor_name, action, object, team, address, request_id, details, key_version"

func (row *auditRow) covered() []sql.NullString {
	text := func(value string) sql.NullString { return sql.NullString{String: value, Valid: true} }
	number := func(value int64) sql.NullString { return text(strconv.FormatInt(value, 10)) }
	return []sql.NullString{
		number(row.Position), text(row.ID.Hex()), number(row.At), {String: row.Actor.Hex(), Valid: !row.Actor.IsZero()}, text(row.ActorName),
		text(row.Action), text(row.Object), {String: row.Team.Hex(), Valid: !row.Team.IsZero()}, text(row.Address), text(row.RequestID),
		text(row.Details), number(row.KeyVersion),
	}
}

// chained returns the input of a record's hash: the previous hash, then each column with its length, so that no text
// can move from one column to the next.
func chained(previous []byte, columns []sql.NullString) []byte {
	var whole bytes.Buffer
	put := func(value string) { whole.WriteString(strconv.Itoa(len(value)) + ":" + value) }
	put(string(previous))
	for _, column := range columns {
		if column.Valid {
			put(column.String)
		} else {
			whole.WriteByte('-')
		}
	}
	return whole.Bytes()
}

// VerifyChain implements event.TrailStore. It reads one record at a time, so its memory use is constant.
func (db *DB) VerifyChain(ctx context.Context, kept event.Head) (event.Head, error) {
	if db.chain == nil {
		return event.Head{}, errors.New("store: the audit trail of a database that was opened without a key ring")
	}
	var head event.Head
	err := db.inSnapshot(ctx, func(ctx context.Context) (err error) {
		if head, err = db.walkChain(ctx, kept); err != nil {
			return err
		}
		var known headRow
		if err := db.reader(ctx).NewSelect().Model(&known).Where("id = 1").Scan(ctx); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err := db.refuseUnchained(ctx, head); err != nil {
			return err
		}
		if longest := max(known.Position, kept.Position); longest > head.Position {
			return event.Broken(head.Position+1, "it is missing, and with it everything up to record "+strconv.FormatInt(longest, 10))
		}
		if known.Position < head.Position || head.Position > 0 && !bytes.Equal(known.Hash, head.Hash[:]) {
			return event.Broken(head.Position, "the database knows of another end of the trail")
		}
		return nil
	})
	return head, err
}

// refuseUnchained returns an error for a record that is not in the chain.
func (db *DB) refuseUnchained(ctx context.Context, head event.Head) error {
	var ids []string
	err := db.reader(ctx).NewSelect().Table("audit").Column("id").Where("position IS NULL").Order("id").Limit(1).Scan(ctx, &ids)
	if err == nil && len(ids) > 0 {
		return event.Broken(head.Position+1, "the record "+ids[0]+" was put in from outside")
	}
	return err
}

func (db *DB) walkChain(ctx context.Context, kept event.Head) (head event.Head, err error) {
	rows, err := db.reader(ctx).QueryContext(ctx, "SELECT hash, "+coveredColumns+" FROM audit WHERE position IS NOT NULL ORDER BY position")
	if err != nil {
		return event.Head{}, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var hash []byte
	columns := make([]sql.NullString, len((&auditRow{}).covered()))
	targets := []any{&hash}
	for i := range columns {
		targets = append(targets, &columns[i])
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return head, event.Broken(head.Position+1, "it cannot be read")
		}
		sum, wrong := db.follows(head, hash, columns)
		if wrong != "" {
			return head, event.Broken(head.Position+1, wrong)
		}
		head.Position++
		head.Hash = sum
		if head.Position == kept.Position && head.Hash != kept.Hash {
			return head, event.Broken(head.Position, "it does not match the kept head: the trail was rewritten")
		}
	}
	return head, rows.Err()
}

// follows returns the hash of the record after the head, or what is wrong with it.
func (db *DB) follows(head event.Head, hash []byte, columns []sql.NullString) (sum [sha256.Size]byte, wrong string) {
	position, id, versionText := columns[0].String, columns[1].String, columns[len(columns)-1].String
	if position != strconv.FormatInt(head.Position+1, 10) {
		return sum, "the record " + id + " stands there, which says that it is number " + position
	}
	version, err := strconv.Atoi(versionText)
	if err != nil || !slices.Contains(db.chain.Versions(), version) {
		return sum, "the record " + id + " names version " + versionText + " of the key ring, which this ring does not have"
	}
	var previous []byte
	if head.Position > 0 {
		previous = head.Hash[:]
	}
	sum = db.chain.Sum(version, chained(previous, columns))
	if !bytes.Equal(sum[:], hash) {
		return sum, "the record " + id + " was changed, or one before it"
	}
	return sum, ""
}
