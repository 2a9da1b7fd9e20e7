package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
)

// planDeleted is the reason that the owners of ended subscriptions read.
const planDeleted = "The plan is no longer offered."

// DeletePlan ends every subscription to a plan and then deletes the plan. Each subscription ends in its own
// transaction, so that other changes need not wait. After a failure, a second call continues.
func (s *Service) DeletePlan(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	found, err := s.offering.PublishPlan(ctx, slug, false) // so that no subscription is added meanwhile
	if err != nil {
		return err
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Plan: found.ID, States: HeldStates(), Removed: true})
	if err != nil {
		return err
	}
	for _, one := range held {
		if err := s.endAlone(ctx, one, planDeleted); err != nil {
			return err
		}
	}
	return s.offering.DeletePlan(ctx, slug)
}

// Deletion is the effect of deleting a version, or a product with all of its versions.
type Deletion struct {
	Reach
	// Emptied are the names of the plans that open no version after the deletion.
	Emptied []string
}

// DeletionOfProduct returns the effect of deleting a product, or only the named version of it.
func (s *Service) DeletionOfProduct(ctx context.Context, slug, version string) (Deletion, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Deletion{}, err
	}
	all, err := s.plans.Plans(ctx)
	if err != nil {
		return Deletion{}, err
	}
	versions, emptied, err := s.lost(ctx, slug, version, all)
	if err != nil || len(versions) == 0 {
		return Deletion{}, err
	}
	var effect Deletion
	for _, one := range emptied {
		effect.Emptied = append(effect.Emptied, one.Name)
	}
	effect.Reach, err = s.store.Reach(ctx, ReachFilter{Versions: versions, Emptied: ofEach(emptied, planID)}, s.now())
	return effect, err
}

// lost returns the product's versions, or the named one, and the plans that open no other version.
func (s *Service) lost(ctx context.Context, slug, version string, plans []plan.Plan) ([]catalog.VersionID, []plan.Plan, error) {
	versions, err := s.takenFrom(ctx, slug, version)
	if err != nil {
		return nil, nil, err
	}
	stays := func(opened catalog.VersionID) bool { return !slices.Contains(versions, opened) }
	return versions, slices.DeleteFunc(slices.Clone(plans), func(one plan.Plan) bool {
		return one.OpensNothing() || slices.ContainsFunc(one.Opens, stays)
	}), nil
}

func planID(of plan.Plan) plan.ID { return of.ID }

// versionDeleted is the reason that the owners of ended subscriptions read.
const versionDeleted = "The APIs of this subscription are no longer offered."

// DeleteVersion deletes a version of a product. It ends the subscriptions to this version alone, and unpublishes the
// plans that open no other version.
func (s *Service) DeleteVersion(ctx context.Context, product, version string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	if _, err := s.products.PublishVersion(ctx, product, version, false); err != nil { // so that no request is added meanwhile
		return err
	}
	return s.deleteWith(ctx, product, version, func(ctx context.Context) error { return s.products.DeleteVersion(ctx, product, version) })
}

// DeleteProduct deletes a product with all of its versions. It ends the subscriptions to these versions alone, and
// unpublishes the plans that open no other version.
func (s *Service) DeleteProduct(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	if _, err := s.products.PublishProduct(ctx, slug, false); err != nil {
		return err
	}
	return s.deleteWith(ctx, slug, "", func(ctx context.Context) error { return s.products.DeleteProduct(ctx, slug) })
}

// deleteWith ends the subscriptions that lose everything, and then unpublishes emptied plans and calls remove in one
// transaction. Each subscription ends in its own transaction, so that other changes need not wait. After a failure, a
// second call continues.
func (s *Service) deleteWith(ctx context.Context, slug, version string, remove func(ctx context.Context) error) error {
	all, err := s.plans.Plans(ctx)
	if err != nil {
		return err
	}
	versions, emptied, err := s.lost(ctx, slug, version, all)
	if err != nil {
		return err
	}
	ending, err := s.ending(ctx, Removal{Versions: versions, Plans: ofEach(emptied, planID)})
	if err != nil {
		return err
	}
	for _, one := range ending {
		if err := s.endAlone(ctx, one, versionDeleted); err != nil {
			return err
		}
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx) // again, since a plan may have been edited in the meantime
		if err != nil {
			return err
		}
		versions, emptied, err := s.lost(ctx, slug, version, plans.all)
		if err != nil {
			return err
		}
		if err := s.endAffected(ctx, Removal{Versions: versions, Plans: ofEach(emptied, planID)}, versionDeleted, plans); err != nil {
			return err
		}
		for _, one := range emptied {
			if _, err := s.offering.PublishPlan(ctx, one.Slug, false); err != nil {
				return err
			}
		}
		return remove(ctx)
	})
}
