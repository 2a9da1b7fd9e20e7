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

// onShelf selects the products, plans or strategies that match a filter.
func onShelf[R any](ctx context.Context, db *DB, filter shelf) *bun.SelectQuery {
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

// shelved returns a page of products, plans or strategies by name. It selects them by an index and loads only those.
func shelved[R, T any](ctx context.Context, db *DB, filter shelf, request page.Request, turn func(R) (T, error)) (page.Page[T], error) {
	total, err := onShelf[R](ctx, db, filter).Count(ctx)
	if err != nil {
		return page.Page[T]{}, err
	}
	var rows []R
	inOrder := func(query *bun.SelectQuery) *bun.SelectQuery {
		if !sorted(query, request.Order, shelfOrders) {
			query.Order("name", "slug")
		}
		return query
	}
	onPage := inOrder(onShelf[R](ctx, db, filter).Column("id")).Limit(int64(request.Limit())).Offset(int64(request.Offset()))
	err = inOrder(db.reader(ctx).NewSelect().Model(&rows).Where("id IN (?)", onPage)).Scan(ctx)
	if err != nil {
		return page.Page[T]{}, err
	}
	items, err := each(rows, turn)
	return page.Page[T]{Items: items, Total: int(total)}, err
}

// shelfOrders are the columns that products, plans or strategies can be sorted by. Only the pages of plans offer the
// environment, and only those of strategies the kind.
var shelfOrders = map[string]string{"name": "name", "since": "id", "environment": "environment", "kind": "kind"}

// countPublished counts the objects that match a filter apart from whether they are published.
func countPublished[R any](ctx context.Context, db *DB, filter shelf) (catalog.PublishedCounts, error) {
	var counts catalog.PublishedCounts
	for _, one := range []struct {
		published catalog.Published
		count     *int
	}{{catalog.OnlyPublished, &counts.Published}, {catalog.OnlyUnpublished, &counts.Unpublished}} {
		filter.published = one.published
		count, err := onShelf[R](ctx, db, filter).Count(ctx)
		if err != nil {
			return counts, err
		}
		*one.count = int(count)
	}
	return counts, nil
}

// CountProducts implements catalog.Store.
func (s *Catalog) CountProducts(ctx context.Context, filter catalog.ProductFilter) (catalog.PublishedCounts, error) {
	return countPublished[productRow](ctx, s.DB, shelf{filter.Search, filter.ManagedBy, ""})
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
