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
	// Trial reports whether the visitor gets a temporary key for the call.
	Trial bool
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
	if front.FirstCall, err = s.firstCallTo(ctx, front.Products.Items); err != nil {
		return Front{}, err
	}
	changes, err := s.catalog.Changes(ctx)
	changes = slices.DeleteFunc(changes, func(one catalog.Change) bool { return one.At.IsZero() })
	front.Changes = changes[:min(len(changes), frontChanges)]
	return front, err
}

// FirstCall returns the call that Home shows, and nil if there is none that the visitor may see.
func (s *Service) FirstCall(ctx context.Context) (*FirstCall, error) {
	products, err := s.catalog.Showcase(ctx, page.Request{Size: frontProducts})
	if err != nil {
		return nil, err
	}
	return s.firstCallTo(ctx, products.Items)
}

// callChoice is a kind of call that Home prefers to the next.
type callChoice struct{ sandbox, writes bool }

var callChoices = []callChoice{{true, true}, {true, false}, {false, false}}

// firstCallTo returns a call that visitors can run, else any. Of these it prefers one that sends something to a
// sandbox, then one that reads there, then one that reads in production.
func (s *Service) firstCallTo(ctx context.Context, products []catalog.Showcased) (*FirstCall, error) {
	var first *FirstCall
	var from catalog.Showcased
	for _, choice := range callChoices {
		for _, shown := range products {
			call, err := s.callTo(ctx, shown, choice)
			if err != nil {
				return nil, err
			}
			if call != nil && (first == nil || call.Trial && !first.Trial) {
				first, from = call, shown
			}
		}
	}
	if first == nil {
		return nil, nil
	}
	var err error
	if first.Operation, err = s.catalog.ShowcasedOperation(ctx, from, first.Operation.Slug); err != nil {
		return nil, err
	}
	first.Sample, _ = catalog.SampleOf(first.Operation)
	return first, nil
}

// callTo returns the call of this kind to a product, with only the slug of its operation. It returns nil if there is
// none.
func (s *Service) callTo(ctx context.Context, shown catalog.Showcased, choice callChoice) (*FirstCall, error) {
	slug := shown.Read
	if choice.writes {
		slug = shown.Write
	}
	if slug == "" {
		return nil, nil
	}
	schemes, err := s.access.KeySchemes(ctx, shown.Version)
	if err != nil {
		return nil, err
	}
	var found *FirstCall
	for _, endpoint := range shown.Version.Endpoints {
		trial := schemes.Triable[endpoint.Environment]
		if (endpoint.Environment != catalog.Production) == choice.sandbox && (found == nil || trial && !found.Trial) {
			found = &FirstCall{
				Product: shown.Product, Version: shown.Version, Endpoint: endpoint, Operation: openapi.Operation{Slug: slug},
				Scheme: schemes.Keys[endpoint.Environment], Trial: trial,
			}
		}
	}
	return found, nil
}
