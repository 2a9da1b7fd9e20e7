package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

// Registration is an application's subscription to a single version, with what people call it.
type Registration struct {
	// Subscription has the state of this moment.
	Subscription Subscription
	// Release is what it is to, and Place where that is; without names where its owner may not know of it any more.
	Release Release
	Place   Place
	// Form is what the person filled in who asked for it.
	Form RequestForm
}

// Place is where a registration leads, and the name of the plan that it is under.
type Place struct {
	Plan, Environment string
	// BasePath is the version's at the gateway; empty where it is not called in the environment any more.
	BasePath string
}

// Release is a version with its product; deleted ones are known by name, too.
type Release struct {
	Product catalog.Product
	// Version is without its endpoints.
	Version catalog.Version
}

// offered reports whether the version is there for those who may see its product.
func (r Release) offered() bool {
	return r.Version.DeletedAt.IsZero() && r.Product.DeletedAt.IsZero() && r.Version.Published && r.Product.Published
}

// Listed reports whether the registration is there for its owner: cancelled and removed ones are not, nor a revoked one
// that staff have cleared.
func (s Subscription) Listed() bool {
	return s.State != Cancelled && s.RemovedAt.IsZero() && s.ClearedAt.IsZero()
}

// EndedByStaff reports whether the registration is not Listed for what staff have done: they cancelled it, or cleared
// it after it was revoked. What its owner has removed they need not be told of.
func (s Subscription) EndedByStaff() bool { return s.RemovedAt.IsZero() && !s.Listed() }

// Registrable is the one published plan by which a version may be registered for with a strategy.
type Registrable struct {
	Version     catalog.VersionID
	Plan        plan.ID
	Strategy    plan.StrategyID
	Environment string
	Approval    plan.Approval
}

// automatic reports whether nobody has to look at a registration. Staff look where they have taken the version from the
// team.
func (r Registrable) automatic(settings site.Settings, barred bool) bool {
	return !barred && (r.Approval == plan.Automatic || settings.AutoApprove)
}

// NewRegistration is what Register takes.
type NewRegistration struct {
	// Application may be zero for the default application of the team that the caller acts in.
	Application ApplicationID
	Version     catalog.VersionID
	// Scopes narrow what the plan grants; empty asks for all of it.
	Scopes []string
	// Form is the filled-in form. It is nil for clients of protocols without one, which are asked nothing.
	Form *RequestForm
}

// Register asks for an application's access to a version, under the one plan that is registrable for the version with
// the application's strategy. It is approved when the call returns where the plan or the portal approves by itself,
// unless staff have taken the version from another application of the team; otherwise it waits for staff.
func (s *Service) Register(ctx context.Context, in NewRegistration) (Registration, error) {
	application, err := s.loadApplicationOrDefault(ctx, requestPermission(ctx), in.Application)
	if err != nil {
		return Registration{}, err
	}
	if err := fault.InvalidFields(refusedScopes(in.Scopes)); err != nil {
		return Registration{}, err
	}
	var registration Registration
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, application.ID); err != nil {
			return err
		}
		registration, err = s.register(ctx, application, in)
		return err
	})
	if err != nil {
		return Registration{}, err
	}
	return registration, nil
}

func (s *Service) register(ctx context.Context, application Application, in NewRegistration) (Registration, error) {
	release, rights, err := s.releaseFor(ctx, application.Team, in.Version)
	if err != nil {
		return Registration{}, err
	}
	if err := s.checkUnregistered(ctx, application, in.Version); err != nil {
		return Registration{}, err
	}
	if !rights.Register {
		return Registration{}, mayNotRegister(release.Product.Name)
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return Registration{}, err
	}
	under, err := s.registrableFor(ctx, application, in.Version, plans)
	if err != nil {
		return Registration{}, err
	}
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return Registration{}, err
	}
	barred, err := s.barred(ctx, application.Team, []catalog.VersionID{in.Version}, plans.byID)
	if err != nil {
		return Registration{}, err
	}
	var form RequestForm
	if in.Form != nil {
		if form, err = in.Form.checked(settings.RequestFields, !under.automatic(settings, barred[in.Version])); err != nil {
			return Registration{}, err
		}
	}
	now := s.now()
	order, err := s.order(ctx, application, Request{
		Purpose: form.Purpose, Fields: form.Answers,
		ID: id.New[RequestID](now), Application: application.ID, Team: application.Team, Wanted: []string{under.Plan.Hex()},
		Version: in.Version, Scopes: distinct(in.Scopes), State: RequestPending, Asker: identity.From(ctx).Account, CreatedAt: now,
	}, plans)
	if err != nil {
		return Registration{}, err
	}
	decided, err := s.submit(ctx, order, under.automatic(settings, barred[in.Version]))
	if err != nil {
		return Registration{}, err
	}
	return Registration{Subscription: decided.Subscriptions[0], Release: release}, nil
}

// releaseFor is the version with its product and the team's rights to that. What the team may not know of is missing.
func (s *Service) releaseFor(ctx context.Context, team identity.TeamID, version catalog.VersionID) (Release, catalog.Rights, error) {
	found, err := s.store.Releases(ctx, []catalog.VersionID{version}, team)
	if err != nil {
		return Release{}, catalog.Rights{}, err
	}
	release, exists := found[version]
	if !exists || !release.offered() {
		return Release{}, catalog.Rights{}, missingVersion()
	}
	rights := release.Product.RightsOf(team)
	if !rights.View {
		return Release{}, catalog.Rights{}, missingVersion()
	}
	return release, rights, nil
}

func missingVersion() error { return fault.Missing("version") }

