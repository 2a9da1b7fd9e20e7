package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
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

// CalledVersions implements access.Landings. Subscriptions without a version open what their plan opens.
func (s *Access) CalledVersions(ctx context.Context, filter access.CalledFilter) ([]access.CalledVersion, error) {
	wanted := s.reader(ctx).NewSelect().TableExpr("version AS v").Column("v.id").
		Where("v.product IN (?)", bun.List(filter.Products)).Where("v.published").Where("v.deleted_at = 0")
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
		Product      catalog.ProductID
		Version      catalog.VersionID
		Applications int
		Application  string
	}
	err := s.reader(ctx).NewSelect().TableExpr("(?) AS called", narrow.Union(wide)).
		Join("JOIN version AS v ON v.id = called.version").Join("JOIN application AS a ON a.id = called.application").Where("a.deleted_at = 0").
		ColumnExpr("v.product AS product").ColumnExpr("v.id AS version").ColumnExpr("COUNT(*) AS applications").ColumnExpr("MIN(a.name) AS application").
		GroupExpr("v.product, v.id").OrderExpr("applications DESC, v.id").Scan(ctx, &rows)
	called := make([]access.CalledVersion, len(rows))
	for i, row := range rows {
		called[i] = access.CalledVersion(row)
	}
	return called, err
}
