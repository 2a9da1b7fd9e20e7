package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

var _ plan.Store = (*Plans)(nil)

// Plans keeps plans and strategies.
type Plans struct{ *DB }

// Plans returns the store of plans and strategies.
func (db *DB) Plans() *Plans { return &Plans{db} }

type planRow struct {
	bun.BaseModel `bun:"table:plan"`

	ID          plan.ID `bun:",pk"`
	Slug        string
	Name        string
	Description string
	Family      string
	Environment string
	Strategy    plan.StrategyID
	Scopes      string
	Limits      string
	Price       string
	Approval    plan.Approval
	Keys        string
	Registrable bool
	Trial       bool
	Published   bool
	ManagedBy   catalog.ManagedBy
	File        string
	CreatedAt   int64
	UpdatedAt   int64
	DeletedAt   int64
}

type planVersionRow struct {
	bun.BaseModel `bun:"table:plan_version"`

	Plan     plan.ID           `bun:",pk"`
	Version  catalog.VersionID `bun:",pk"`
	Position int64
}

// Plans implements plan.Store.
func (s *Plans) Plans(ctx context.Context) ([]plan.Plan, error) {
	var rows []planRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("deleted_at = 0").Order("name", "slug").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return s.opening(ctx, rows)
}

// Plan implements plan.Store.
func (s *Plans) Plan(ctx context.Context, wanted plan.ID) (plan.Plan, error) {
	return s.plan(ctx, "id = ?", wanted)
}

// PlanBySlug implements plan.Store.
func (s *Plans) PlanBySlug(ctx context.Context, slug string) (plan.Plan, error) {
	return s.plan(ctx, "slug = ?", slug)
}

// PlanRows implements plan.Store.
func (s *Plans) PlanRows(ctx context.Context, filter plan.Filter, request page.Request) (page.Page[plan.Plan], error) {
	return shelved(ctx, s.DB, shelf{filter.Search, filter.ManagedBy, filter.Published}, request, func(row planRow) (plan.Plan, error) { return row.plan(nil) })
}

// CountPlans implements plan.Store.
func (s *Plans) CountPlans(ctx context.Context, filter plan.Filter) (catalog.PublishedCounts, error) {
	return countPublished[planRow](ctx, s.DB, shelf{filter.Search, filter.ManagedBy, ""})
}

// StrategyRows implements plan.Store.
func (s *Plans) StrategyRows(ctx context.Context, filter plan.Filter, request page.Request) (page.Page[plan.Strategy], error) {
	return shelved(ctx, s.DB, shelf{search: filter.Search, managedBy: filter.ManagedBy}, request, strategyRow.strategy)
}

func (s *Plans) plan(ctx context.Context, where string, value any) (plan.Plan, error) {
	var row planRow
	err := s.reader(ctx).NewSelect().Model(&row).Where(where, value).Where("deleted_at = 0").Scan(ctx)
	if err != nil {
		return plan.Plan{}, missing(err, "plan")
	}
	plans, err := s.opening(ctx, []planRow{row})
	if err != nil {
		return plan.Plan{}, err
	}
	return plans[0], nil
}

// opening converts rows into plans with the versions that they open, without deleted ones.
func (s *Plans) opening(ctx context.Context, rows []planRow) ([]plan.Plan, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]plan.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	var opens []planVersionRow
	err := s.reader(ctx).NewSelect().Model(&opens).Where("plan IN (?)", bun.List(ids)).
		Where("version NOT IN (SELECT gone.id FROM version AS gone WHERE gone.deleted_at <> 0)").Order("plan", "position").Scan(ctx)
	if err != nil {
		return nil, err
	}
	ofPlan := map[plan.ID][]catalog.VersionID{}
	for _, row := range opens {
		ofPlan[row.Plan] = append(ofPlan[row.Plan], row.Version)
	}
	return each(rows, func(row planRow) (plan.Plan, error) {
		return row.plan(ofPlan[row.ID])
	})
}

func (row planRow) plan(opens []catalog.VersionID) (plan.Plan, error) {
	read := plan.Plan{
		ID: row.ID, Slug: row.Slug, Name: row.Name, Description: row.Description, Family: row.Family,
		Environment: row.Environment, Strategy: row.Strategy, Opens: opens, Approval: row.Approval,
		Registrable: row.Registrable, Trial: row.Trial, Published: row.Published, ManagedBy: row.ManagedBy, File: row.File,
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), DeletedAt: instant(row.DeletedAt),
	}
	var err error
	if read.Scopes, err = restore[[]string](row.Scopes); err != nil {
		return plan.Plan{}, err
	}
	if read.Limits, err = restore[[]plan.Limit](row.Limits); err != nil {
		return plan.Plan{}, err
	}
	if read.Price, err = restore[plan.Price](row.Price); err != nil {
		return plan.Plan{}, err
	}
	read.Keys, err = restore[plan.KeyPolicy](row.Keys)
	return read, err
}

// SavePlan implements plan.Store.
func (s *Plans) SavePlan(ctx context.Context, saved plan.Plan) error {
	row := planRow{
		ID: saved.ID, Slug: saved.Slug, Name: saved.Name, Description: saved.Description, Family: saved.Family,
		Environment: saved.Environment, Strategy: saved.Strategy, Approval: saved.Approval,
		Registrable: saved.Registrable, Trial: saved.Trial, Published: saved.Published, ManagedBy: saved.ManagedBy, File: saved.File,
		CreatedAt: micros(saved.CreatedAt), UpdatedAt: micros(saved.UpdatedAt), DeletedAt: micros(saved.DeletedAt),
	}
	var err error
	for _, part := range []struct {
		column *string
		value  any
	}{{&row.Scopes, saved.Scopes}, {&row.Limits, saved.Limits}, {&row.Price, saved.Price}, {&row.Keys, saved.Keys}} {
		if *part.column, err = structure(part.value); err != nil {
			return err
		}
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
		if err != nil {
			return taken(err, "slug_taken", "The name %q is already in use by another plan. Choose another one.", saved.Slug)
		}
		return s.saveOpens(ctx, saved)
	})
}

func (s *Plans) saveOpens(ctx context.Context, saved plan.Plan) error {
	_, err := s.writer(ctx).NewDelete().Model((*planVersionRow)(nil)).Where("plan = ?", saved.ID).Exec(ctx)
	if err != nil || len(saved.Opens) == 0 {
		return err
	}
	rows := make([]planVersionRow, len(saved.Opens))
	for i, version := range saved.Opens {
		rows[i] = planVersionRow{Plan: saved.ID, Version: version, Position: int64(i)}
	}
	_, err = s.writer(ctx).NewInsert().Model(&rows).Exec(ctx)
	return err
}
