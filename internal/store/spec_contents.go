package store

import (
	"context"
	"slices"

	"github.com/uptrace/bun"
)

// digestsAtOnce limits the length of one statement.
const digestsAtOnce = 500

// OperationCounts implements catalog.Specs.
func (s *Catalog) OperationCounts(ctx context.Context) (map[string]int, error) {
	var rows []struct {
		Digest string
		Count  int
	}
	err := s.reader(ctx).NewSelect().TableExpr("operation").ColumnExpr("spec.digest AS digest").ColumnExpr("COUNT(*) AS count").
		Join("JOIN spec ON spec.id = operation.spec").Where("spec.whole").GroupExpr("spec.digest").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int, len(rows))
	for _, row := range rows {
		counts[row.Digest] = row.Count
	}
	return counts, nil
}

// OperationSlugs implements catalog.Specs.
func (s *Catalog) OperationSlugs(ctx context.Context, digests []string) (map[string][]string, error) {
	slugs := map[string][]string{}
	digests = slices.Compact(slices.Sorted(slices.Values(digests)))
	for some := range slices.Chunk(digests, digestsAtOnce) {
		var rows []struct{ Digest, Slug string }
		err := s.reader(ctx).NewSelect().TableExpr("operation").ColumnExpr("spec.digest AS digest").ColumnExpr("operation.slug AS slug").
			Join("JOIN spec ON spec.id = operation.spec").Where("spec.whole").Where("spec.digest IN (?)", bun.List(some)).
			OrderExpr("spec.digest, operation.ordinal").Scan(ctx, &rows)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			slugs[row.Digest] = append(slugs[row.Digest], row.Slug)
		}
	}
	return slugs, nil
}
