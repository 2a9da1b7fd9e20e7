package catalog

import (
	"context"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

// NamedVersion returns a version of the product that the caller may see, with its product.
func (s *Service) NamedVersion(ctx context.Context, slug, version string) (Product, Version, error) {
	found, err := s.loadVersion(ctx, slug, version)
	return found.Product, found.Version, err
}

// OperationInput returns an operation with its Input, and its version. Webhooks cannot be called, so they are not
// found.
func (s *Service) OperationInput(ctx context.Context, slug, version, operation string) (Version, openapi.Operation, error) {
	found, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return Version{}, openapi.Operation{}, err
	}
	tried, err := s.store.OperationInput(ctx, found.Version.Spec, operation)
	if err == nil && tried.Webhook {
		err = fault.Missing("operation")
	}
	return found.Version, tried, err
}
