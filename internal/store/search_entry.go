package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/fault"
)

// searchLock is the name of the lock for numbering entries.
const searchLock = "search"

// searchEntryRow is the indexed text of one object. SQLite's index needs ascending numbers as keys.
type searchEntryRow struct {
	bun.BaseModel `bun:"table:search_entry"`

	ID      int64 `bun:",pk"`
	Kind    catalog.SearchKind
	Owner   string
	Ordinal int64
	Names   string
	Terms   string
	Body    string
}

func newSearchEntryRow(kind catalog.SearchKind, owner string, ordinal int64, text catalog.SearchText) searchEntryRow {
	return searchEntryRow{Kind: kind, Owner: owner, Ordinal: ordinal, Names: text.Names, Terms: text.Terms, Body: text.Body}
}

// addSearchEntries indexes objects without entries. It must run in a transaction.
func (s *Catalog) addSearchEntries(ctx context.Context, entries []searchEntryRow) error {
	if err := s.Lock(ctx, searchLock); err != nil {
		return err
	}
	var last int64
	err := s.reader(ctx).NewSelect().Model((*searchEntryRow)(nil)).ColumnExpr("COALESCE(MAX(id), 0)").Scan(ctx, &last)
	if err != nil {
		return err
	}
	for i := range entries {
		entries[i].ID = last + 1 + int64(i)
	}
	_, err = s.writer(ctx).NewInsert().Model(&entries).Exec(ctx)
	return err
}

// index replaces the indexed text of an object.
func (s *Catalog) index(ctx context.Context, kind catalog.SearchKind, owner string, text catalog.SearchText) error {
	if err := s.unindex(ctx, owner); err != nil {
		return err
	}
	return s.addSearchEntries(ctx, []searchEntryRow{newSearchEntryRow(kind, owner, 0, text)})
}

// unindex removes an object from the index.
func (s *Catalog) unindex(ctx context.Context, owner string) error {
	_, err := s.writer(ctx).NewDelete().Model((*searchEntryRow)(nil)).Where("owner = ?", owner).Exec(ctx)
	return err
}

// indexProduct indexes a saved product, and its versions under the product's name.
func (s *Catalog) indexProduct(ctx context.Context, product catalog.Product) error {
	if !product.DeletedAt.IsZero() {
		return s.unindex(ctx, product.ID.Hex())
	}
	if err := s.index(ctx, catalog.ProductFound, product.ID.Hex(), product.SearchText()); err != nil {
		return err
	}
	versions, err := s.Versions(ctx, product.ID)
	if err != nil {
		return err
	}
	for _, version := range versions {
		if err := s.index(ctx, catalog.VersionFound, version.ID.Hex(), version.SearchText(product)); err != nil {
			return err
		}
	}
	return nil
}

// indexVersion indexes a saved version.
func (s *Catalog) indexVersion(ctx context.Context, version catalog.Version) error {
	if !version.DeletedAt.IsZero() {
		return s.unindex(ctx, version.ID.Hex())
	}
	product, err := s.Product(ctx, version.Product)
	if fault.Is(err, fault.NotFound) {
		return s.unindex(ctx, version.ID.Hex())
	}
	if err != nil {
		return err
	}
	return s.index(ctx, catalog.VersionFound, version.ID.Hex(), version.SearchText(product))
}

// indexDocument indexes a saved document.
func (s *Catalog) indexDocument(ctx context.Context, document catalog.Document) error {
	return s.index(ctx, catalog.DocumentFound, document.ID.Hex(), document.SearchText())
}

// indexOlder indexes products, versions and documents that were saved before there was an index.
//
// Descriptions are staged again at the next apply, because they have an older openapi.ReaderVersion.
func (s *Catalog) indexOlder(ctx context.Context) error {
	older, err := s.olderProducts(ctx)
	if err != nil || len(older) == 0 {
		return err
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		if older, err = s.olderProducts(ctx); err != nil { // another process may have been faster
			return err
		}
		for _, product := range older {
			if err := s.indexProduct(ctx, product); err != nil {
				return err
			}
			documents, err := s.Documents(ctx, product.ID)
			if err != nil {
				return err
			}
			for _, document := range documents {
				if err := s.indexDocument(ctx, document); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (s *Catalog) olderProducts(ctx context.Context) ([]catalog.Product, error) {
	known := s.reader(ctx).NewSelect().Model((*searchEntryRow)(nil)).Column("owner").
		Where("kind = ?", catalog.ProductFound)
	var rows []productRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("deleted_at = 0").Where("id NOT IN (?)", known).Order("id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	return s.products(ctx, rows)
}
