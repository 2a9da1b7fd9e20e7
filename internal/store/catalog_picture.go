package store

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/portico-api/portico/internal/catalog"
)

type pictureRow struct {
	bun.BaseModel `bun:"table:document_picture"`

	Document catalog.DocumentID `bun:",pk"`
	Name     string             `bun:",pk"`
	Media    string
	Digest   string
	Content  []byte
}

func (row pictureRow) picture() catalog.Picture {
	return catalog.Picture{Name: row.Name, Media: row.Media, Digest: row.Digest, Content: row.Content}
}

// DocumentPicture implements catalog.Store.
func (s *Catalog) DocumentPicture(ctx context.Context, product catalog.ProductID, document, name string) (catalog.Picture, error) {
	var row pictureRow
	err := s.reader(ctx).NewSelect().Model(&row).Where("name = ?", name).
		Where("document = (SELECT id FROM document WHERE product = ? AND slug = ?)", product, document).Scan(ctx)
	return row.picture(), missing(err, "picture")
}

// addPictures lists the pictures of pages, without their contents.
func (s *Catalog) addPictures(ctx context.Context, documents ...*catalog.Document) error {
	at := map[catalog.DocumentID]*catalog.Document{}
	ids := make([]catalog.DocumentID, len(documents))
	for i, one := range documents {
		at[one.ID], ids[i] = one, one.ID
	}
	if len(ids) == 0 {
		return nil
	}
	var rows []pictureRow
	err := s.reader(ctx).NewSelect().Model(&rows).ExcludeColumn("content").Where("document IN (?)", bun.List(ids)).Order("document", "name").Scan(ctx)
	for _, row := range rows {
		at[row.Document].Pictures = append(at[row.Document].Pictures, row.picture())
	}
	return err
}

// savePictures replaces the pictures of a page. Those without content keep theirs.
func (s *Catalog) savePictures(ctx context.Context, document catalog.Document) error {
	removed := s.writer(ctx).NewDelete().Model((*pictureRow)(nil)).Where("document = ?", document.ID)
	names := make([]string, len(document.Pictures))
	for i, one := range document.Pictures {
		names[i] = one.Name
	}
	if len(names) > 0 {
		removed.Where("name NOT IN (?)", bun.List(names))
	}
	if _, err := removed.Exec(ctx); err != nil {
		return err
	}
	for _, one := range document.Pictures {
		if one.Content == nil {
			continue
		}
		row := pictureRow{Document: document.ID, Name: one.Name, Media: one.Media, Digest: one.Digest, Content: one.Content}
		if _, err := s.writer(ctx).NewInsert().Model(&row).On("CONFLICT (document, name) DO UPDATE").Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
