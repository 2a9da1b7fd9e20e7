package access

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Reach is who is affected where something of the catalogue is taken away: open subscriptions, the teams that have
// them, and the keys that they are called with.
type Reach struct {
	Subscriptions, Teams, Keys int
	// Ending are the subscriptions that open nothing afterwards.
	Ending int
}

// ReachFilter says what is taken away: a plan, or versions and with them all that some plans open.
type ReachFilter struct {
	Plan     plan.ID
	Versions []catalog.VersionID
	Emptied  []plan.ID
}

// ReachOfProduct says who may call any of a product's versions; with a name, that version.
func (s *Service) ReachOfProduct(ctx context.Context, slug, version string) (Reach, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Reach{}, err
	}
	versions, err := s.takenFrom(ctx, slug, version)
	if err != nil || len(versions) == 0 {
		return Reach{}, err
	}
	return s.store.Reach(ctx, ReachFilter{Versions: versions}, s.now())
}

// takenFrom are the product's versions, or the one that is named.
func (s *Service) takenFrom(ctx context.Context, slug, version string) ([]catalog.VersionID, error) {
	product, err := s.catalog.ProductBySlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	versions, err := s.catalog.Versions(ctx, product.ID)
	if err != nil {
		return nil, err
	}
	var taken []catalog.VersionID
	for _, one := range versions {
		if version == "" || version == one.Name {
			taken = append(taken, one.ID)
		}
	}
	if len(taken) == 0 && version != "" {
		return nil, fault.Missing("version")
	}
	return taken, nil
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
