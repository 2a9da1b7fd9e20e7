package publish

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/site"
)

// state is the portal before an apply, by the names that a manifest uses.
type state struct {
	settings   site.Settings
	strategies map[string]plan.Strategy
	products   map[string]catalog.Product
	// versions are keyed by product/version.
	versions  map[string]catalog.Version
	documents map[catalog.ProductID]map[string]catalog.Document
	plans     map[string]plan.Plan
}

func (s *Service) settings(ctx context.Context) (site.Settings, error) {
	settings, saved, err := s.config.Site.Settings(ctx)
	if err == nil && !saved {
		settings = site.Defaults()
	}
	return settings, err
}

// load loads the state.
func (s *Service) load(ctx context.Context, manifest Manifest) (state, error) {
	there := state{
		strategies: map[string]plan.Strategy{}, products: map[string]catalog.Product{}, versions: map[string]catalog.Version{},
		documents: map[catalog.ProductID]map[string]catalog.Document{}, plans: map[string]plan.Plan{},
	}
	var err error
	if there.settings, err = s.settings(ctx); err != nil {
		return state{}, err
	}
	strategies, err := s.config.Plans.Strategies(ctx)
	if err != nil {
		return state{}, err
	}
	for _, strategy := range strategies {
		there.strategies[strategy.Slug] = strategy
	}
	plans, err := s.config.Plans.Plans(ctx)
	if err != nil {
		return state{}, err
	}
	for _, plan := range plans {
		there.plans[plan.Slug] = plan
	}
	err = s.loadCatalog(ctx, manifest, &there)
	return there, err
}

func (s *Service) loadCatalog(ctx context.Context, manifest Manifest, there *state) error {
	products, err := s.config.Catalog.Products(ctx)
	if err != nil {
		return err
	}
	slugs := map[catalog.ProductID]string{}
	for _, product := range products {
		there.products[product.Slug] = product
		slugs[product.ID] = product.Slug
	}
	versions, err := s.config.Catalog.Versions(ctx)
	if err != nil {
		return err
	}
	for _, version := range versions {
		if slug, known := slugs[version.Product]; known {
			there.versions[slug+"/"+version.Name] = version
		}
	}
	for _, product := range withPages(manifest, *there) {
		documents, err := s.config.Catalog.Documents(ctx, product.ID)
		if err != nil {
			return err
		}
		bySlug := map[string]catalog.Document{}
		for _, document := range documents {
			bySlug[document.Slug] = document
		}
		there.documents[product.ID] = bySlug
	}
	return nil
}

// withPages returns the products whose pages an apply may change or delete.
func withPages(manifest Manifest, there state) []catalog.Product {
	var products []catalog.Product
	for _, wanted := range manifest.products {
		if product, exists := there.products[wanted.Slug]; exists {
			products = append(products, product)
		}
	}
	if !manifest.Prune {
		return products
	}
	for _, change := range gone(manifest, there) {
		if change.Noun == "product" {
			products = append(products, there.products[change.Slug])
		}
	}
	return products
}
