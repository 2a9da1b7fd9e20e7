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
	// Versions are all that the caller may see, the newest first.
	Versions []Version
	// Spec is without its text, and empty where the version has no description. It is shared: do not change it.
	Spec openapi.Spec
	// Operations are without descriptions and details; webhooks come last.
	Operations []openapi.Operation
}

// VersionPage returns the named version of the product, or the newest published one where the name is empty.
func (s *Service) VersionPage(ctx context.Context, slug, version string) (VersionPage, error) {
	page, err := s.versionPage(ctx, slug, version)
	if err != nil || page.Version.Spec == "" {
		return page, err
	}
	kept, err := s.outline(ctx, page.Version.Spec)
	page.Spec, page.Operations = kept.spec, slices.Clone(kept.operations)
	return page, err
}

// versionPage finds the version, without its description.
func (s *Service) versionPage(ctx context.Context, slug, version string) (VersionPage, error) {
	product, versions, _, err := s.visible(ctx, slug)
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

// newest picks the version that is shown where none is asked for: the newest published one, and for those who may see
// more the newest of all where nothing is published yet.
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
	// Previous and Next are without descriptions and details, and nil at the ends.
	Previous, Next *openapi.Operation
	// Siblings are the operations around it under the same first tag, itself among them; SiblingsCount counts them all.
	Siblings      []openapi.Operation
	SiblingsCount int
}

// mostSiblings bounds the operations that are listed beside one.
const mostSiblings = 40

// siblings picks the operations that stand under the same heading of the index, at most as many before and behind.
func siblings(operations []openapi.Operation, of openapi.Operation) (near []openapi.Operation, all int) {
	heading := func(o openapi.Operation) string {
		if o.Webhook || len(o.Tags) == 0 {
			return ""
		}
		return o.Tags[0]
	}
	var same []openapi.Operation
	at := 0
	for _, operation := range operations {
		if operation.Webhook != of.Webhook || heading(operation) != heading(of) {
			continue
		}
		if operation.Ordinal == of.Ordinal {
			at = len(same)
		}
		same = append(same, operation)
	}
	from := max(0, min(at-mostSiblings/2, len(same)-mostSiblings))
	return same[from:min(from+mostSiblings, len(same))], len(same)
}

// OperationPage returns the operation of the version, or of the newest published one where the version's name is empty.
func (s *Service) OperationPage(ctx context.Context, slug, version, operation string) (OperationPage, error) {
	found, err := s.versionPage(ctx, slug, version)
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
	page.Spec = kept.spec
	page.Siblings, page.SiblingsCount = siblings(kept.operations, page.Operation)
	if at := page.Operation.Ordinal; at > 0 && at <= len(kept.operations) {
		page.Previous = new(kept.operations[at-1])
	}
	if at := page.Operation.Ordinal + 1; at < len(kept.operations) {
		page.Next = new(kept.operations[at])
	}
	return page, nil
}

// productionEnvironment is the environment whose address a description names where the version has it.
const productionEnvironment = "production"

// GatewayEndpoint is the endpoint that a description of the version names: production's, else the first one.
func (v Version) GatewayEndpoint() (Endpoint, bool) {
	for _, endpoint := range v.Endpoints {
		if endpoint.Environment == productionEnvironment {
			return endpoint, true
		}
	}
	if len(v.Endpoints) == 0 {
		return Endpoint{}, false
	}
	return v.Endpoints[0], true
}
