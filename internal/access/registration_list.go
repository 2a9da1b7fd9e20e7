package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// Registrations is the part of the store that lists subscriptions to single versions. Lists are the newest first.
type Registrations interface {
	// Registrations lists those that are Listed, or those that are EndedByStaff.
	Registrations(ctx context.Context, filter RegistrationFilter, request page.Request) (page.Page[Subscription], error)
	// Releases loads versions without their endpoints, and their products, including deleted ones; missing ones are
	// absent. Of a product's audience it loads only the named team.
	Releases(ctx context.Context, versions []catalog.VersionID, of identity.TeamID) (map[catalog.VersionID]Release, error)
	// VersionApplications lists the applications that have a Listed registration for a version in one of the states, each
	// with the newest of them; or those without any.
	VersionApplications(ctx context.Context, filter VersionApplicationFilter, request page.Request) (page.Page[VersionApplication], error)
	// RegistrationChoices lists the plans with which an application can register for further versions. They are sorted
	// by product name, the newest version of each first.
	RegistrationChoices(ctx context.Context, filter RegistrationChoiceFilter, request page.Request) (page.Page[Registrable], error)
	// RegistrationTargets loads what registrations open, and the names of their plans.
	RegistrationTargets(ctx context.Context, registrations []SubscriptionID) (map[SubscriptionID]RegistrationTarget, error)
	// RequestForms loads the filled-in forms of requests.
	RequestForms(ctx context.Context, requests []RequestID) (map[RequestID]RequestForm, error)
	// Registrable lists the plans that allow registration for the versions, by the names of their strategies.
	Registrable(ctx context.Context, versions []catalog.VersionID) ([]Registrable, error)
}

// RegistrationFilter narrows a list of registrations; zero fields do not narrow. Names are compared ignoring case.
type RegistrationFilter struct {
	Application ApplicationID
	ID          SubscriptionID
	// States are the states at the time At, which the service fills in.
	States                           []SubscriptionState
	ProductName, ProductNameContains string
	VersionName, VersionNameContains string
	// EndedByStaff lists the registrations that are EndedByStaff instead of the Listed ones.
	EndedByStaff bool
	// Sight limits filters by name to products that the team may see; the service fills it in.
	Sight catalog.Visibility
	At    time.Time
}

// ByName reports whether the filter uses names. Then the list has only published versions.
func (f RegistrationFilter) ByName() bool {
	return f.ProductName+f.ProductNameContains+f.VersionName+f.VersionNameContains != ""
}

// Registration returns a registration of an application that the caller may see.
func (s *Service) Registration(ctx context.Context, application ApplicationID, id SubscriptionID) (Registration, error) {
	found, owner, err := s.loadRegistration(ctx, identity.ViewTeam, application, id)
	if err != nil {
		return Registration{}, err
	}
	registrations, err := s.registrations(ctx, owner.Team, []Subscription{found})
	if err != nil {
		return Registration{}, err
	}
	return registrations[0], nil
}

// Registrations lists the registrations of an application that the caller may see. Names that its team may no longer
// see are left out and not searched.
func (s *Service) Registrations(ctx context.Context, filter RegistrationFilter, request page.Request) (page.Page[Registration], error) {
	application, err := s.loadApplication(ctx, identity.ViewTeam, filter.Application)
	if err != nil {
		return page.Page[Registration]{}, err
	}
	filter.At, filter.Sight = s.now(), catalog.VisibilityOf(application.Team)
	found, err := s.store.Registrations(ctx, filter, request)
	if err != nil {
		return page.Page[Registration]{}, err
	}
	items, err := s.registrations(ctx, application.Team, found.Items)
	return page.Page[Registration]{Items: items, Total: found.Total}, err
}

// registrations adds the version and the target to each subscription.
func (s *Service) registrations(ctx context.Context, team identity.TeamID, subscriptions []Subscription) ([]Registration, error) {
	releases, err := s.shownReleases(ctx, team, ofEach(subscriptions, func(one Subscription) catalog.VersionID { return one.Version }))
	if err != nil {
		return nil, err
	}
	targets, err := s.store.RegistrationTargets(ctx, ofEach(subscriptions, func(one Subscription) SubscriptionID { return one.ID }))
	if err != nil {
		return nil, err
	}
	forms, err := s.store.RequestForms(ctx, ofEach(subscriptions, func(one Subscription) RequestID { return one.Request }))
	if err != nil {
		return nil, err
	}
	registrations := make([]Registration, len(subscriptions))
	for i, subscription := range subscriptions {
		registrations[i] = Registration{Subscription: currently(subscription, s.now()), Release: releases[subscription.Version], Form: forms[subscription.Request]}
		if registrations[i].Release.Version.Published {
			registrations[i].Target = targets[subscription.ID]
		}
	}
	return registrations, nil
}

