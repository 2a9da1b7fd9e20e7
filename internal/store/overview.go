package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
)

var _ overview.Store = (*Overview)(nil)

// Overview answers questions that span the tables of several areas.
type Overview struct{ *DB }

// Overview returns the store of package overview.
func (db *DB) Overview() *Overview { return &Overview{db} }

// ApplicationCounts implements overview.Store.
func (s *Overview) ApplicationCounts(ctx context.Context, applications []access.ApplicationID, now time.Time) (map[access.ApplicationID]overview.ApplicationCount, error) {
	counts := make(map[access.ApplicationID]overview.ApplicationCount, len(applications))
	if len(applications) == 0 {
		return counts, nil
	}
	var rows []struct {
		ID                           access.ApplicationID
		Registrations, Waiting, Keys int64
		LastAt                       int64
	}
	registrations := "(SELECT COUNT(*) FROM subscription AS s WHERE s.application = a.id AND " + listed
	err := s.reader(ctx).NewSelect().TableExpr("application AS a").Column("a.id").
		ColumnExpr(registrations+") AS registrations").
		ColumnExpr(registrations+" AND s.state = 'pending') AS waiting").
		ColumnExpr("(SELECT COUNT(*) FROM credential AS c WHERE c.application = a.id AND NOT c.ticket AND "+working+") AS keys", micros(now), micros(now)).
		ColumnExpr("(SELECT COALESCE(MAX(u.last_at), 0) FROM credential AS c JOIN usage_credential AS u ON u.credential = c.id WHERE c.application = a.id) AS last_at").
		Where("a.id IN (?)", bun.List(applications)).Scan(ctx, &rows)
	for _, row := range rows {
		counts[row.ID] = overview.ApplicationCount{
			Registrations: int(row.Registrations), Waiting: int(row.Waiting), Keys: int(row.Keys), LastCall: instant(row.LastAt),
		}
	}
	return counts, err
}
