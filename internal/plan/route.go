package plan

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
)

// DefaultHeaders are the headers that a key may come in where a strategy names none, in the order they are looked at.
func DefaultHeaders() []string { return []string{"X-Api-Key", "Ocp-Apim-Subscription-Key"} }

// DefaultQuery are the query parameters that a key may come in where a plan allows it and its strategy names none.
func DefaultQuery() []string { return []string{"subscription-key"} }

// Routes lists where the published versions of published products are called. It is for the gateway alone, which acts
// for nobody: a surface must never show it, since it names upstreams. What changes while it reads shows in the change
// log under the tag of all routes, and the gateway reads again.
func (s *Service) Routes(ctx context.Context) ([]Route, error) {
	published, err := s.publishedVersions(ctx)
	if err != nil {
		return nil, err
	}
	openings, err := s.openings(ctx)
	if err != nil {
		return nil, err
	}
	var routes []Route
	for _, version := range published {
		for _, endpoint := range version.Endpoints {
			routes = append(routes, openings.route(version, endpoint))
		}
	}
	return routes, nil
}

func (s *Service) publishedVersions(ctx context.Context) ([]catalog.Version, error) {
	products, err := s.catalog.Products(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := s.catalog.Versions(ctx)
	if err != nil {
		return nil, err
	}
	published := map[catalog.ProductID]bool{}
	for _, product := range products {
		published[product.ID] = product.Published
	}
	return slices.DeleteFunc(versions, func(version catalog.Version) bool {
		return !version.Published || !published[version.Product]
	}), nil
}

// place is where a plan opens a version.
type place struct {
	version     catalog.VersionID
	environment string
}

// opening is what a plan says about where keys may come in.
type opening struct {
	strategy Strategy
	inQuery  bool
}

type openings map[place][]opening

// openings tells of every place the plans that open it. A plan counts even where it is not published any more: whoever
// subscribed to it goes on calling.
func (s *Service) openings(ctx context.Context) (openings, error) {
	strategies, err := s.store.Strategies(ctx)
	if err != nil {
		return nil, err
	}
	plans, err := s.store.Plans(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[StrategyID]Strategy{}
	for _, strategy := range strategies {
		byID[strategy.ID] = strategy
	}
	found := openings{}
	for _, plan := range plans {
		strategy, known := byID[plan.Strategy]
		if !known {
			continue
		}
		for _, version := range plan.Opens {
			at := place{version, plan.Environment}
			found[at] = append(found[at], opening{strategy, plan.Keys.InQuery})
		}
	}
	return found, nil
}

func (o openings) route(version catalog.Version, endpoint catalog.Endpoint) Route {
	route := Route{Product: version.Product, Version: version.ID, Endpoint: endpoint}
	for _, opening := range o[place{version.ID, endpoint.Environment}] {
		switch opening.strategy.Kind {
		case Key:
			route.Headers = union(route.Headers, opening.strategy.Headers, DefaultHeaders())
			if opening.inQuery {
				route.Query = union(route.Query, opening.strategy.Query, DefaultQuery())
			}
		case Basic:
			route.Basic = true
		}
	}
	if len(route.Headers) == 0 && !route.Basic {
		// Nothing opens it yet; callers with a key are told that it is wrong, not that they sent none.
		route.Headers = DefaultHeaders()
	}
	return route
}

// union appends the names, or the fallback where there are none, that are not there yet.
func union(names, more, fallback []string) []string {
	if len(more) == 0 {
		more = fallback
	}
	for _, name := range more {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// KeyHeaders are the headers that a key of the strategy may come in, in the order they are looked at.
func (s Strategy) KeyHeaders() []string { return union(nil, s.Headers, DefaultHeaders()) }

// KeyQuery are the query parameters that a key of the strategy may come in, where the plan allows it.
func (s Strategy) KeyQuery() []string { return union(nil, s.Query, DefaultQuery()) }
