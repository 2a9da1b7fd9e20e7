package plan

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// Filter filters a list of plans or strategies; zero fields match everything.
type Filter struct {
	// Search matches names and slugs.
	Search    string
	ManagedBy catalog.ManagedBy
	// Published filters plans; strategies are not published.
	Published catalog.Published
}

// List is a page of the staff's list of plans, with the numbers of published and unpublished ones.
type List struct {
	page.Page[Plan]
	Counts catalog.PublishedCounts
}

// StaffPlans lists all plans, sorted by name.
func (s *Service) StaffPlans(ctx context.Context, filter Filter, request page.Request) (List, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return List{}, err
	}
	counts, err := s.store.CountPlans(ctx, filter)
	if err != nil {
		return List{}, err
	}
	found, err := s.store.PlanRows(ctx, filter, request)
	return List{found, counts}, err
}

// StaffPlan is a plan as staff edit it.
type StaffPlan struct {
	Plan Plan
	// Opens are the versions that the plan opens, as product/version, without deleted ones.
	Opens []string
	// Strategies are the strategies to choose from.
	Strategies []Strategy
}

// StaffPlan returns a plan and the strategies to choose from. An empty slug returns the strategies only, for a new
// plan.
func (s *Service) StaffPlan(ctx context.Context, slug string) (StaffPlan, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return StaffPlan{}, err
	}
	var found StaffPlan
	var err error
	if found.Strategies, err = s.store.Strategies(ctx); err != nil || slug == "" {
		return found, err
	}
	if found.Plan, err = s.store.PlanBySlug(ctx, slug); err != nil {
		return StaffPlan{}, err
	}
	names, err := s.versionNames(ctx)
	for _, version := range found.Plan.Opens {
		if name, known := names[version]; known {
			found.Opens = append(found.Opens, name)
		}
	}
	return found, err
}

// versionNames maps all versions to their names as product/version.
func (s *Service) versionNames(ctx context.Context) (map[catalog.VersionID]string, error) {
	products, err := s.catalog.Products(ctx)
	if err != nil {
		return nil, err
	}
	versions, err := s.catalog.Versions(ctx)
	if err != nil {
		return nil, err
	}
	slugs := map[catalog.ProductID]string{}
	for _, product := range products {
		slugs[product.ID] = product.Slug
	}
	names := map[catalog.VersionID]string{}
	for _, version := range versions {
		if slug, known := slugs[version.Product]; known {
			names[version.ID] = slug + "/" + version.Name
		}
	}
	return names, nil
}

// Input is the input of CreatePlan and UpdatePlan. The slug identifies the plan and never changes.
type Input struct {
	// Plan holds the editable fields; Strategy and Opens below replace its own, and the portal sets the rest. UpdatedAt
	// is the one that the editor loaded, so that concurrent edits are detected; zero skips that check.
	Plan     Plan
	Strategy string
	// Opens are the versions that the plan opens, as product/version.
	Opens []string
}

// CreatePlan creates an unpublished plan.
func (s *Service) CreatePlan(ctx context.Context, in Input) (Plan, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Plan{}, err
	}
	return s.savePlan(ctx, in, func(context.Context) (Plan, error) {
		now := s.now()
		return Plan{ID: id.New[ID](now), ManagedBy: catalog.Staff, CreatedAt: now}, nil
	}, "plan.created")
}

// UpdatePlan replaces the editable fields of a plan. The changes apply to existing subscriptions at once.
func (s *Service) UpdatePlan(ctx context.Context, in Input) (Plan, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Plan{}, err
	}
	return s.savePlan(ctx, in, func(ctx context.Context) (Plan, error) { return s.editablePlan(ctx, in.Plan.Slug) }, "plan.changed")
}

func (s *Service) savePlan(ctx context.Context, in Input, load func(context.Context) (Plan, error), action string) (Plan, error) {
	wanted := in.Plan
	wanted.Name = strings.TrimSpace(wanted.Name)
	if err := wanted.Validate(); err != nil {
		return Plan{}, err
	}
	err := s.edit(ctx, func(ctx context.Context) error {
		before, err := load(ctx)
		if err == nil {
			err = catalog.RefuseStale(before.UpdatedAt, in.Plan.UpdatedAt)
		}
		if err != nil {
			return err
		}
		wanted.ID, wanted.ManagedBy, wanted.File, wanted.Published = before.ID, before.ManagedBy, before.File, before.Published
		wanted.CreatedAt, wanted.UpdatedAt = before.CreatedAt, s.now()
		if wanted.Strategy, err = s.strategyFor(ctx, wanted, in.Strategy); err != nil {
			return err
		}
		if wanted.Opens, err = s.opensFor(ctx, wanted.Environment, in.Opens); err != nil {
			return err
		}
		return s.writePlan(ctx, before, wanted, action)
	})
	return wanted, err
}

// editablePlan loads a plan and returns an error if files manage it.
func (s *Service) editablePlan(ctx context.Context, slug string) (Plan, error) {
	found, err := s.store.PlanBySlug(ctx, slug)
	if err != nil {
		return Plan{}, err
	}
	return found, catalog.RefuseFiles("plan", slug, found.ManagedBy, found.File)
}

// strategyFor finds the plan's strategy and checks that it fits the plan.
func (s *Service) strategyFor(ctx context.Context, wanted Plan, slug string) (StrategyID, error) {
	strategies, err := s.store.Strategies(ctx)
	if err != nil {
		return StrategyID{}, err
	}
	if slug == "" && len(strategies) == 0 {
		return s.firstStrategy(ctx)
	}
	at := slices.IndexFunc(strategies, func(strategy Strategy) bool { return strategy.Slug == slug })
	if at < 0 {
		return StrategyID{}, refuse("strategy", "is not the slug of a strategy")
	}
	return strategies[at].ID, wanted.fits(strategies[at])
}

