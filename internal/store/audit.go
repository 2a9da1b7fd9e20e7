package store

import (
	"context"
	"net/netip"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/logging"
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

// Audit adds a record; InTx appends it to the audit trail in the same transaction.
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
	address, _ := netip.ParseAddr(row.Address) // the zero address if it is unknown
	return event.Record{Position: row.Position, Audit: event.Audit{
		ID: row.ID, At: instant(row.At), Actor: row.Actor, ActorName: row.ActorName, Action: row.Action, Object: event.Tag(row.Object),
		Team: row.Team, Address: address, RequestID: row.RequestID, Details: details,
	}}, err
}
