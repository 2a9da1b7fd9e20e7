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

// Registration is an application's subscription to a single version, with the names of what it opens.
type Registration struct {
	// Subscription has its current state.
	Subscription Subscription
	// Release is the version, and Target is how to call it. Both have no names if the team may no longer see them.
	Release Release
	Target  RegistrationTarget
	// Form is the filled-in request form.
	Form RequestForm
}

// RegistrationTarget is what a registration opens at the gateway, and its plan's name.
type RegistrationTarget struct {
	Plan, Environment string
	// BasePath is the version's at the gateway; empty if it is no longer offered in the environment.
	BasePath string
}

// Release is a version with its product. Deleted ones keep their names.
type Release struct {
	Product catalog.Product
	// Version has no endpoints.
	Version catalog.Version
}

// offered reports whether the version and its product are published and not deleted.
func (r Release) offered() bool {
	return r.Version.DeletedAt.IsZero() && r.Product.DeletedAt.IsZero() && r.Version.Published && r.Product.Published
}

// Listed reports whether its owner sees the registration: it is neither cancelled, removed, nor revoked and cleared.
func (s Subscription) Listed() bool {
	return s.State != Cancelled && s.RemovedAt.IsZero() && s.ClearedAt.IsZero()
}

// EndedByStaff reports whether staff ended the registration by cancelling it, or by clearing it after revoking it.
// Registrations that their owner removed do not count.
func (s Subscription) EndedByStaff() bool { return s.RemovedAt.IsZero() && !s.Listed() }

// Registrable is the one published plan that allows registration for a version with a strategy.
type Registrable struct {
	Version     catalog.VersionID
	Plan        plan.ID
	Strategy    plan.StrategyID
	Environment string
	Approval    plan.Approval
}

// automatic reports whether a registration is approved without staff. Staff decide if they stopped the team's access to
// the version before.
func (r Registrable) automatic(settings site.Settings, stopped bool) bool {
	return !stopped && (r.Approval == plan.Automatic || settings.AutoApprove)
}

// NewRegistration is the input of Register.
type NewRegistration struct {
	// Application may be zero for the default application of the team that the caller acts in.
	Application ApplicationID
	Version     catalog.VersionID
	// Scopes narrow what the plan grants; empty requests all of it.
	Scopes []string
	// Form is the filled-in request form; nil for API clients, which have none.
	Form *RequestForm
}

// Register requests an application's access to a version, under the one plan that is registrable with the application's
// strategy. It is approved at once if the plan or the portal approves automatically and staff have not stopped the
// team's access to the version. Otherwise it waits for staff.
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
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		registration, err = s.register(ctx, application, in, plans)
		return err
	})
	if err != nil {
		return Registration{}, err
	}
	return registration, nil
}

func (s *Service) register(ctx context.Context, application Application, in NewRegistration, plans planSet) (Registration, error) {
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
	under, err := s.registrableFor(ctx, application, in.Version, plans)
	if err != nil {
		return Registration{}, err
	}
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return Registration{}, err
	}
	stopped, err := s.stoppedVersions(ctx, application.Team, []catalog.VersionID{in.Version}, plans.byID)
	if err != nil {
		return Registration{}, err
	}
	var form RequestForm
	if in.Form != nil {
		if form, err = in.Form.checked(settings.RequestFields, !under.automatic(settings, stopped[in.Version])); err != nil {
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
	decided, err := s.submit(ctx, order, under.automatic(settings, stopped[in.Version]))
	if err != nil {
		return Registration{}, err
	}
	return Registration{Subscription: decided.Subscriptions[0], Release: release}, nil
}

// releaseFor loads the version with its product and the team's rights. A version that the team may not see is missing.
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

// checkUnregistered returns nil if no earlier registration prevents a new one for the version.
func (s *Service) checkUnregistered(ctx context.Context, application Application, version catalog.VersionID) error {
	now := s.now()
	earlier, err := s.subscriptions(ctx, SubscriptionFilter{Application: application.ID, Version: version, Removed: true})
	if err != nil {
		return err
	}
	for _, other := range earlier {
		if other.Listed() || other.Blocks(now) {
			return inTheWay("already_registered", "The application already has a registration for this version.", other.StateAt(now))
		}
	}
	return nil
}

// stoppedVersions returns those of the versions that staff have stopped for an application of the team: suspended, or
// revoked and not cleared since. This keeps the team from evading the decision with another application. Deleted plans
// do not count.
func (s *Service) stoppedVersions(ctx context.Context, team identity.TeamID, versions []catalog.VersionID, plans map[plan.ID]plan.Plan) (map[catalog.VersionID]bool, error) {
	if team.IsZero() {
		return nil, nil
	}
	stopped, err := s.subscriptions(ctx, SubscriptionFilter{
		Team: team, Opening: versions, States: []SubscriptionState{Suspended, Revoked}, Removed: true,
	})
	if err != nil || len(stopped) == 0 {
		return nil, err
	}
	found := map[catalog.VersionID]bool{}
	for _, one := range stopped {
		for _, version := range versions {
			opened := slices.Contains(plans[one.Plan].Opens, version) && (one.Version.IsZero() || one.Version == version)
			found[version] = found[version] || opened && one.ClearedAt.IsZero()
		}
	}
	return found, nil
}

// registrableFor returns the plan with which the application may register for the version.
func (s *Service) registrableFor(ctx context.Context, application Application, version catalog.VersionID, plans planSet) (Registrable, error) {
	offered, err := s.store.Registrable(ctx, []catalog.VersionID{version})
	if err != nil {
		return Registrable{}, err
	}
	if len(offered) == 0 {
		return Registrable{}, fault.New(fault.Conflict, "registration_closed", "Registration for this version is closed. Ask the portal's staff for access.")
	}
	strategy := strategyOr(plans.strategies, application.Strategy)
	at := slices.IndexFunc(offered, func(one Registrable) bool { return one.Strategy == strategy.ID && strategy.Kind.Issued() })
	if at < 0 {
		return Registrable{}, fault.New(fault.Conflict, "strategy_mismatch",
			"The application's authentication strategy does not fit this version. Use an application with a strategy of the version.")
	}
	return offered[at], nil
}

// Unregister ends a registration for its owner. A pending, rejected or approved one is removed and can be requested
// again. A suspended one becomes revoked and blocks new requests until staff clear it.
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

// loadRegistration loads a registration of the named application, and the application, if the principal has the
// permission.
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

// RegistrationScopes returns the scopes that the strategy's own token server granted to a registration. Other
// strategies have none.
func (s *Service) RegistrationScopes(ctx context.Context, application ApplicationID, id SubscriptionID) ([]string, error) {
	found, owner, err := s.loadRegistration(ctx, identity.ViewTeam, application, id)
	if err != nil {
		return nil, err
	}
	return s.grantedScopes(ctx, owner, []Subscription{found})
}

// VersionScopes returns the same as RegistrationScopes, for the application's registration for a version.
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

// currently returns the subscription with its current state.
func currently(subscription Subscription, now time.Time) Subscription {
	subscription.State = subscription.StateAt(now)
	return subscription
}
