package catalog

import (
	"context"

	"github.com/portico-api/portico/internal/platform/fault"
)

// ProductSummary is a product in a list.
type ProductSummary struct {
	Product Product
	// Versions are those that the caller may see, the newest first.
	Versions []Version
}

// Products lists the products that the caller may see, by name.
func (s *Service) Products(ctx context.Context) ([]ProductSummary, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return nil, err
	}
	products, err := s.store.Products(ctx)
	if err != nil {
		return nil, err
	}
	var visible []ProductSummary
	var ids []ProductID
	for _, product := range products {
		if viewer.sees(product) {
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

// ProductPage is a product with what belongs to it.
type ProductPage struct {
	Product   Product
	Versions  []Version
	Documents []Document
}

// ProductPage returns the product with its versions, the newest first, and its documents in reading order.
func (s *Service) ProductPage(ctx context.Context, slug string) (ProductPage, error) {
	product, versions, err := s.visible(ctx, slug)
	if err != nil {
		return ProductPage{}, err
	}
	documents, err := s.store.Documents(ctx, product.ID)
	return ProductPage{Product: product, Versions: versions, Documents: documents}, err
}

// visible loads a product and its versions as far as the caller may see them.
func (s *Service) visible(ctx context.Context, slug string) (Product, []Version, error) {
	viewer, err := s.viewer(ctx)
	if err != nil {
		return Product{}, nil, err
	}
	product, err := s.store.ProductBySlug(ctx, slug)
	if err != nil {
		return Product{}, nil, err
	}
	if !viewer.sees(product) {
		return Product{}, nil, fault.Missing("API")
	}
	versions, err := s.store.Versions(ctx, product.ID)
	return product, viewer.versions(versions), err
}
