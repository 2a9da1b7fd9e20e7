package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

// VersionPage is a version with the operations that its description lists.
type VersionPage struct {
	Product Product
	Version Version
	// Versions are all versions that the caller may see, newest first.
	Versions []Version
	// Spec has no text, and is empty if the version has no description. It is shared: do not change it.
	Spec openapi.Spec
	Navigation
}

// VersionPage returns a version of the product, or the newest published one if version is empty.
func (s *Service) VersionPage(ctx context.Context, slug, version string) (VersionPage, error) {
	page, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return VersionPage{}, err
	}
	if page.Navigation, err = s.navigation(ctx, page.Product); err != nil || page.Version.Spec == "" {
		return page, err
	}
	kept, err := s.outline(ctx, page.Version.Spec)
	page.Spec, page.Operations = kept.spec, kept.operations
	return page, err
}

// loadVersion returns the version without its description.
func (s *Service) loadVersion(ctx context.Context, slug, version string) (VersionPage, error) {
	product, versions, _, err := s.loadVisibleProduct(ctx, slug)
	if err != nil {
		return VersionPage{}, err
	}
	at := slices.IndexFunc(versions, func(v Version) bool { return v.Name == version })
	if version == "" {
		at = newest(versions)
	}
	if at < 0 {
		return VersionPage{}, fault.Missing("version")
	}
	return VersionPage{Product: product, Version: versions[at], Versions: versions}, nil
}

// newest returns the index of the newest published version, or of the newest visible one if none is published.
func newest(versions []Version) int {
	if at := slices.IndexFunc(versions, func(v Version) bool { return v.Published }); at >= 0 {
		return at
	}
	return min(0, len(versions)-1)
}

// OperationPage is one operation with its neighbours in the description.
type OperationPage struct {
	Product   Product
	Version   Version
	Versions  []Version
	Spec      openapi.Spec
	Operation openapi.Operation
	// Previous and Next have no descriptions and details, and are nil at the ends.
	Previous, Next *openapi.Operation
	Navigation
}

// OperationPage returns an operation of the version, or of the newest published one if version is empty.
func (s *Service) OperationPage(ctx context.Context, slug, version, operation string) (OperationPage, error) {
	found, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return OperationPage{}, err
	}
	page := OperationPage{Product: found.Product, Version: found.Version, Versions: found.Versions}
	if page.Operation, err = s.store.Operation(ctx, page.Version.Spec, operation); err != nil {
		return OperationPage{}, err
	}
	kept, err := s.outline(ctx, page.Version.Spec)
	if err != nil {
		return OperationPage{}, err
	}
	if page.Navigation, err = s.navigation(ctx, page.Product); err != nil {
		return OperationPage{}, err
	}
	page.Spec, page.Operations = kept.spec, kept.operations
	if at := page.Operation.Ordinal; at > 0 && at <= len(kept.operations) {
		page.Previous = new(kept.operations[at-1])
	}
	if at := page.Operation.Ordinal + 1; at < len(kept.operations) {
		page.Next = new(kept.operations[at])
	}
	return page, nil
}

// Production is the environment of real calls, if a version has it. Downloaded descriptions have its address. All other
// environments are sandboxes.
const Production = "production"

// GatewayEndpoint returns the endpoint in a downloaded description: production, or else the first one.
func (v Version) GatewayEndpoint() (Endpoint, bool) {
	for _, endpoint := range v.Endpoints {
		if endpoint.Environment == Production {
			return endpoint, true
		}
	}
	if len(v.Endpoints) == 0 {
		return Endpoint{}, false
	}
	return v.Endpoints[0], true
}
