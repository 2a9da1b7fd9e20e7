package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

type strategyRow struct {
	bun.BaseModel `bun:"table:strategy"`

	ID      plan.StrategyID `bun:",pk"`
	Slug    string
	Name    string
	Kind    plan.Kind
	Headers string
	Query   string
	Scopes  string
	// Preferred is the domain's Default, which is a reserved word in SQL.
	Preferred bool
	ManagedBy catalog.ManagedBy
	File      string
	CreatedAt int64
	UpdatedAt int64
	DeletedAt int64
}

func (row strategyRow) strategy() (plan.Strategy, error) {
	read := plan.Strategy{
		ID: row.ID, Slug: row.Slug, Name: row.Name, Kind: row.Kind, Default: row.Preferred, ManagedBy: row.ManagedBy,
		File: row.File, CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), DeletedAt: instant(row.DeletedAt),
	}
	var err error
	if read.Headers, err = restore[[]string](row.Headers); err != nil {
		return plan.Strategy{}, err
	}
	if read.Query, err = restore[[]string](row.Query); err != nil {
		return plan.Strategy{}, err
	}
	read.Scopes, err = restore[[]string](row.Scopes)
	return read, err
}

// Strategies implements plan.Store.
func (s *Plans) Strategies(ctx context.Context) ([]plan.Strategy, error) {
	var rows []strategyRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("deleted_at = 0").Order("name", "slug").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return each(rows, strategyRow.strategy)
}

// SaveStrategy implements plan.Store.
func (s *Plans) SaveStrategy(ctx context.Context, strategy plan.Strategy) error {
	row := strategyRow{
		ID: strategy.ID, Slug: strategy.Slug, Name: strategy.Name, Kind: strategy.Kind, Preferred: strategy.Default,
		ManagedBy: strategy.ManagedBy, File: strategy.File, CreatedAt: micros(strategy.CreatedAt),
		UpdatedAt: micros(strategy.UpdatedAt), DeletedAt: micros(strategy.DeletedAt),
	}
	var err error
	for column, names := range map[*string][]string{&row.Headers: strategy.Headers, &row.Query: strategy.Query, &row.Scopes: strategy.Scopes} {
		if *column, err = structure(names); err != nil {
			return err
		}
	}
	_, err = s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
	return taken(err, "slug_taken", "The name %q is already in use by another strategy. Choose another one.", strategy.Slug)
}
