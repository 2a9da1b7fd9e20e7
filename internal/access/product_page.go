package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// ProductPage is the catalogue's page of a product with the plans for it and the access of the caller's team.
type ProductPage struct {
	catalog.ProductPage
	Standing
	// FirstCall is nil if no offer leads to an operation that needs only a key.
	FirstCall *FirstCall
}

// VersionPage is the catalogue's page of a version with the caller's access to it.
type VersionPage struct {
	catalog.VersionPage
	Standing
}

// Standing is the plans for versions of a product and the access of the caller's team to them.
type Standing struct {
	// Offers are the plans that open one of the versions, sorted by name.
	Offers []Offer
	// Subscriptions are the team's subscriptions to these versions that the caller may see. Of the registrations of its
	// applications, only the newest is included; subscriptions to deleted plans are not.
	Subscriptions []SubscriptionDetail
	// MayRegister reports whether the caller may register applications for registrable versions.
	MayRegister bool
}

// Registrable reports whether one of the offers allows registration for the version.
func (s Standing) Registrable(version catalog.VersionID) bool {
	return slices.ContainsFunc(s.Offers, func(offer Offer) bool {
		return offer.Plan.RegistrableFor(version) && offer.Strategy.Kind.Issued()
	})
}

// Instant reports whether one of the offers approves a registration for the version at once.
func (s Standing) Instant(version catalog.VersionID) bool {
	return slices.ContainsFunc(s.Offers, func(offer Offer) bool {
		return offer.Plan.RegistrableFor(version) && offer.Strategy.Kind.Issued() && offer.Plan.Approval == plan.Automatic
	})
}

// Offer is a plan with the versions of one product that it opens.
type Offer struct {
	Plan plan.Plan
	// Strategy is the plan's; zero if it was deleted.
	Strategy plan.Strategy
	// Versions are those that the plan opens and the caller may see, the newest first.
	Versions []catalog.Version
}

// FirstCall is a ready-made call under one of the offers.
type FirstCall struct {
	Strategy  plan.Strategy
	Endpoint  catalog.Endpoint
	Operation openapi.Operation
}

// Holds reports whether the caller's team has approved, suspended or pending access.
func (s Standing) Holds() bool {
	return slices.ContainsFunc(s.Subscriptions, func(detail SubscriptionDetail) bool {
		return slices.Contains(HeldStates(), detail.Subscription.State)
	})
}

// ProductPage returns the product with the plans that open it and the caller's access to it. Every visitor who may see
// the product sees the plans. Subscriptions are those of the caller's own team, for staff too.
func (s *Service) ProductPage(ctx context.Context, slug string) (ProductPage, error) {
	shown, err := s.products.ProductPage(ctx, slug)
	if err != nil {
		return ProductPage{}, err
	}
	found := ProductPage{ProductPage: shown}
	if found.Standing, err = s.standing(ctx, shown.Product, shown.Versions); err != nil {
		return ProductPage{}, err
	}
	found.FirstCall, err = s.firstCall(ctx, found.Standing)
	return found, err
}

// VersionPage returns a version of the product with its plans and the caller's access. An empty name means the newest
// published version.
func (s *Service) VersionPage(ctx context.Context, slug, version string) (VersionPage, error) {
	shown, err := s.products.VersionPage(ctx, slug, version)
	if err != nil {
		return VersionPage{}, err
	}
	found := VersionPage{VersionPage: shown}
	found.Standing, err = s.standing(ctx, shown.Product, []catalog.Version{shown.Version})
	return found, err
}

func (s *Service) standing(ctx context.Context, product catalog.Product, versions []catalog.Version) (Standing, error) {
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return Standing{}, err
	}
	found := Standing{MayRegister: product.Rights(identity.From(ctx), false).Register}
	found.Offers = offers(identity.From(ctx), plans, versions)
	found.Subscriptions, err = s.ownSubscriptions(ctx, plans.byID, versions)
	return found, err
}

func offers(principal identity.Principal, plans planSet, versions []catalog.Version) []Offer {
	var offers []Offer
	for _, one := range plans.all {
		offer := Offer{Plan: one, Versions: openedBy(one, versions)}
		if len(offer.Versions) == 0 || !one.VisibleTo(principal) {
			continue
		}
		if at := slices.IndexFunc(plans.strategies, func(strategy plan.Strategy) bool { return strategy.ID == one.Strategy }); at >= 0 {
			offer.Strategy = plans.strategies[at]
		}
		offers = append(offers, offer)
	}
	slices.SortFunc(offers, func(a, b Offer) int {
		return cmp.Or(cmp.Compare(a.Plan.Name, b.Plan.Name), cmp.Compare(a.Plan.Slug, b.Plan.Slug))
	})
	return offers
}

// openedBy returns the versions that the plan opens.
func openedBy(opening plan.Plan, versions []catalog.Version) []catalog.Version {
	var opened []catalog.Version
	for _, version := range versions {
		if slices.Contains(opening.Opens, version.ID) {
			opened = append(opened, version)
		}
	}
	return opened
}

// shownRegistrations is the largest number of registrations in a Standing.
const shownRegistrations = 100

// ownSubscriptions returns the subscriptions of the caller's team that open one of the versions, or will when approved.
func (s *Service) ownSubscriptions(ctx context.Context, known map[plan.ID]plan.Plan, versions []catalog.Version) ([]SubscriptionDetail, error) {
	team := identity.From(ctx).Team
	if team.IsZero() {
		return nil, nil
	}
	narrowed, err := listing(ctx, team)
	if err != nil {
		return nil, err
	}
	if len(versions) == 0 {
		return nil, nil
	}
	filter := SubscriptionFilter{Team: narrowed.team, Reader: narrowed.reader, NoRegistrations: true}
	for _, version := range versions {
		filter.Opening = append(filter.Opening, version.ID)
	}
	all, err := s.subscriptions(ctx, filter)
	if err != nil {
		return nil, err
	}
	filter.NoRegistrations, filter.OnlyRegistrations = false, true
	registrations, err := s.store.Subscriptions(ctx, filter, page.Request{Size: shownRegistrations})
	if err != nil {
		return nil, err
	}
	return s.details(ctx, slices.DeleteFunc(append(all, registrations.Items...), func(subscription Subscription) bool {
		return !slices.ContainsFunc(openedBy(known[subscription.Plan], versions), func(version catalog.Version) bool {
			return subscription.Version.IsZero() || subscription.Version == version.ID
		})
	}), known)
}

// firstCall returns a call under the caller's plan, else the first offer, to the newest version that it opens.
func (s *Service) firstCall(ctx context.Context, of Standing) (*FirstCall, error) {
	if len(of.Offers) == 0 {
		return nil, nil
	}
	tried := of.Offers[0]
	for _, offer := range of.Offers {
		has := func(detail SubscriptionDetail) bool {
			return detail.Plan.ID == offer.Plan.ID && detail.Subscription.State == Approved
		}
		if slices.ContainsFunc(of.Subscriptions, has) {
			tried = offer
			break
		}
	}
	version := tried.Versions[0]
	at := slices.IndexFunc(version.Endpoints, func(endpoint catalog.Endpoint) bool { return endpoint.Environment == tried.Plan.Environment })
	if at < 0 {
		return nil, nil
	}
	operation, found, err := s.products.FirstCall(ctx, version)
	if err != nil || !found {
		return nil, err
	}
	return &FirstCall{Strategy: tried.Strategy, Endpoint: version.Endpoints[at], Operation: operation}, nil
}
