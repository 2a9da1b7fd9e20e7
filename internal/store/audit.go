package store

import (
	"context"
	"net/netip"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ event.TrailStore = (*DB)(nil)

type auditRow struct {
	bun.BaseModel `bun:"table:audit"`

	ID         event.AuditID `bun:",pk"`
	Position   int64         `bun:",nullzero"`
	At         int64
	Actor      identity.AccountID
	ActorName  string
	Action     string
	Object     string
	Team       identity.TeamID
	Address    string
	RequestID  string
	Details    string
	KeyVersion int64
	Hash       []byte
}

// Audit notes a record; InTx appends it to the audit trail with the rest of the transaction.
func (db *DB) Audit(ctx context.Context, record event.Audit) error {
	tx, inside := ctx.Value(transactionKey{}).(*transaction)
	if !inside {
		return db.InTx(ctx, func(ctx context.Context) error { return db.Audit(ctx, record) })
	}
	principal, now := identity.From(ctx), db.now()
	details, err := structure(record.Details)
	if err != nil {
		return err
	}
	row := auditRow{
		ID: id.New[event.AuditID](now), At: micros(now), Actor: principal.Account, ActorName: principal.Name,
		Action: record.Action, Object: string(record.Object), Team: record.Team,
		RequestID: logging.RequestID(ctx), Details: details,
	}
	if principal.Address.IsValid() {
		row.Address = principal.Address.String()
	}
	tx.audited = append(tx.audited, row)
	return nil
}

func (row auditRow) record() (event.Record, error) {
	details, err := restore[map[string]string](row.Details)
	address, _ := netip.ParseAddr(row.Address) // the zero address where none was known
	return event.Record{Position: row.Position, Audit: event.Audit{
		ID: row.ID, At: instant(row.At), Actor: row.Actor, ActorName: row.ActorName, Action: row.Action, Object: event.Tag(row.Object),
		Team: row.Team, Address: address, RequestID: row.RequestID, Details: details,
	}}, err
}

// Records implements event.TrailStore.
func (db *DB) Records(ctx context.Context, filter event.TrailFilter, request page.Request) (page.Page[event.Record], error) {
	var rows []auditRow
	query := trail(db.reader(ctx).NewSelect().Model(&rows), filter)
	total, err := query.Limit(int64(request.Limit())).Offset(int64(request.Offset())).ScanAndCount(ctx)
	if err != nil {
		return page.Page[event.Record]{}, err
	}
	records, err := db.named(ctx, rows)
	return page.Page[event.Record]{Items: records, Total: int(total)}, err
}

// RecordsBefore implements event.TrailStore.
func (db *DB) RecordsBefore(ctx context.Context, filter event.TrailFilter, position int64, limit int) ([]event.Record, error) {
	var rows []auditRow
	query := trail(db.reader(ctx).NewSelect().Model(&rows), filter).Limit(int64(limit))
	if position > 0 {
		query.Where("position < ?", position)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	return db.named(ctx, rows)
}

// trail narrows a query of records and puts the newest first.
func trail(query *bun.SelectQuery, filter event.TrailFilter) *bun.SelectQuery {
	if filter.Object != "" {
		query.Where("object = ?", string(filter.Object))
	}
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	if filter.TeamName != "" {
		query.Where("team IN (SELECT id FROM team WHERE LOWER(name) = LOWER(?))", filter.TeamName)
	}
	if !filter.Actor.IsZero() {
		query.Where("actor = ?", filter.Actor)
	}
	if filter.ActorName != "" {
		query.Where("actor_name = ?", filter.ActorName)
	}
	if filter.Action != "" {
		query.Where("SUBSTR(action, 1, LENGTH(?)) = ?", filter.Action, filter.Action)
	}
	if !filter.From.IsZero() {
		query.Where("at >= ?", micros(filter.From))
	}
	if !filter.To.IsZero() {
		query.Where("at < ?", micros(filter.To))
	}
	if filter.Search != "" {
		query.Where(`LOWER(actor_name || ' ' || action || ' ' || object || ' ' || address || ' ' || request_id || ' ' || details) LIKE ? ESCAPE '\'`,
			containing(filter.Search))
	}
	return query.Order("position DESC")
}
