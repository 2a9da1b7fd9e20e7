package access

import (
	"context"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Reach counts what a deletion in the catalogue affects: open subscriptions, their teams, and their keys.
type Reach struct {
	Subscriptions, Teams, Keys int
	// Ending is the number of subscriptions that open no version afterwards.
	Ending int
}

// ReachFilter names what is deleted: a plan, or versions with the plans that open no others.
type ReachFilter struct {
	Plan     plan.ID
	Versions []catalog.VersionID
	Emptied  []plan.ID
}

// ReachOfProduct counts the access to a product, or only to the named version of it.
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

// takenFrom returns the product's versions, or only the named one.
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

// ReachOfPlan counts the access under a plan.
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
