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

// chainedAtOnce is how many records are written at a time.
const chainedAtOnce = 500

// headRow is the end of the chain. Whoever appends holds it until the transaction ends, so that there is one order.
type headRow struct {
	bun.BaseModel `bun:"table:audit_chain"`

	ID       int64 `bun:",pk"`
	Position int64
	Hash     []byte
	// Older is true while records from before the chain wait for their places.
	Older bool
}

// useRing compares the ring with the database, and lets a program that brings databases up to date give places to the records
// from before the chain. Whoever only looks at a database takes nothing into its chain.
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

// adoptOlder takes the records from before there was a chain into it, once: the migration says that there are some. Records
// without a place that turn up at any other time are not ours. A record tells of it, so that it is never done unseen.
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

// chainOlder gives the records without a place theirs after the head, the oldest first.
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

// appendAudit puts what a transaction has recorded at the end of the chain. Others who append wait until it has ended.
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

// link gives records their places after the head and moves it to the last of them.
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

// chained is what the hash of a record is made of: the hash before it, and each column with its length, so that nothing can
// move from one to the next.
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

// VerifyChain implements event.TrailStore. One record after another is read, so that it takes no more memory for a longer
// trail.
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

// refuseUnchained names a record that has no place in the chain.
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
			return head, event.Broken(head.Position, "it is not the one whose head was kept: the trail was made anew")
		}
	}
	return head, rows.Err()
}

// follows returns the hash of the record that comes after the head, or what is wrong with it.
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
