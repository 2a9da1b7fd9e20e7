package store

import (
	"context"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/page"
)

// Editions implements catalog.Editions.
func (s *Catalog) Editions(ctx context.Context, visibility catalog.Visibility, filter catalog.EditionFilter, request page.Request) (page.Page[catalog.Edition], error) {
	wanted := func() *bun.SelectQuery {
		query := s.reader(ctx).NewSelect().Model((*productRow)(nil)).Where("deleted_at = 0").Where("published")
		seenBy(query, "product_row", visibility)
		if !filter.ID.IsZero() {
			query.Where("id = ?", filter.ID)
		}
		namedLike(query, "name", filter.Name, filter.NameContains)
		namedLike(query, "description", filter.Description, filter.DescriptionContains)
		return query
	}
	total, err := wanted().Count(ctx)
	if err != nil {
		return page.Page[catalog.Edition]{}, err
	}
	var ids []catalog.ProductID
	err = wanted().Column("id").Order("name", "slug").Limit(int64(request.Limit())).Offset(int64(request.Offset())).Scan(ctx, &ids)
	if err != nil {
		return page.Page[catalog.Edition]{}, err
	}
	editions, err := s.editions(ctx, visibility, ids)
	return page.Page[catalog.Edition]{Items: editions, Total: int(total)}, err
}

// seenBy limits the query to published products that are visible. product is the alias of their table in the query.
func seenBy(query *bun.SelectQuery, product string, visibility catalog.Visibility) {
	query.Where("(?0.audience IN (?1) OR ?0.audience = ?2 AND ?0.id IN (SELECT t.product FROM product_team AS t WHERE t.team = ?3))",
		bun.Ident(product), bun.List(visibility.Audiences), catalog.Teams, visibility.Team.Hex())
}

// editionsFound selects the products of the results without duplicates.
const editionsFound = `
SELECT product, (SELECT COUNT(DISTINCT product) FROM hit) AS total
FROM hit GROUP BY product ORDER BY MIN(grade), MIN(rank), MIN(name), product LIMIT ?limit OFFSET ?offset`

// FoundEditions implements catalog.Editions.
func (s *Catalog) FoundEditions(ctx context.Context, scope catalog.SearchScope) (page.Page[catalog.Edition], error) {
	type found struct {
		Product catalog.ProductID
		Total   int64
	}
	look := func(part page.Request) (rows []found, err error) {
		err = s.searching(ctx, scope, part, editionsFound).Scan(ctx, &rows)
		return rows, err
	}
	rows, err := look(scope.Page)
	if err != nil {
		return page.Page[catalog.Edition]{}, err
	}
	if len(rows) == 0 && scope.Page.Offset() > 0 { // beyond the last page no row has the total
		rows, err = look(page.Request{Size: 1})
		if err != nil || len(rows) == 0 {
			return page.Page[catalog.Edition]{}, err
		}
		return page.Page[catalog.Edition]{Total: int(rows[0].Total)}, nil
	}
	total, ids := 0, make([]catalog.ProductID, len(rows))
	for i, row := range rows {
		total, ids[i] = int(row.Total), row.Product
	}
	editions, err := s.editions(ctx, scope.Visibility, ids)
	return page.Page[catalog.Edition]{Items: editions, Total: total}, err
}

// editions loads products in the given order, with their counts.
func (s *Catalog) editions(ctx context.Context, visibility catalog.Visibility, ids []catalog.ProductID) ([]catalog.Edition, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []productRow
	if err := s.reader(ctx).NewSelect().Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	products, err := s.products(ctx, rows, visibility.Team)
	if err != nil {
		return nil, err
	}
	editions := make([]catalog.Edition, len(products))
	for i, product := range products {
		editions[i].Product = product
	}
	place := func(one catalog.Edition) int { return slices.Index(ids, one.Product.ID) }
	slices.SortFunc(editions, func(a, b catalog.Edition) int { return place(a) - place(b) })
	if err := s.countReleases(ctx, editions); err != nil {
		return nil, err
	}
	return editions, s.countPages(ctx, visibility, editions)
}

// countReleases sets the versions of the editions.
func (s *Catalog) countReleases(ctx context.Context, editions []catalog.Edition) error {
	at := indexByProduct(editions, func(catalog.Edition) bool { return true })
	var versions []versionRow
	err := s.reader(ctx).NewSelect().Model(&versions).Column("id", "product", "name").Where("product IN (?)", bun.List(keysOf(at))).
		Where("published").Where("deleted_at = 0").Order("position", "id").Scan(ctx)
	for _, version := range versions {
		edition := &editions[at[version.Product]]
		edition.Versions++
		edition.Latest = catalog.Version{ID: version.ID, Product: version.Product, Name: version.Name}
	}
	return err
}

// countPages sets how many pages of documentation the caller may read.
func (s *Catalog) countPages(ctx context.Context, visibility catalog.Visibility, editions []catalog.Edition) error {
	at := indexByProduct(editions, func(one catalog.Edition) bool {
		return slices.Contains(visibility.Audiences, one.Product.Audience) || one.Product.RightsOf(visibility.Team).Documentation
	})
	if len(at) == 0 {
		return nil
	}
	var counts []struct {
		Product catalog.ProductID
		Count   int64
	}
	err := s.reader(ctx).NewSelect().Model((*documentRow)(nil)).Column("product").ColumnExpr("COUNT(*) AS count").
		Where("product IN (?)", bun.List(keysOf(at))).Group("product").Scan(ctx, &counts)
	for _, count := range counts {
		editions[at[count.Product]].Documents = int(count.Count)
	}
	return err
}

// indexByProduct returns the indexes of the wanted editions by product.
func indexByProduct(editions []catalog.Edition, wanted func(catalog.Edition) bool) map[catalog.ProductID]int {
	at := map[catalog.ProductID]int{}
	for i, edition := range editions {
		if wanted(edition) {
			at[edition.Product.ID] = i
		}
	}
	return at
}

func keysOf[K comparable, V any](all map[K]V) []K { return slices.Collect(maps.Keys(all)) }