// opensFor finds the versions and checks that each has an endpoint in the plan's environment.
func (s *Service) opensFor(ctx context.Context, environment string, names []string) ([]catalog.VersionID, error) {
	if len(names) == 0 || len(names) > MostOpens {
		return nil, refuse("opens", fmt.Sprintf("must name 1 to %d versions as product/version", MostOpens))
	}
	var opens []catalog.VersionID
	for _, name := range names {
		slug, wanted, _ := strings.Cut(name, "/")
		version, err := s.versionNamed(ctx, slug, wanted)
		switch {
		case fault.Is(err, fault.NotFound):
			return nil, refuse("opens", fmt.Sprintf("names %q, which does not exist", name))
		case err != nil:
			return nil, err
		case slices.Contains(opens, version.ID):
			return nil, refuse("opens", fmt.Sprintf("names %q twice", name))
		case !slices.ContainsFunc(version.Endpoints, func(e catalog.Endpoint) bool { return e.Environment == environment }):
			return nil, refuse("opens", fmt.Sprintf("names %q, which has no endpoint in the environment %s", name, environment))
		}
		opens = append(opens, version.ID)
	}
	return opens, nil
}

func (s *Service) versionNamed(ctx context.Context, slug, name string) (catalog.Version, error) {
	product, err := s.catalog.ProductBySlug(ctx, slug)
	if err != nil {
		return catalog.Version{}, err
	}
	versions, err := s.catalog.Versions(ctx, product.ID)
	if err != nil {
		return catalog.Version{}, err
	}
	at := slices.IndexFunc(versions, func(v catalog.Version) bool { return v.Name == name })
	if at < 0 {
		return catalog.Version{}, fault.Missing("version")
	}
	return versions[at], nil
}

// PublishPlans publishes or unpublishes several plans, or none if one of them cannot be changed.
func (s *Service) PublishPlans(ctx context.Context, slugs []string, published bool) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		for _, slug := range slugs {
			if _, err := s.PublishPlan(ctx, slug, published); err != nil {
				return err
			}
		}
		return nil
	})
}

// PublishPlan publishes a plan or withdraws it. Existing subscriptions to a withdrawn plan continue to work.
func (s *Service) PublishPlan(ctx context.Context, slug string, published bool) (Plan, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Plan{}, err
	}
	var wanted Plan
	err := s.edit(ctx, func(ctx context.Context) error {
		before, err := s.editablePlan(ctx, slug)
		if err != nil {
			return err
		}
		wanted = before
		wanted.Published, wanted.UpdatedAt = published, s.now()
		return s.writePlan(ctx, before, wanted, "plan.changed")
	})
	return wanted, err
}

// DeletePlan deletes a plan and keeps a tombstone. Package access ends its subscriptions beforehand.
func (s *Service) DeletePlan(ctx context.Context, slug string) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.edit(ctx, func(ctx context.Context) error {
		found, err := s.editablePlan(ctx, slug)
		if err != nil {
			return err
		}
		found.Published, found.DeletedAt = false, s.now()
		if err := s.store.SavePlan(ctx, found); err != nil {
			return err
		}
		return s.note(ctx, "plan.deleted", slug, nil, event.TagOf(event.TagPlan, found.ID))
	})
}

// writePlan validates and saves a plan, unless it is unchanged.
func (s *Service) writePlan(ctx context.Context, before, after Plan, action string) error {
	differences := after.Differences(before)
	if len(differences) == 0 {
		return nil
	}
	if after.Published && after.OpensNothing() {
		return fault.New(fault.Conflict, "plan_opens_nothing", "All versions of this plan were deleted, so it cannot be published. Add another version first.")
	}
	if err := s.refuseRegistrable(ctx, after); err != nil {
		return err
	}
	if err := s.store.SavePlan(ctx, after); err != nil {
		return err
	}
	return s.note(ctx, action, after.Slug, differences, event.TagOf(event.TagPlan, after.ID))
}

// refuseRegistrable rejects a plan that answers the same registrations as another plan.
func (s *Service) refuseRegistrable(ctx context.Context, wanted Plan) error {
	answered := wanted.Registrations()
	if len(answered) == 0 {
		return nil
	}
	plans, err := s.store.Plans(ctx)
	if err != nil {
		return err
	}
	for _, other := range plans {
		shared := slices.ContainsFunc(other.Registrations(), func(r Registration) bool { return slices.Contains(answered, r) })
		if other.ID != wanted.ID && shared {
			return fault.Newf(fault.Conflict, "registrable_taken",
				"The plan %q is already registrable for one of these versions with the same strategy. Make only one of the two plans registrable.", other.Slug)
		}
	}
	return nil
}

// edit runs one change by staff in a transaction. The lock keeps it from overlapping with applied files.
func (s *Service) edit(ctx context.Context, fn func(ctx context.Context) error) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// note writes a change to the audit trail and notifies the gateways.
func (s *Service) note(ctx context.Context, action, name string, differences []event.Difference, tag event.Tag) error {
	err := s.events.Audit(ctx, event.Audit{Action: action, Object: tag, Details: event.Note(map[string]string{"name": name}, differences...)})
	if err != nil {
		return err
	}
	return s.events.Changed(ctx, tag, event.Routes)
}

func refuse(field, reason string) error {
	return fault.InvalidFields([]fault.Field{{Name: field, Reason: reason}})
}
