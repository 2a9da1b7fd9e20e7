package plan

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
)

// DefaultHeaders returns the headers that may hold a key if a strategy names none, in the order of lookup.
func DefaultHeaders() []string { return []string{"X-Api-Key", "Ocp-Apim-Subscription-Key"} }

// DefaultQuery returns the query parameters that may hold a key if the plan allows it and its strategy names none.
func DefaultQuery() []string { return []string{"subscription-key"} }

// Routes lists the endpoints of all published versions. It checks no permission and is for the gateway alone: routes
// contain upstreams, which no surface may show. A change during the reads appears in the change log, and the gateway
// reads again.
func (s *Service) Routes(ctx context.Context) ([]Route, error) {
	published, slugs, err := s.publishedVersions(ctx)
	if err != nil {
		return nil, err
	}
	openings, err := s.openings(ctx)
	if err != nil {
		return nil, err
	}
	operations, err := s.operations(ctx, published)
	if err != nil {
		return nil, err
	}
	var routes []Route
	for _, version := range published {
		for _, endpoint := range version.Endpoints {
			route := openings.route(version, endpoint)
			route.Operations = operations[version.Spec]
			route.ProductSlug, route.VersionName = slugs[version.Product], version.Name
			routes = append(routes, route)
		}
	}
	return routes, nil
}

// operations returns the operations of the versions by the digest of their description. It keeps them for the next
// call, because most changes of routes change no description.
func (s *Service) operations(ctx context.Context, versions []catalog.Version) (map[string][]Operation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string][]Operation{}
	for _, version := range versions {
		digest := version.Spec
		if found[digest] != nil || digest == "" {
			continue
		}
		if known := s.described[digest]; len(known) > 0 {
			found[digest] = known
			continue
		}
		described, err := s.catalog.Operations(ctx, digest)
		if err != nil {
			return nil, err
		}
		operations := make([]Operation, 0, len(described))
		for _, one := range described {
			if !one.Webhook {
				operations = append(operations, Operation{Method: one.Method, Path: one.Path, Slug: one.Slug})
			}
		}
		found[digest] = operations
	}
	s.described = found
	return found, nil
}

// publishedVersions returns the published versions of published products, and the slugs of these products.
func (s *Service) publishedVersions(ctx context.Context) ([]catalog.Version, map[catalog.ProductID]string, error) {
	products, err := s.catalog.Products(ctx)
	if err != nil {
		return nil, nil, err
	}
	versions, err := s.catalog.Versions(ctx)
	if err != nil {
		return nil, nil, err
	}
	slugs := map[catalog.ProductID]string{}
	for _, product := range products {
		if product.Published {
			slugs[product.ID] = product.Slug
		}
	}
	return slices.DeleteFunc(versions, func(version catalog.Version) bool {
		return !version.Published || slugs[version.Product] == ""
	}), slugs, nil
}

// place is an environment of a version that a plan opens.
type place struct {
	version     catalog.VersionID
	environment string
}

// opening says where a plan accepts keys.
type opening struct {
	strategy Strategy
	inQuery  bool
}

type openings map[place][]opening

// openings returns, for every place, the plans that open it. Unpublished plans count too, because their subscriptions
// continue to work.
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
		// No plan opens it yet. The gateway must still read a key, so that it reports a wrong key and not a missing one.
		route.Headers = DefaultHeaders()
	}
	return route
}

// union appends to names every name of more, or of fallback if more is empty, that is not in it yet.
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

// KeyHeaders returns the headers that may hold a key of the strategy, in the order of lookup.
func (s Strategy) KeyHeaders() []string { return union(nil, s.Headers, DefaultHeaders()) }

// KeyQuery returns the query parameters that may hold a key of the strategy, if the plan allows it.
func (s Strategy) KeyQuery() []string { return union(nil, s.Query, DefaultQuery()) }
