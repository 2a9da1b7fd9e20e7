package plan

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// StaffStrategies lists all strategies, sorted by name.
func (s *Service) StaffStrategies(ctx context.Context, filter Filter, request page.Request) (page.Page[Strategy], error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return page.Page[Strategy]{}, err
	}
	return s.store.StrategyRows(ctx, filter, request)
}

// StaffStrategy is a strategy as staff edit it.
type StaffStrategy struct {
	Strategy Strategy
	// Plans are the plans that use it.
	Plans []Plan
}

// StaffStrategy returns a strategy and the plans that use it.
func (s *Service) StaffStrategy(ctx context.Context, slug string) (StaffStrategy, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return StaffStrategy{}, err
	}
	strategy, _, err := s.strategy(ctx, slug)
	if err != nil {
		return StaffStrategy{}, err
	}
	plans, err := s.store.Plans(ctx)
	return StaffStrategy{strategy, slices.DeleteFunc(plans, func(p Plan) bool { return p.Strategy != strategy.ID })}, err
}

// strategy returns the strategy with this slug, and all strategies.
func (s *Service) strategy(ctx context.Context, slug string) (Strategy, []Strategy, error) {
	all, err := s.store.Strategies(ctx)
	if err != nil {
		return Strategy{}, nil, err
	}
	at := slices.IndexFunc(all, func(strategy Strategy) bool { return strategy.Slug == slug })
	if at < 0 {
		return Strategy{}, nil, fault.Missing("strategy")
	}
	return all[at], all, nil
}

// CreateStrategy creates a strategy.
func (s *Service) CreateStrategy(ctx context.Context, in Strategy) (Strategy, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Strategy{}, err
	}
	now := s.now()
	return s.saveStrategy(ctx, in, func(context.Context) (Strategy, []Strategy, error) {
		all, err := s.store.Strategies(ctx)
		return Strategy{ID: id.New[StrategyID](now), ManagedBy: catalog.Staff, CreatedAt: now}, all, err
	}, "strategy.created")
}

// UpdateStrategy replaces the fields of a strategy except its slug and kind: issued keys could not follow a change of
// kind. UpdatedAt is the one that the editor loaded, so that concurrent edits are detected; zero skips that check.
func (s *Service) UpdateStrategy(ctx context.Context, in Strategy) (Strategy, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Strategy{}, err
	}
	return s.saveStrategy(ctx, in, func(ctx context.Context) (Strategy, []Strategy, error) {
		before, all, err := s.editableStrategy(ctx, in.Slug)
		if err == nil && before.Kind != in.Kind {
			err = refuse("kind", "cannot be changed; create another strategy")
		}
		return before, all, err
	}, "strategy.changed")
}

func (s *Service) editableStrategy(ctx context.Context, slug string) (Strategy, []Strategy, error) {
	found, all, err := s.strategy(ctx, slug)
	if err != nil {
		return Strategy{}, nil, err
	}
	return found, all, catalog.RefuseFiles("strategy", slug, found.ManagedBy, found.File)
}

func (s *Service) saveStrategy(ctx context.Context, in Strategy, load func(context.Context) (Strategy, []Strategy, error), action string) (Strategy, error) {
	wanted := in
	wanted.Name, wanted.Headers = strings.TrimSpace(wanted.Name), CanonicalHeaders(wanted.Headers)
	if err := wanted.Validate(); err != nil {
		return Strategy{}, err
	}
	err := s.edit(ctx, func(ctx context.Context) error {
		before, all, err := load(ctx)
		if err == nil {
			err = catalog.RefuseStale(before.UpdatedAt, in.UpdatedAt)
		}
		if err != nil {
			return err
		}
		wanted.ID, wanted.ManagedBy, wanted.File = before.ID, before.ManagedBy, before.File
		wanted.CreatedAt, wanted.UpdatedAt = before.CreatedAt, s.now()
		if err := s.refuseScopesInUse(ctx, wanted); err != nil {
			return err
		}
		if err := s.takeDefault(ctx, wanted, all); err != nil {
			return err
		}
		return s.writeStrategy(ctx, before, wanted, action)
	})
	return wanted, err
}

// refuseScopesInUse rejects a strategy without a scope that one of its plans grants.
func (s *Service) refuseScopesInUse(ctx context.Context, wanted Strategy) error {
	plans, err := s.store.Plans(ctx)
	if err != nil {
		return err
	}
	for _, one := range plans {
		for _, scope := range one.Scopes {
			if one.Strategy == wanted.ID && !wanted.Grants(scope) {
				return refuse("scopes", "must keep "+scope+", which the plan "+one.Slug+" grants")
			}
		}
	}
	return nil
}

// takeDefault removes the default mark of the previous default strategy. It returns an error if files manage that
// strategy.
func (s *Service) takeDefault(ctx context.Context, wanted Strategy, all []Strategy) error {
	for _, other := range all {
		if !wanted.Default || !other.Default || other.ID == wanted.ID {
			continue
		}
		if err := catalog.RefuseFiles("default strategy", other.Slug, other.ManagedBy, other.File); err != nil {
			return err
		}
		former := other
		former.Default, former.UpdatedAt = false, s.now()
		if err := s.writeStrategy(ctx, other, former, "strategy.changed"); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) writeStrategy(ctx context.Context, before, after Strategy, action string) error {
	differences := after.Differences(before)
	if len(differences) == 0 {
		return nil
	}
	if err := s.store.SaveStrategy(ctx, after); err != nil {
		return err
	}
	return s.note(ctx, action, after.Slug, differences, event.TagOf(event.TagStrategy, after.ID))
}

// DeleteStrategy deletes a strategy that no plan uses, and keeps a tombstone.
func (s *Service) DeleteStrategy(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		found, _, err := s.editableStrategy(ctx, slug)
		if err != nil {
			return err
		}
		plans, err := s.store.Plans(ctx)
		if err != nil {
			return err
		}
		if at := slices.IndexFunc(plans, func(p Plan) bool { return p.Strategy == found.ID }); at >= 0 {
			return fault.Newf(fault.Conflict, "strategy_in_use", "The plan %q uses this strategy. Choose another strategy for the plan, or delete the plan first.", plans[at].Slug)
		}
		found.Default, found.DeletedAt = false, s.now()
		if err := s.store.SaveStrategy(ctx, found); err != nil {
			return err
		}
		return s.note(ctx, "strategy.deleted", slug, nil, event.TagOf(event.TagStrategy, found.ID))
	})
}

// MayEdit returns an error if the caller may not edit plans and strategies.
func (s *Service) MayEdit(ctx context.Context) error {
	return identity.Require(ctx, identity.ManageCatalog)
}