// checkUnregistered answers nil where nothing stands in the way of registering the application for the version.
func (s *Service) checkUnregistered(ctx context.Context, application Application, version catalog.VersionID) error {
	now := s.now()
	earlier, err := s.subscriptions(ctx, SubscriptionFilter{Application: application.ID, Version: version, Removed: true})
	if err != nil {
		return err
	}
	for _, other := range earlier {
		if other.Listed() || other.Blocks(now) {
			return inTheWay("already_registered", "The application is registered for this version.", other.StateAt(now))
		}
	}
	return nil
}

// barred are those of the versions that staff have suspended or revoked for any application of the team, until they
// clear it: making another application is no way around their decision. What a plan that is gone opened counts no more.
func (s *Service) barred(ctx context.Context, team identity.TeamID, versions []catalog.VersionID, plans map[plan.ID]plan.Plan) (map[catalog.VersionID]bool, error) {
	if team.IsZero() {
		return nil, nil
	}
	stopped, err := s.subscriptions(ctx, SubscriptionFilter{
		Team: team, Opening: versions, States: []SubscriptionState{Suspended, Revoked}, Removed: true,
	})
	if err != nil || len(stopped) == 0 {
		return nil, err
	}
	barred := map[catalog.VersionID]bool{}
	for _, one := range stopped {
		for _, version := range versions {
			opened := slices.Contains(plans[one.Plan].Opens, version) && (one.Version.IsZero() || one.Version == version)
			barred[version] = barred[version] || opened && one.ClearedAt.IsZero()
		}
	}
	return barred, nil
}

// registrableFor returns the plan with which the application may register for the version.
func (s *Service) registrableFor(ctx context.Context, application Application, version catalog.VersionID, plans planSet) (Registrable, error) {
	offered, err := s.store.Registrable(ctx, []catalog.VersionID{version})
	if err != nil {
		return Registrable{}, err
	}
	if len(offered) == 0 {
		return Registrable{}, fault.New(fault.Conflict, "registration_closed", "This version is closed for registration. Please ask the portal's staff.")
	}
	strategy := strategyOr(plans.strategies, application.Strategy)
	at := slices.IndexFunc(offered, func(one Registrable) bool { return one.Strategy == strategy.ID && strategy.Kind.Issued() })
	if at < 0 {
		return Registrable{}, fault.New(fault.Conflict, "strategy_mismatch",
			"The application proves itself in another way than the version takes. Register an application that was made for that.")
	}
	return offered[at], nil
}

// Unregister ends a registration for its owner: what is pending, rejected or approved is gone and can be asked for
// again, what is suspended becomes revoked and stands in the way until staff clear it.
func (s *Service) Unregister(ctx context.Context, application ApplicationID, id SubscriptionID) error {
	permission := requestPermission(ctx)
	if _, _, err := s.loadRegistration(ctx, permission, application, id); err != nil {
		return err
	}
	_, err := s.changeSubscription(ctx, permission, id,
		func(ctx context.Context, registration Subscription, _ Application, plans planSet) (Subscription, error) {
			if !registration.Listed() {
				return Subscription{}, fault.Missing("registration")
			}
			removed, err := s.remove(ctx, registration, plans)
			if err != nil {
				return Subscription{}, err
			}
			return removed, s.withdrawEmptied(ctx, removed.Request)
		})
	return err
}

// loadRegistration loads a registration of the named application, and that, where the principal may do this to it.
func (s *Service) loadRegistration(ctx context.Context, permission identity.Permission, application ApplicationID, id SubscriptionID) (Subscription, Application, error) {
	owner, err := s.loadApplication(ctx, permission, application)
	if err != nil {
		return Subscription{}, Application{}, err
	}
	found, err := s.store.Subscription(ctx, id)
	missing := found.Application != application || found.Version.IsZero() || !found.Listed()
	if fault.Is(err, fault.NotFound) || err == nil && missing {
		return Subscription{}, Application{}, fault.Missing("registration")
	}
	return found, owner, err
}

// RegistrationScopes are the scopes that a registration was granted by the strategy's own token server; other
// strategies have none to ask.
func (s *Service) RegistrationScopes(ctx context.Context, application ApplicationID, id SubscriptionID) ([]string, error) {
	found, owner, err := s.loadRegistration(ctx, identity.ViewTeam, application, id)
	if err != nil {
		return nil, err
	}
	return s.grantedScopes(ctx, owner, []Subscription{found})
}

// VersionScopes is RegistrationScopes for what the application is registered for of a version.
func (s *Service) VersionScopes(ctx context.Context, application ApplicationID, version catalog.VersionID) ([]string, error) {
	owner, err := s.loadApplication(ctx, identity.ViewTeam, application)
	if err != nil {
		return nil, err
	}
	if _, _, err := s.releaseFor(ctx, owner.Team, version); err != nil {
		return nil, err
	}
	found, err := s.subscriptions(ctx, SubscriptionFilter{Application: application, Version: version})
	if err != nil {
		return nil, err
	}
	return s.grantedScopes(ctx, owner, found)
}

func (s *Service) grantedScopes(ctx context.Context, application Application, of []Subscription) ([]string, error) {
	detail, err := s.applicationDetail(ctx, application)
	if err != nil {
		return nil, err
	}
	if detail.Strategy.Kind != plan.ClientCredentials {
		return nil, fault.New(fault.Precondition, "scopes_unavailable",
			"Granted scopes are known only for applications whose clients are registered with a token server. This one is not.")
	}
	var granted []string
	for _, one := range of {
		if one.StateAt(s.now()) == Approved {
			granted = append(granted, one.Scopes...)
		}
	}
	return distinct(granted), nil
}

// currently puts the state of the moment into a subscription.
func currently(subscription Subscription, now time.Time) Subscription {
	subscription.State = subscription.StateAt(now)
	return subscription
}
