package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
)

// VersionHistories implements catalog.Store.
func (s *Catalog) VersionHistories(ctx context.Context, visibility catalog.Visibility, most int) ([]catalog.VersionHistory, error) {
	var rows []auditRow
	query := s.reader(ctx).NewSelect().Model(&rows).Where("position IS NOT NULL").Order("position DESC").Limit(int64(most))
	if err := s.narrow(ctx, query, event.TrailFilter{Action: event.TagVersion}); err != nil {
		return nil, err
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	records, err := each(rows, auditRow.record)
	if err != nil {
		return nil, err
	}
	byVersion := map[string][]event.Record{}
	for _, record := range records {
		_, version, _ := strings.Cut(string(record.Object), ":")
		byVersion[version] = append(byVersion[version], record)
	}
	versions, err := s.changedVersions(ctx, visibility, keysOf(byVersion), most)
	if err != nil || len(versions) == 0 {
		return nil, err
	}
	products, err := s.productsOf(ctx, versions, visibility)
	histories := make([]catalog.VersionHistory, len(versions))
	for i, row := range versions {
		histories[i] = catalog.VersionHistory{Product: products[row.Product], Version: row.version(nil), Records: byVersion[row.ID.String()]}
	}
	return histories, err
}

// changedVersions loads the visible published versions that are named or deprecated, at most this many of the latter.
func (s *Catalog) changedVersions(ctx context.Context, visibility catalog.Visibility, named []string, most int) ([]versionRow, error) {
	visible := func(of *bun.SelectQuery) *bun.SelectQuery {
		seen := s.reader(ctx).NewSelect().TableExpr("product AS p").ColumnExpr("1").Where("p.id = version_row.product").
			Where("p.deleted_at = 0").Where("p.published")
		seenBy(seen, "p", visibility)
		return of.Where("version_row.published").Where("version_row.deleted_at = 0").Where("EXISTS (?)", seen)
	}
	deprecated := visible(s.reader(ctx).NewSelect().Model((*versionRow)(nil)).Column("id")).Where("deprecated").Order("id DESC").Limit(int64(most))
	var rows []versionRow
	query := visible(s.reader(ctx).NewSelect().Model(&rows))
	if len(named) > 0 {
		query.Where("(id IN (?) OR id IN (?))", bun.List(named), deprecated)
	} else {
		query.Where("id IN (?)", deprecated)
	}
	return rows, query.Order("id DESC").Scan(ctx)
}

func (s *Catalog) productsOf(ctx context.Context, versions []versionRow, visibility catalog.Visibility) (map[catalog.ProductID]catalog.Product, error) {
	var rows []productRow
	ids := map[catalog.ProductID]bool{}
	for _, version := range versions {
		ids[version.Product] = true
	}
	if err := s.reader(ctx).NewSelect().Model(&rows).Where("id IN (?)", bun.List(keysOf(ids))).Scan(ctx); err != nil {
		return nil, err
	}
	products, err := s.products(ctx, rows, visibility.Team)
	byID := make(map[catalog.ProductID]catalog.Product, len(products))
	for _, product := range products {
		byID[product.ID] = product
	}
	return byID, err
}
