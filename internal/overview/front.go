package overview

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/page"
)

const (
	frontProducts = 6
	frontChanges  = 5
)

// Front is what the home page shows to a visitor: only what they may see, and nothing on a private portal.
type Front struct {
	// Products has the first few APIs, by name.
	Products page.Page[catalog.Showcased]
	// FirstCall is nil if no operation of these fits.
	FirstCall *FirstCall
	// Changes are the newest changes of versions.
	Changes []catalog.Change
}

// FirstCall is an operation that the home page shows with its request and its response.
type FirstCall struct {
	Product   catalog.Product
	Version   catalog.Version
	Endpoint  catalog.Endpoint
	Operation openapi.Operation
	Sample    catalog.Sample
	Scheme    access.KeyScheme
}

// Sandbox reports whether the call goes to another environment than production.
func (c FirstCall) Sandbox() bool { return c.Endpoint.Environment != catalog.Production }

// Front returns the home page of a visitor. The catalogue decides what they may see.
func (s *Service) Front(ctx context.Context) (Front, error) {
	var front Front
	var err error
	if front.Products, err = s.catalog.Showcase(ctx, page.Request{Size: frontProducts}); err != nil || len(front.Products.Items) == 0 {
		return front, err
	}
	if front.FirstCall, err = s.firstCall(ctx, front.Products.Items); err != nil {
		return Front{}, err
	}
	changes, err := s.catalog.Changes(ctx)
	changes = slices.DeleteFunc(changes, func(one catalog.Change) bool { return one.At.IsZero() })
	front.Changes = changes[:min(len(changes), frontChanges)]
	return front, err
}

// firstCall returns a call that sends something to a sandbox, else one that reads there or, at last, in production.
func (s *Service) firstCall(ctx context.Context, products []catalog.Showcased) (*FirstCall, error) {
	for _, choice := range []struct{ sandbox, writes bool }{{true, true}, {true, false}, {false, false}} {
		for _, shown := range products {
			at := slices.IndexFunc(shown.Version.Endpoints, func(one catalog.Endpoint) bool { return (one.Environment != catalog.Production) == choice.sandbox })
			slug := shown.Read
			if choice.writes {
				slug = shown.Write
			}
			if at < 0 || slug == "" {
				continue
			}
			operation, err := s.catalog.ShowcasedOperation(ctx, shown, slug)
			if err != nil {
				return nil, err
			}
			call := FirstCall{Product: shown.Product, Version: shown.Version, Endpoint: shown.Version.Endpoints[at], Operation: operation}
			call.Sample, _ = catalog.SampleOf(operation)
			call.Scheme, err = s.access.KeyScheme(ctx, call.Version.ID, call.Endpoint.Environment)
			return &call, err
		}
	}
	return nil, nil
}
