package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

// DocumentPage is a page of a product's documentation with the newest version of the product.
type DocumentPage struct {
	Product Product
	// Version is the newest published one, else the newest that the caller may see. Without versions it is zero.
	Version  Version
	Versions []Version
	Spec     openapi.Spec
	Document Document
	Navigation
}

// DocumentPage returns a page of the product's documentation by its slug.
func (s *Service) DocumentPage(ctx context.Context, slug, document string) (DocumentPage, error) {
	product, versions, _, err := s.loadVisibleProduct(ctx, slug)
	if err != nil {
		return DocumentPage{}, err
	}
	page := DocumentPage{Product: product, Versions: versions}
	if page.Navigation, err = s.navigation(ctx, product); err != nil {
		return DocumentPage{}, err
	}
	if !slices.ContainsFunc(page.Documents, func(d Document) bool { return d.Slug == document }) {
		return DocumentPage{}, fault.Missing("page")
	}
	if at := newest(versions); at >= 0 {
		page.Version = versions[at]
	}
	if page.Version.Spec != "" {
		kept, err := s.outline(ctx, page.Version.Spec)
		if err != nil {
			return DocumentPage{}, err
		}
		page.Spec, page.Operations = kept.spec, kept.operations
	}
	page.Document, err = s.store.Document(ctx, product.ID, document)
	return page, err
}
