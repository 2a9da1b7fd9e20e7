package plan

import (
	"context"
	"slices"
	"sync"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Config holds the dependencies of a Service.
type Config struct {
	Store   Store
	Catalog catalog.Store
	Events  event.Recorder
	Now     clock.Func
}

// Service lists plans and strategies, lets staff edit those that files do not manage, and gives the gateway its routes.
type Service struct {
	store   Store
	catalog catalog.Store
	events  event.Recorder
	now     clock.Func

	mu        sync.Mutex
	described map[string][]Operation // by the digest of the description; for routes
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{store: config.Store, catalog: config.Catalog, events: config.Events, now: config.Now}
}

// Plans lists the plans that the caller may see, sorted by name. Staff see all, signed-in users the published ones that
// open a version they may see, and visitors none.
func (s *Service) Plans(ctx context.Context) ([]Plan, error) {
	principal := identity.From(ctx)
	if principal.Anonymous() {
		return nil, nil
	}
	plans, err := s.store.Plans(ctx)
	if err != nil || principal.May(identity.ViewAnyTeam) {
		return plans, err
	}
	visible, err := s.visibleVersions(ctx, principal)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(plans, func(plan Plan) bool {
		return !plan.VisibleTo(principal) || !slices.ContainsFunc(plan.Opens, func(v catalog.VersionID) bool { return visible[v] })
	}), nil
}

// VisibleTo reports whether the principal may see the plan, provided that they may see a version that it opens.
func (p Plan) VisibleTo(principal identity.Principal) bool {
	return p.Published || principal.May(identity.ViewAnyTeam)
}

func (s *Service) visibleVersions(ctx context.Context, principal identity.Principal) (map[catalog.VersionID]bool, error) {
	products, err := s.catalog.Products(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := s.catalog.Versions(ctx)
	if err != nil {
		return nil, err
	}
	const toThePublic = false // matters only for anonymous visitors, whom Plans has turned away
	seen := map[catalog.ProductID]bool{}
	for _, product := range products {
		seen[product.ID] = product.VisibleTo(principal, toThePublic)
	}
	visible := map[catalog.VersionID]bool{}
	for _, version := range versions {
		visible[version.ID] = seen[version.Product] && version.VisibleTo(principal)
	}
	return visible, nil
}

// Plan returns a plan that the caller may see.
func (s *Service) Plan(ctx context.Context, wanted ID) (Plan, error) {
	plans, err := s.Plans(ctx)
	if err != nil {
		return Plan{}, err
	}
	at := slices.IndexFunc(plans, func(plan Plan) bool { return plan.ID == wanted })
	if at < 0 {
		return Plan{}, fault.Missing("plan")
	}
	return plans[at], nil
}

// Strategies lists the portal's default strategy and those of the plans that the caller may see. Staff see all.
func (s *Service) Strategies(ctx context.Context) ([]Strategy, error) {
	principal := identity.From(ctx)
	if principal.Anonymous() {
		return nil, nil
	}
	strategies, err := s.store.Strategies(ctx)
	if err != nil || principal.May(identity.ViewAnyTeam) {
		return strategies, err
	}
	plans, err := s.Plans(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(strategies, func(strategy Strategy) bool {
		return !strategy.Default && !slices.ContainsFunc(plans, func(plan Plan) bool { return plan.Strategy == strategy.ID })
	}), nil
}
