package catalog

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
)

// SchemaPage is a named schema with its neighbours in the description and what refers to it.
type SchemaPage struct {
	Product  Product
	Version  Version
	Versions []Version
	Spec     openapi.Spec
	Schema   openapi.SchemaEntry
	Detail   openapi.SchemaDetail
	// Previous and Next are nil at the ends.
	Previous, Next *openapi.SchemaEntry
	// UsedBy and PartOf refer to the schema. The lists are limited; the detail has the full counts.
	UsedBy []openapi.Operation
	PartOf []openapi.SchemaEntry
	Navigation
}

// SchemaPage returns a schema of the version, or of the newest published one if version is empty.
func (s *Service) SchemaPage(ctx context.Context, slug, version, schema string) (SchemaPage, error) {
	found, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return SchemaPage{}, err
	}
	page := SchemaPage{Product: found.Product, Version: found.Version, Versions: found.Versions}
	if page.Detail, err = s.store.SchemaDetail(ctx, page.Version.Spec, schema); err != nil {
		return SchemaPage{}, err
	}
	kept, err := s.outline(ctx, page.Version.Spec)
	if err != nil {
		return SchemaPage{}, err
	}
	if page.Navigation, err = s.navigation(ctx, page.Product); err != nil {
		return SchemaPage{}, err
	}
	page.Spec, page.Operations = kept.spec, kept.operations
	entries := kept.spec.Schemas
	at := slices.IndexFunc(entries, func(e openapi.SchemaEntry) bool { return e.Slug == schema })
	if at < 0 {
		return SchemaPage{}, fault.Missing("schema")
	}
	page.Schema = entries[at]
	if at > 0 {
		page.Previous = new(entries[at-1])
	}
	if at+1 < len(entries) {
		page.Next = new(entries[at+1])
	}
	page.UsedBy = withSlugs(kept.operations, page.Detail.Operations, func(o openapi.Operation) string { return o.Slug })
	page.PartOf = withSlugs(entries, page.Detail.PartOf, func(e openapi.SchemaEntry) string { return e.Slug })
	return page, nil
}

// withSlugs returns the items with these slugs in the order of the list.
func withSlugs[T any](list []T, slugs []string, slugOf func(T) string) []T {
	wanted := map[string]bool{}
	for _, slug := range slugs {
		wanted[slug] = true
	}
	var picked []T
	for _, one := range list {
		if wanted[slugOf(one)] {
			picked = append(picked, one)
		}
	}
	return picked
}

// OperationExample returns the whole text of a long example of an operation.
func (s *Service) OperationExample(ctx context.Context, slug, version, operation string, number int) (openapi.LongExample, error) {
	found, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return openapi.LongExample{}, err
	}
	read, err := s.store.Operation(ctx, found.Version.Spec, operation)
	if err != nil {
		return openapi.LongExample{}, err
	}
	if !read.Detail.HasLongExample(number) {
		return openapi.LongExample{}, fault.Missing("example")
	}
	return s.store.LongExample(ctx, found.Version.Spec, number)
}

// SchemaExample returns the whole text of the long example of a schema.
func (s *Service) SchemaExample(ctx context.Context, slug, version, schema string, number int) (openapi.LongExample, error) {
	found, err := s.loadVersion(ctx, slug, version)
	if err != nil {
		return openapi.LongExample{}, err
	}
	detail, err := s.store.SchemaDetail(ctx, found.Version.Spec, schema)
	if err != nil {
		return openapi.LongExample{}, err
	}
	if number != detail.Whole {
		return openapi.LongExample{}, fault.Missing("example")
	}
	return s.store.LongExample(ctx, found.Version.Spec, number)
}
