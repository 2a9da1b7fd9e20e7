package catalog

import (
	"context"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// Navigation lists what leads from one page of an API to its other pages and to other APIs.
type Navigation struct {
	// Products are all APIs that the caller may see, sorted by name.
	Products []Product
	// Documents are the pages of the API that the caller may read, without their texts, in reading order.
	Documents []Document
	// Operations have no descriptions and details; webhooks come last. They are shared: do not change them.
	Operations []openapi.Operation
}

// navigation loads the links from the pages of a version to other pages. The caller adds the operations.
func (s *Service) navigation(ctx context.Context, of Product) (Navigation, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return Navigation{}, err
	}
	products, err := s.store.Products(ctx, viewer.principal.Team)
	if err != nil {
		return Navigation{}, err
	}
	var made Navigation
	for _, product := range products {
		if viewer.rights(product).View {
			made.Products = append(made.Products, product)
		}
	}
	made.Documents, err = s.documents(ctx, of, viewer.rights(of))
	return made, err
}
