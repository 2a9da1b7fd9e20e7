package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// shelf is the filter of a list of products, plans or strategies.
type shelf struct {
	search    string
	managedBy catalog.ManagedBy
	published catalog.Published
}

// shelved returns a page of products, plans or strategies by name. It selects them by an index and loads only those.
func shelved[R, T any](ctx context.Context, db *DB, filter shelf, request page.Request, turn func(R) (T, error)) (page.Page[T], error) {
	wanted := func() *bun.SelectQuery {
		query := db.reader(ctx).NewSelect().Model((*R)(nil)).Where("deleted_at = 0")
		if filter.search != "" {
			query.Where(`(LOWER(name) LIKE ? ESCAPE '\' OR slug LIKE ? ESCAPE '\')`, containing(filter.search), containing(filter.search))
		}
		if filter.managedBy != "" {
			query.Where("managed_by = ?", filter.managedBy)
		}
		if filter.published != "" {
			query.Where("published = ?", filter.published == catalog.OnlyPublished)
		}
		return query
	}
	total, err := wanted().Count(ctx)
	if err != nil {
		return page.Page[T]{}, err
	}
	var rows []R
	onPage := wanted().Column("id").Order("name", "slug").Limit(int64(request.Limit())).Offset(int64(request.Offset()))
	err = db.reader(ctx).NewSelect().Model(&rows).Where("id IN (?)", onPage).Order("name", "slug").Scan(ctx)
	if err != nil {
		return page.Page[T]{}, err
	}
	items, err := each(rows, turn)
	return page.Page[T]{Items: items, Total: int(total)}, err
}

// ProductRows implements catalog.Store.
func (s *Catalog) ProductRows(ctx context.Context, filter catalog.ProductFilter, request page.Request) (page.Page[catalog.ProductRow], error) {
	found, err := shelved(ctx, s.DB, shelf{filter.Search, filter.ManagedBy, filter.Published}, request, func(row productRow) (catalog.ProductRow, error) {
		return catalog.ProductRow{Product: row.product(nil)}, nil
	})
	if err != nil || len(found.Items) == 0 {
		return found, err
	}
	return found, s.countVersions(ctx, found.Items)
}

// countVersions sets the counts of the rows.
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
