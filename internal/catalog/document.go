package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/platform/fault"
)

// DocumentPage is a page of a product's documentation with the list of all its pages.
type DocumentPage struct {
	Product Product
	// Documents are all the pages of the product in reading order, without their texts.
	Documents []Document
	Document  Document
}

// DocumentPage returns a page of the product's documentation by its slug.
func (s *Service) DocumentPage(ctx context.Context, slug, document string) (DocumentPage, error) {
	product, _, rights, err := s.loadVisibleProduct(ctx, slug)
	if err != nil {
		return DocumentPage{}, err
	}
	documents, err := s.documents(ctx, product, rights)
	if err != nil {
		return DocumentPage{}, err
	}
	if !slices.ContainsFunc(documents, func(d Document) bool { return d.Slug == document }) {
		return DocumentPage{}, fault.Missing("page")
	}
	shown, err := s.store.Document(ctx, product.ID, document)
	return DocumentPage{Product: product, Documents: documents, Document: shown}, err
}
