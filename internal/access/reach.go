package access

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Reach is who is affected where something of the catalogue is taken away: open subscriptions, the teams that have them, and
// the keys that they are called with.
type Reach struct {
	Subscriptions, Teams, Keys int
}

// ReachFilter says what is taken away: a plan, or versions.
type ReachFilter struct {
	Plan     plan.ID
	Versions []catalog.VersionID
}

// ReachOfProduct says who may call any of a product's versions; with a name, that version.
func (s *Service) ReachOfProduct(ctx context.Context, slug, version string) (Reach, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Reach{}, err
	}
	product, err := s.catalog.ProductBySlug(ctx, slug)
	if err != nil {
		return Reach{}, err
	}
	versions, err := s.catalog.Versions(ctx, product.ID)
	if err != nil {
		return Reach{}, err
	}
	var filter ReachFilter
	for _, one := range versions {
		if version == "" || version == one.Name {
			filter.Versions = append(filter.Versions, one.ID)
		}
	}
	if len(filter.Versions) == 0 {
		if version != "" {
			return Reach{}, fault.Missing("version")
		}
		return Reach{}, nil
	}
	return s.store.Reach(ctx, filter, s.now())
}

// ReachOfPlan says who has subscribed to a plan.
func (s *Service) ReachOfPlan(ctx context.Context, slug string) (Reach, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Reach{}, err
	}
	found, err := s.plans.PlanBySlug(ctx, slug)
	if err != nil {
		return Reach{}, err
	}
	return s.store.Reach(ctx, ReachFilter{Plan: found.ID}, s.now())
}

// planDeleted is the reason that the owners of ended subscriptions read.
const planDeleted = "The plan is no longer offered."

// DeletePlan ends every subscription to a plan, each in a transaction of its own so that nobody else waits, and then the
// plan. Asked again after a failure it goes on where it stopped.
func (s *Service) DeletePlan(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	found, err := s.offering.PublishPlan(ctx, slug, false) // so that nobody subscribes meanwhile
	if err != nil {
		return err
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Plan: found.ID, States: HeldStates(), Removed: true})
	if err != nil {
		return err
	}
	for _, one := range held {
		err := s.change(ctx, one.Team, func(ctx context.Context) error { return s.end(ctx, one.ID, planDeleted) })
		if err != nil {
			return err
		}
	}
	return s.offering.DeletePlan(ctx, slug)
}
