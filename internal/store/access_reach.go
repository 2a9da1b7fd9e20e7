package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
)

// Reach implements access.Store.
func (s *Access) Reach(ctx context.Context, filter access.ReachFilter, now time.Time) (access.Reach, error) {
	var counted struct{ Subscriptions, Teams, Keys int64 }
	open := func() *bun.SelectQuery {
		query := s.reader(ctx).NewSelect().TableExpr("subscription AS s").
			Where("s.state IN (?)", bun.List(access.HeldStates())).Where("NOT ("+ended+")", micros(now))
		if len(filter.Versions) == 0 {
			return query.Where("s.plan = ?", filter.Plan)
		}
		versions := bun.List(filter.Versions)
		return query.Where("s.plan IN (SELECT o.plan FROM plan_version AS o WHERE o.version IN (?))", versions).
			Where("(s.version IS NULL OR s.version IN (?))", versions)
	}
	err := open().ColumnExpr("COUNT(*) AS subscriptions").ColumnExpr("COUNT(DISTINCT s.team) AS teams").Scan(ctx, &counted.Subscriptions, &counted.Teams)
	if err != nil {
		return access.Reach{}, err
	}
	// A key serves the subscription that it is bound to, or all of its application's in its environment.
	err = open().Join("JOIN plan AS p ON p.id = s.plan").
		Join("JOIN credential AS c ON c.application = s.application AND (c.subscription = s.id OR c.subscription IS NULL AND c.environment = p.environment)").
		Where("c.revoked_at = 0").Where("NOT c.ticket").
		Where("(c.expires_at = 0 OR c.expires_at > ?)", micros(now)).Where("(c.grace_until = 0 OR c.grace_until > ?)", micros(now)).
		ColumnExpr("COUNT(DISTINCT c.id)").Scan(ctx, &counted.Keys)
	reach := access.Reach{Subscriptions: int(counted.Subscriptions), Teams: int(counted.Teams), Keys: int(counted.Keys)}
	if err != nil || len(filter.Versions) == 0 {
		reach.Ending = reach.Subscriptions
		return reach, err
	}
	ending, err := open().WhereGroup(" AND ", func(query *bun.SelectQuery) *bun.SelectQuery {
		query = query.Where("s.version IN (?)", bun.List(filter.Versions))
		if len(filter.Emptied) > 0 {
			query = query.WhereOr("s.plan IN (?)", bun.List(filter.Emptied))
		}
		return query
	}).Count(ctx)
	reach.Ending = int(ending)
	return reach, err
}
