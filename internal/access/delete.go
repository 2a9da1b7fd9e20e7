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

// DeletePlan ends every subscription to a plan, each in a transaction of its own so that nobody else waits, and then
// the plan. Asked again after a failure it goes on where it stopped.
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
		if err := s.endAlone(ctx, one, planDeleted); err != nil {
			return err
		}
	}
	return s.offering.DeletePlan(ctx, slug)
}

// Deletion is what deleting a version, or a product with all of its versions, brings with it.
type Deletion struct {
	Reach
	// Emptied are the names of the plans that open nothing afterwards.
	Emptied []string
}

// DeletionOfProduct says what deleting a product brings with it; with a name, deleting that version.
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
	var told Deletion
	for _, one := range emptied {
		told.Emptied = append(told.Emptied, one.Name)
	}
	told.Reach, err = s.store.Reach(ctx, ReachFilter{Versions: versions, Emptied: ofEach(emptied, planID)}, s.now())
	return told, err
}

// lost returns the product's versions, or the named one, and those of the plans that open no other version.
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
const versionDeleted = "What the subscription opened is no longer offered."

// DeleteVersion removes a version of a product, and what opens nothing without it: subscriptions end, plans are not
// offered any more.
func (s *Service) DeleteVersion(ctx context.Context, product, version string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	if _, err := s.products.PublishVersion(ctx, product, version, false); err != nil { // so that nobody asks for it meanwhile
		return err
	}
	return s.deleteWith(ctx, product, version, func(ctx context.Context) error { return s.products.DeleteVersion(ctx, product, version) })
}

// DeleteProduct removes a product with all of its versions, and what opens nothing without them.
func (s *Service) DeleteProduct(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	if _, err := s.products.PublishProduct(ctx, slug, false); err != nil {
		return err
	}
	return s.deleteWith(ctx, slug, "", func(ctx context.Context) error { return s.products.DeleteProduct(ctx, slug) })
}

// deleteWith ends what opens nothing any more, each subscription in a transaction of its own so that nobody else waits,
// and then removes the rest in one. Asked again after a failure it goes on where it stopped.
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
