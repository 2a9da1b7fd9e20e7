package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// named narrows a list to what a search finds in its names.
func named(query *bun.SelectQuery, search string) {
	if search != "" {
		query.Where(`(LOWER(name) LIKE ? ESCAPE '\' OR slug LIKE ? ESCAPE '\')`, containing(search), containing(search))
	}
}

// ProductRows implements catalog.Store.
func (s *Catalog) ProductRows(ctx context.Context, filter catalog.ProductFilter, request page.Request) (page.Page[catalog.ProductRow], error) {
	var rows []productRow
	query := s.reader(ctx).NewSelect().Model(&rows).Where("deleted_at = 0").Order("name", "slug")
	named(query, filter.Search)
	if filter.ManagedBy != "" {
		query.Where("managed_by = ?", filter.ManagedBy)
	}
	found, err := list(ctx, query, request, &rows, func(row productRow) (catalog.ProductRow, error) {
		product, err := row.product()
		return catalog.ProductRow{Product: product}, err
	})
	if err != nil || len(found.Items) == 0 {
		return found, err
	}
	return found, s.countVersions(ctx, found.Items)
}

// countVersions fills in what the rows say of versions.
func (s *Catalog) countVersions(ctx context.Context, rows []catalog.ProductRow) error {
	at, ids := map[catalog.ProductID]int{}, make([]catalog.ProductID, len(rows))
	for i, row := range rows {
		at[row.Product.ID], ids[i] = i, row.Product.ID
	}
	var counts []struct {
		Product                       catalog.ProductID
		Versions, Published, Findings int64
	}
	err := s.reader(ctx).NewSelect().TableExpr("version AS v").
		Join("LEFT JOIN spec AS s ON s.digest = v.spec AND s.whole").
		ColumnExpr("v.product AS product").ColumnExpr("COUNT(*) AS versions").
		ColumnExpr("SUM(CASE WHEN v.published THEN 1 ELSE 0 END) AS published").
		ColumnExpr("CAST(SUM(COALESCE(s.finding_count, 0)) AS BIGINT) AS findings").
		Where("v.deleted_at = 0").Where("v.product IN (?)", bun.List(ids)).GroupExpr("v.product").Scan(ctx, &counts)
	for _, count := range counts {
		row := &rows[at[count.Product]]
		row.Versions, row.Published, row.Findings = int(count.Versions), int(count.Published), int(count.Findings)
	}
	return err
}

// BasePathOwner implements catalog.Store.
func (s *Catalog) BasePathOwner(ctx context.Context, key string, but catalog.VersionID) (string, bool, error) {
	var product, version string
	err := s.reader(ctx).NewSelect().TableExpr("endpoint AS e").
		Join("JOIN version AS v ON v.id = e.version").Join("JOIN product AS p ON p.id = v.product").
		ColumnExpr("p.slug").ColumnExpr("v.name").
		Where("LOWER(e.base_path) = ?", key).Where("e.version <> ?", but).Limit(1).Scan(ctx, &product, &version)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return product + "/" + version, err == nil, err
}
