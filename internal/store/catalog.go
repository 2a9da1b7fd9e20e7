package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

var _ catalog.Store = (*Catalog)(nil)

// Catalog stores products, versions, documents and descriptions.
type Catalog struct {
	*DB
	// pause is called after each batch of staging and deleting.
	pause func(ctx context.Context) error
}

// Catalog returns the store of the catalogue.
func (db *DB) Catalog() *Catalog { return &Catalog{DB: db, pause: letOthersWrite} }

type productRow struct {
	bun.BaseModel `bun:"table:product"`

	ID          catalog.ProductID `bun:",pk"`
	Slug        string
	Name        string
	Description string
	Audience    catalog.Audience
	Published   bool
	ManagedBy   catalog.ManagedBy
	File        string
	CreatedAt   int64
	UpdatedAt   int64
	DeletedAt   int64
}

func (row productRow) product(teams []catalog.TeamRights) catalog.Product {
	return catalog.Product{
		ID: row.ID, Slug: row.Slug, Name: row.Name, Description: row.Description, Audience: row.Audience, Teams: teams,
		Published: row.Published, ManagedBy: row.ManagedBy, File: row.File,
		CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt), DeletedAt: instant(row.DeletedAt),
	}
}

// products returns the products of the rows with the teams of their audiences, or only these teams.
func (db *DB) products(ctx context.Context, rows []productRow, of ...identity.TeamID) ([]catalog.Product, error) {
	ids := make([]catalog.ProductID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	teams, err := db.audienceTeams(ctx, ids, of)
	products := make([]catalog.Product, len(rows))
	for i, row := range rows {
		products[i] = row.product(teams[row.ID])
	}
	return products, err
}

// Products implements catalog.Store.
func (s *Catalog) Products(ctx context.Context, of ...identity.TeamID) ([]catalog.Product, error) {
	var rows []productRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("deleted_at = 0").Order("name", "slug").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return s.products(ctx, rows, of...)
}

// Product implements catalog.Store.
func (s *Catalog) Product(ctx context.Context, product catalog.ProductID, of ...identity.TeamID) (catalog.Product, error) {
	return s.product(ctx, "id = ?", product, of)
}

// ProductBySlug implements catalog.Store.
func (s *Catalog) ProductBySlug(ctx context.Context, slug string, of ...identity.TeamID) (catalog.Product, error) {
	return s.product(ctx, "slug = ?", slug, of)
}

func (s *Catalog) product(ctx context.Context, where string, value any, of []identity.TeamID) (catalog.Product, error) {
	var row productRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("deleted_at = 0").Where(where, value).Scan(ctx)
	if err != nil {
		return catalog.Product{}, missing(err, "API")
	}
	products, err := s.products(ctx, []productRow{row}, of...)
	return products[0], err
}

// SaveProduct implements catalog.Store.
func (s *Catalog) SaveProduct(ctx context.Context, product catalog.Product) error {
	row := productRow{
		ID: product.ID, Slug: product.Slug, Name: product.Name, Description: product.Description,
		Audience: product.Audience, Published: product.Published, ManagedBy: product.ManagedBy,
		File: product.File, CreatedAt: micros(product.CreatedAt), UpdatedAt: micros(product.UpdatedAt),
		DeletedAt: micros(product.DeletedAt),
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
		if err != nil {
			return taken(err, "slug_taken", "The name %q is already in use by another API. Choose another one.", product.Slug)
		}
		if err := s.saveAudienceTeams(ctx, product); err != nil {
			return err
		}
		return s.indexProduct(ctx, product)
	})
}

// taken turns a violated unique constraint into this conflict and returns other errors unchanged.
func taken(err error, code, public string, args ...any) error {
	if isUnique(err) {
		return fault.Newf(fault.Conflict, code, public, args...)
	}
	return err
}

// each converts all rows.
func each[R, T any](rows []R, turn func(R) (T, error)) ([]T, error) {
	things := make([]T, len(rows))
	for i, row := range rows {
		thing, err := turn(row)
		if err != nil {
			return nil, err
		}
		things[i] = thing
	}
	return things, nil
}
