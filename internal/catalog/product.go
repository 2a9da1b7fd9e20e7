package catalog

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// ProductSummary is a product in a list.
type ProductSummary struct {
	Product Product
	// Versions are those that the caller may see, newest first.
	Versions []Version
}

// Products lists the products that the caller may see, sorted by name.
func (s *Service) Products(ctx context.Context) ([]ProductSummary, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return nil, err
	}
	products, err := s.store.Products(ctx, viewer.principal.Team)
	if err != nil {
		return nil, err
	}
	var visible []ProductSummary
	var ids []ProductID
	for _, product := range products {
		if viewer.rights(product).View {
			visible = append(visible, ProductSummary{Product: product})
			ids = append(ids, product.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	versions, err := s.store.Versions(ctx, ids...)
	if err != nil {
		return nil, err
	}
	ofProduct := map[ProductID][]Version{}
	for _, version := range viewer.versions(versions) {
		ofProduct[version.Product] = append(ofProduct[version.Product], version)
	}
	for i := range visible {
		visible[i].Versions = ofProduct[visible[i].Product.ID]
	}
	return visible, nil
}

// ProductPage is a product with its versions and documents.
type ProductPage struct {
	Product  Product
	Versions []Version
	// Documents are without their texts.
	Documents []Document
}

// ProductPage returns the product with its versions, newest first, and its documents in reading order.
func (s *Service) ProductPage(ctx context.Context, slug string) (ProductPage, error) {
	product, versions, rights, err := s.loadVisibleProduct(ctx, slug)
	if err != nil {
		return ProductPage{}, err
	}
	documents, err := s.documents(ctx, product, rights)
	return ProductPage{Product: product, Versions: versions, Documents: documents}, err
}

// documents returns a product's pages without their texts, or nil if the caller may not read them.
func (s *Service) documents(ctx context.Context, of Product, rights Rights) ([]Document, error) {
	if !rights.Documentation {
		return nil, nil
	}
	return s.store.DocumentOutlines(ctx, of.ID)
}

// loadVisibleProduct loads a product that the caller may see, its visible versions, and the caller's rights.
func (s *Service) loadVisibleProduct(ctx context.Context, slug string) (Product, []Version, Rights, error) {
	return s.loadVisible(ctx, func(of identity.TeamID) (Product, error) { return s.store.ProductBySlug(ctx, slug, of) })
}

func (s *Service) loadVisible(ctx context.Context, load func(of identity.TeamID) (Product, error)) (Product, []Version, Rights, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return Product{}, nil, Rights{}, err
	}
	product, err := load(viewer.principal.Team)
	if err != nil {
		return Product{}, nil, Rights{}, err
	}
	rights := viewer.rights(product)
	if !rights.View {
		return Product{}, nil, Rights{}, fault.Missing("API")
	}
	versions, err := s.store.Versions(ctx, product.ID)
	return product, viewer.versions(versions), rights, err
}
