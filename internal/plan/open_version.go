package plan

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/id"
)

// OpenVersion lets a plan open another version, given as product/version. Nothing changes if the plan opens it already.
func (s *Service) OpenVersion(ctx context.Context, slug, version string) (Plan, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Plan{}, err
	}
	var wanted Plan
	err := s.edit(ctx, func(ctx context.Context) error {
		before, err := s.editablePlan(ctx, slug)
		if err != nil {
			return err
		}
		opened, err := s.opensFor(ctx, before.Environment, []string{version})
		if err != nil {
			return err
		}
		wanted = before
		if slices.Contains(before.Opens, opened[0]) {
			return nil
		}
		if len(before.Opens) >= MostOpens {
			return refuse("opens", "is full; choose another plan")
		}
		wanted.Opens = append(slices.Clone(before.Opens), opened[0])
		wanted.UpdatedAt = s.now()
		return s.writePlan(ctx, before, wanted, "plan.changed")
	})
	return wanted, err
}

// CheckPlan validates the fields of a plan for a preview. It does not check the strategy and the versions.
func (s *Service) CheckPlan(ctx context.Context, in Input) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return in.Plan.Validate()
}

// firstStrategy creates the portal's default strategy: keys.
func (s *Service) firstStrategy(ctx context.Context) (StrategyID, error) {
	now := s.now()
	first := Strategy{
		ID: id.New[StrategyID](now), Slug: "key", Name: "API key", Kind: Key, Default: true, ManagedBy: catalog.Staff, CreatedAt: now, UpdatedAt: now,
	}
	return first.ID, s.writeStrategy(ctx, Strategy{}, first, "strategy.created")
}
