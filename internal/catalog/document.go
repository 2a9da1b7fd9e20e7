package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/platform/fault"
)

// DocumentPage is a page of a product's documentation among its others.
type DocumentPage struct {
	Product Product
	// Documents are all the pages of the product in reading order.
	Documents []Document
	Document  Document
}

// DocumentPage returns the named page of the product's documentation.
func (s *Service) DocumentPage(ctx context.Context, slug, document string) (DocumentPage, error) {
	product, _, rights, err := s.visible(ctx, slug)
	if err != nil {
		return DocumentPage{}, err
	}
	documents, err := s.documents(ctx, product, rights)
	if err != nil {
		return DocumentPage{}, err
	}
	at := slices.IndexFunc(documents, func(d Document) bool { return d.Slug == document })
	if at < 0 {
		return DocumentPage{}, fault.Missing("page")
	}
	return DocumentPage{Product: product, Documents: documents, Document: documents[at]}, nil
}
