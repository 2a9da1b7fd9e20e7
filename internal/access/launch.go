package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// LaunchStep is a step from a description to a version that developers can call.
type LaunchStep string

// The steps in their order.
const (
	LaunchDescription LaunchStep = "description"
	LaunchAddress     LaunchStep = "address"
	LaunchPlan        LaunchStep = "plan"
	LaunchPublish     LaunchStep = "publish"
)

// LaunchSteps lists the steps in their order.
func LaunchSteps() []LaunchStep {
	return []LaunchStep{LaunchDescription, LaunchAddress, LaunchPlan, LaunchPublish}
}

// Launch is a version with all that staff decide before developers can call it.
type Launch struct {
	catalog.StaffProduct
	// Version is zero if the product has none.
	Version  catalog.Version
	Findings []openapi.Finding
	// Endpoints are the version's, or else those that its description suggests.
	Endpoints []catalog.Endpoint
	// Plans are the plans that open the version, sorted by name. Fitting are other plans of staff for one of its
	// environments.
	Plans, Fitting []plan.Plan
	// Strategies are the strategies to choose from for a new plan.
	Strategies []plan.Strategy
	// PublicPortal reports whether visitors may read public products.
	PublicPortal bool
}

// Launch returns what a version of a product still needs. An empty name means the newest version, if there is one.
func (s *Service) Launch(ctx context.Context, slug, version string) (Launch, error) {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return Launch{}, err
	}
	product, err := s.products.StaffProduct(ctx, slug)
	if err != nil {
		return Launch{}, err
	}
	found := Launch{StaffProduct: product}
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return Launch{}, err
	}
	found.PublicPortal = settings.Public
	if version == "" && len(product.Versions) == 0 {
		return found, nil
	}
	if version == "" {
		version = product.Versions[0].Name
	}
	shown, err := s.products.StaffVersion(ctx, slug, version)
	if err != nil {
		return Launch{}, err
	}
	found.Version, found.Findings, found.Endpoints = shown.Version, shown.Findings, shown.Version.Endpoints
	if len(found.Endpoints) == 0 {
		if found.Endpoints, err = s.products.Proposals(ctx, product.Product, shown.Version); err != nil {
			return Launch{}, err
		}
	}
	err = s.addPlans(ctx, &found)
	return found, err
}

func (s *Service) addPlans(ctx context.Context, to *Launch) error {
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return err
	}
	to.Strategies = plans.strategies
	for _, one := range plans.all {
		fits := func(endpoint catalog.Endpoint) bool { return endpoint.Environment == one.Environment }
		switch {
		case slices.Contains(one.Opens, to.Version.ID):
			to.Plans = append(to.Plans, one)
		case one.ManagedBy != catalog.Files && slices.ContainsFunc(to.Version.Endpoints, fits):
			to.Fitting = append(to.Fitting, one)
		}
	}
	return nil
}

// Has reports whether nothing is missing at a step.
func (l Launch) Has(step LaunchStep) bool {
	switch step {
	case LaunchDescription:
		return l.Version.Spec != ""
	case LaunchAddress:
		return len(l.Version.Endpoints) > 0
	case LaunchPlan:
		return len(l.Plans) > 0
	case LaunchPublish:
		published := func(one plan.Plan) bool { return one.Published }
		return l.Product.Published && l.Version.Published && (len(l.Plans) == 0 || slices.ContainsFunc(l.Plans, published))
	}
	return false
}

// Complete reports whether nothing is missing at any step.
func (l Launch) Complete() bool {
	return !slices.ContainsFunc(LaunchSteps(), func(step LaunchStep) bool { return !l.Has(step) })
}

// Planless lists the environments of the version that no plan opens.
func (l Launch) Planless() []string {
	var environments []string
	for _, endpoint := range l.Version.Endpoints {
		if !slices.ContainsFunc(l.Plans, func(one plan.Plan) bool { return one.Environment == endpoint.Environment }) {
			environments = append(environments, endpoint.Environment)
		}
	}
	return environments
}

// Publication is a version that is published with its product and some of the plans that open it.
type Publication struct {
	Product, Version string
	// Plans are slugs.
	Plans []string
}

// PublishVersion publishes a version, its product and these plans in one transaction.
func (s *Service) PublishVersion(ctx context.Context, in Publication) error {
	if err := identity.Require(ctx, identity.ManageCatalog); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, catalog.CatalogLock); err != nil {
			return err
		}
		if _, err := s.products.PublishProduct(ctx, in.Product, true); err != nil {
			return err
		}
		version, err := s.products.PublishVersion(ctx, in.Product, in.Version, true)
		if err != nil {
			return err
		}
		for _, slug := range in.Plans {
			published, err := s.offering.PublishPlan(ctx, slug, true)
			if err != nil {
				return err
			}
			if !slices.Contains(published.Opens, version.ID) {
				return fault.Newf(fault.Conflict, "plan_changed", "Nothing was published: the plan %q no longer opens this version. Open the page again.", slug)
			}
		}
		return nil
	})
}
