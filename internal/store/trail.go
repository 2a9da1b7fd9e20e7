package store

import (
	"context"
	"net/netip"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ event.TrailStore = (*DB)(nil)

func (row auditRow) audit() (event.Audit, error) {
	details, err := restore[map[string]string](row.Details)
	address, _ := netip.ParseAddr(row.Address) // the zero address where none was known
	return event.Audit{
		ID: row.ID, At: instant(row.At), Actor: row.Actor, ActorName: row.ActorName, Action: row.Action, Object: event.Tag(row.Object),
		Team: row.Team, Address: address, RequestID: row.RequestID, Details: details,
	}, err
}

// Records implements event.TrailStore.
func (db *DB) Records(ctx context.Context, filter event.TrailFilter, request page.Request) (page.Page[event.Audit], error) {
	var rows []auditRow
	query := db.reader(ctx).NewSelect().Model(&rows)
	if filter.Object != "" {
		query.Where("object = ?", string(filter.Object))
	}
	if !filter.Actor.IsZero() {
		query.Where("actor = ?", filter.Actor)
	}
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	return list(ctx, query, request, &rows, auditRow.audit)
}
