package store

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// expires selects the keys of the index credential_expires.
const expires = "expires_at > 0 AND revoked_at = 0 AND grace_until = 0 AND NOT ticket"

// ExpiringCredentials implements access.Landings.
func (s *Access) ExpiringCredentials(ctx context.Context, filter access.ExpiringFilter, request page.Request) (page.Page[access.Credential], error) {
	var rows []credentialRow
	query := s.reader(ctx).NewSelect().Model(&rows).Where(expires).
		Where("expires_at > ?", micros(filter.After)).Where("expires_at <= ?", micros(filter.Until))
	if !filter.Team.IsZero() {
		query.Where("team = ?", filter.Team)
	}
	readable(query, filter.Reader)
	total, err := query.Order("expires_at", "id").Limit(int64(request.Limit())).Offset(int64(request.Offset())).ScanAndCount(ctx)
	if err != nil {
		return page.Page[access.Credential]{}, err
	}
	items, err := each(rows, credentialRow.credential)
	return page.Page[access.Credential]{Items: items, Total: int(total)}, err
}

// CountAccess implements access.Landings.
func (s *Access) CountAccess(ctx context.Context, team identity.TeamID, reader identity.AccountID, at time.Time) (int, error) {
	query := s.reader(ctx).NewSelect().Table("subscription").Where("team = ?", team).Where("state = 'approved'").
		Where("removed_at = 0").Where("(ends_at = 0 OR ends_at > ?)", micros(at))
	readable(query, reader)
	count, err := query.Count(ctx)
	return int(count), err
}

// CalledVersions implements access.Landings. Subscriptions without a version open what their plan opens. It finds the
// versions first, so that both databases look them up in an index.
func (s *Access) CalledVersions(ctx context.Context, filter access.CalledFilter) ([]access.CalledVersion, error) {
	var versions []versionRow
	err := s.reader(ctx).NewSelect().Model(&versions).Column("id", "product").Where("product IN (?)", bun.List(filter.Products)).
		Where("published").Where("deleted_at = 0").Scan(ctx)
	if err != nil || len(versions) == 0 {
		return nil, err
	}
	products := make(map[catalog.VersionID]catalog.ProductID, len(versions))
	for _, version := range versions {
		products[version.ID] = version.Product
	}
	wanted := bun.List(keysOf(products))
	held := func() *bun.SelectQuery {
		query := s.reader(ctx).NewSelect().TableExpr("subscription AS s").Where("s.team = ?", filter.Team).
			Where("s.state = 'approved'").Where("s.removed_at = 0").Where("(s.ends_at = 0 OR s.ends_at > ?)", micros(filter.At))
		readable(query, filter.Reader)
		return query
	}
	narrow := held().ColumnExpr("s.version AS version").ColumnExpr("s.application AS application").Where("s.version IN (?)", wanted)
	wide := held().Join("JOIN plan_version AS o ON o.plan = s.plan").ColumnExpr("o.version AS version").ColumnExpr("s.application AS application").
		Where("s.version IS NULL").Where("o.version IN (?)", wanted)
	var rows []struct {
		Version      catalog.VersionID
		Applications int
		Application  string
	}
	err = s.reader(ctx).NewSelect().TableExpr("(?) AS called", narrow.Union(wide)).
		Join("JOIN application AS a ON a.id = called.application").Where("a.deleted_at = 0").
		ColumnExpr("called.version AS version").ColumnExpr("COUNT(*) AS applications").ColumnExpr("MIN(a.name) AS application").
		GroupExpr("called.version").OrderExpr("applications DESC, called.version").Scan(ctx, &rows)
	called := make([]access.CalledVersion, len(rows))
	for i, row := range rows {
		called[i] = access.CalledVersion{
			Product: products[row.Version], Version: row.Version, Applications: row.Applications, Application: row.Application,
		}
	}
	return called, err
}