// shownReleases loads versions with their products, without names that the team may no longer see.
func (s *Service) shownReleases(ctx context.Context, team identity.TeamID, versions []catalog.VersionID) (map[catalog.VersionID]Release, error) {
	releases, err := s.store.Releases(ctx, versions, team)
	for id, release := range releases {
		if !release.Product.RightsOf(team).View || !release.Version.Published {
			releases[id] = Release{Product: catalog.Product{ID: release.Product.ID}, Version: catalog.Version{ID: id}}
		}
	}
	return releases, err
}

// VersionApplicationFilter narrows a list of applications; zero fields do not narrow. Names are compared ignoring case.
type VersionApplicationFilter struct {
	// Product must be the version's unless it is zero.
	Product catalog.ProductID
	Version catalog.VersionID
	// Unregistered lists the applications without a registration for the version instead. It leaves out those with a
	// revoked one, even a removed one, that staff have not cleared.
	Unregistered       bool
	Name, NameContains string
	// States are the registration's states at the time At, which the service fills in. Unregistered ignores them.
	States     []SubscriptionState
	Strategies []plan.StrategyID
	// Application narrows to one application.
	Application ApplicationID
	At          time.Time
	// Team and Reader limit whose applications are listed; the service fills them in.
	Team   identity.TeamID
	Reader identity.AccountID
}

// VersionApplication is an application with its registration for a version; zero if it has none.
type VersionApplication struct {
	ApplicationDetail

	Registration Subscription
}

// VersionApplications lists the applications of the team that the caller acts in, with or without a registration for a
// version.
func (s *Service) VersionApplications(ctx context.Context, filter VersionApplicationFilter, request page.Request) (page.Page[VersionApplication], error) {
	narrowed, err := ownListing(ctx)
	if err != nil {
		return page.Page[VersionApplication]{}, err
	}
	strategies, err := s.plans.Strategies(ctx)
	if err != nil {
		return page.Page[VersionApplication]{}, err
	}
	return s.versionApplications(ctx, narrowed, filter, request, strategies)
}

func (s *Service) versionApplications(
	ctx context.Context, narrowed scope, filter VersionApplicationFilter, request page.Request, strategies []plan.Strategy,
) (page.Page[VersionApplication], error) {
	release, _, err := s.releaseFor(ctx, narrowed.team, filter.Version)
	if err != nil {
		return page.Page[VersionApplication]{}, err
	}
	if !filter.Product.IsZero() && filter.Product != release.Product.ID {
		return page.Page[VersionApplication]{}, missingVersion()
	}
	if narrowed.team.IsZero() {
		return page.Page[VersionApplication]{}, nil
	}
	filter.Team, filter.Reader, filter.At = narrowed.team, narrowed.reader, s.now()
	found, err := s.store.VersionApplications(ctx, filter, request)
	if err != nil {
		return page.Page[VersionApplication]{}, err
	}
	for i, one := range found.Items {
		found.Items[i].Strategy = strategyOr(strategies, one.Application.Strategy)
		found.Items[i].Registration = currently(one.Registration, filter.At)
	}
	return found, nil
}

// RegistrationOffer is a way to register for a version.
type RegistrationOffer struct {
	Plan     plan.ID
	Strategy plan.Strategy
	// Environment is the environment that a registration opens.
	Environment string
	// Automatic reports whether a registration is approved at once.
	Automatic bool
}

// RegistrationOffers returns, for each of the versions, the ways to register for it, the portal's default strategy
// first. Visitors may call it too; versions that the caller may not see have no offers.
func (s *Service) RegistrationOffers(ctx context.Context, versions []catalog.VersionID) (map[catalog.VersionID][]RegistrationOffer, error) {
	if len(versions) == 0 {
		return map[catalog.VersionID][]RegistrationOffer{}, nil
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return nil, err
	}
	return s.registrationOffers(ctx, versions, plans)
}

func (s *Service) registrationOffers(ctx context.Context, versions []catalog.VersionID, plans planSet) (map[catalog.VersionID][]RegistrationOffer, error) {
	offers := map[catalog.VersionID][]RegistrationOffer{}
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return nil, err
	}
	principal := identity.From(ctx)
	releases, err := s.store.Releases(ctx, versions, principal.Team)
	if err != nil {
		return nil, err
	}
	registrable, err := s.store.Registrable(ctx, versions)
	if err != nil {
		return nil, err
	}
	stopped, err := s.stoppedVersions(ctx, principal.Team, versions, plans.byID)
	if err != nil {
		return nil, err
	}
	for _, one := range registrable {
		strategy, release := strategyOr(plans.strategies, one.Strategy), releases[one.Version]
		if !strategy.Kind.Issued() || !release.Product.VisibleTo(principal, settings.Public) || !release.Version.VisibleTo(principal) {
			continue
		}
		offers[one.Version] = append(offers[one.Version], RegistrationOffer{
			Plan: one.Plan, Strategy: strategy, Environment: one.Environment, Automatic: one.automatic(settings, stopped[one.Version]),
		})
	}
	for _, offered := range offers {
		slices.SortStableFunc(offered, func(a, b RegistrationOffer) int { return first(a.Strategy.Default, b.Strategy.Default) })
	}
	return offers, nil
}
