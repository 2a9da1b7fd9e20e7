package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/platform/id"
)

type documentRow struct {
	bun.BaseModel `bun:"table:document"`

	ID        catalog.DocumentID `bun:",pk"`
	Product   catalog.ProductID
	Parent    catalog.DocumentID
	Position  int64
	Slug      string
	Title     string
	Markdown  string
	CreatedAt int64
	UpdatedAt int64
}

// Documents implements catalog.Store.
func (s *Catalog) Documents(ctx context.Context, product catalog.ProductID) ([]catalog.Document, error) {
	var rows []documentRow
	err := s.reader(ctx).NewSelect().Model(&rows).Where("product = ?", product).Order("position", "slug").Scan(ctx)
	if err != nil {
		return nil, err
	}
	documents := inReadingOrder(rows)
	listed := make([]*catalog.Document, len(documents))
	for i := range documents {
		listed[i] = &documents[i]
	}
	return documents, s.addPictures(ctx, listed...)
}

// DocumentOutlines implements catalog.Store.
func (s *Catalog) DocumentOutlines(ctx context.Context, products ...catalog.ProductID) ([]catalog.Document, error) {
	var rows []documentRow
	query := s.reader(ctx).NewSelect().Model(&rows).ExcludeColumn("markdown").Order("position", "slug")
	if len(products) > 0 {
		query.Where("product IN (?)", bun.List(products))
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	return inReadingOrder(rows), nil
}

// Document implements catalog.Store.
func (s *Catalog) Document(ctx context.Context, product catalog.ProductID, named string) (catalog.Document, error) {
	var row documentRow
	query := s.reader(ctx).NewSelect().Model(&row).Where("product = ?", product)
	if parsed, err := id.Parse[catalog.DocumentID](named); err == nil {
		query.Where("(slug = ? OR id = ?)", named, parsed).OrderExpr("slug = ? DESC", named)
	} else {
		query.Where("slug = ?", named)
	}
	if err := query.Limit(1).Scan(ctx); err != nil {
		return catalog.Document{}, missing(err, "page")
	}
	found := row.document()
	err := s.addPictures(ctx, &found)
	return found, err
}

func (row documentRow) document() catalog.Document {
	return catalog.Document{
		ID: row.ID, Product: row.Product, Parent: row.Parent, Position: int(row.Position), Slug: row.Slug,
		Title: row.Title, Markdown: row.Markdown, CreatedAt: instant(row.CreatedAt), UpdatedAt: instant(row.UpdatedAt),
	}
}

// inReadingOrder sorts pages so that each comes before its children.
func inReadingOrder(rows []documentRow) []catalog.Document {
	children := map[catalog.DocumentID][]documentRow{}
	for _, row := range rows {
		children[row.Parent] = append(children[row.Parent], row)
	}
	documents := make([]catalog.Document, 0, len(rows))
	var walk func(parent catalog.DocumentID)
	walk = func(parent catalog.DocumentID) {
		below := children[parent]
		delete(children, parent) // ends a cycle, if there is one
		for _, row := range below {
			documents = append(documents, row.document())
			walk(row.ID)
		}
	}
	walk(catalog.DocumentID{})
	return documents
}

// SaveDocument implements catalog.Store.
func (s *Catalog) SaveDocument(ctx context.Context, document catalog.Document) error {
	row := documentRow{
		ID: document.ID, Product: document.Product, Parent: document.Parent, Position: int64(document.Position),
		Slug: document.Slug, Title: document.Title, Markdown: document.Markdown,
		CreatedAt: micros(document.CreatedAt), UpdatedAt: micros(document.UpdatedAt),
	}
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Exec(ctx)
		if err != nil {
			return taken(err, "slug_taken", "The API has another page named %q. Choose another name.", document.Slug)
		}
		if err := s.savePictures(ctx, document); err != nil {
			return err
		}
		return s.indexDocument(ctx, document)
	})
}

// DeleteDocument implements catalog.Store.
func (s *Catalog) DeleteDocument(ctx context.Context, document catalog.DocumentID) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := s.savePictures(ctx, catalog.Document{ID: document}); err != nil {
			return err
		}
		_, err := s.writer(ctx).NewDelete().Model((*documentRow)(nil)).Where("id = ?", document).Exec(ctx)
		if err != nil {
			return err
		}
		return s.unindex(ctx, document.Hex())
	})
}
