package access

import (
	"context"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/site"
)

// Config is what a Service needs.
type Config struct {
	Store    Store
	Plans    plan.Store
	Catalog  catalog.Store
	Products *catalog.Service
	Offering *plan.Service
	Accounts account.Store
	Site     *site.Service
	Events   event.Recorder
	Ring     *sealed.Ring
	Now      clock.Func
}

// Service decides which application may call which API.
type Service struct {
	store    Store
	plans    plan.Store
	catalog  catalog.Store
	products *catalog.Service
	offering *plan.Service
	accounts account.Store
	site     *site.Service
	events   event.Recorder
	ring     *sealed.Ring
	hasher   *sealed.Hasher
	now      clock.Func
	// deciders are notified of requests.
	deciders account.Deciders
}

// New returns a Service.
func New(config Config) *Service {
	return &Service{
		store: config.Store, plans: config.Plans, catalog: config.Catalog, products: config.Products, offering: config.Offering, accounts: config.Accounts,
		site: config.Site, events: config.Events, ring: config.Ring, hasher: Hasher(config.Ring), now: config.Now,
		deciders: account.Deciders{Accounts: config.Accounts, Site: config.Site, Events: config.Events, Now: config.Now},
	}
}

// change runs a change of a team's access in a transaction. Changes of one team run one after another. So the checks of
// a change (one plan per family, 20 keys, a request still pending) hold until it is stored.
func (s *Service) change(ctx context.Context, team identity.TeamID, fn func(ctx context.Context) error) error {
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, "access of team "+team.Hex()); err != nil {
			return err
		}
		return fn(ctx)
	})
}

// mayAnywhere reports whether the principal has the permission for all teams, by a staff role or as the product itself.
// No team has the zero ID, so a role in a team never suffices.
func mayAnywhere(ctx context.Context, permission identity.Permission) bool {
	return identity.RequireIn(ctx, permission, identity.TeamID{}, "") == nil
}

// RequireOver returns nil if the principal has the permission for the application's objects. A member's own application
// is visible to this member, the team's owners and admins, and staff; for other members it is missing.
func RequireOver(ctx context.Context, permission identity.Permission, application Application, noun string) error {
	if !application.visibleTo(identity.From(ctx)) {
		return identity.RequireIn(ctx, permission, identity.TeamID{}, noun)
	}
	return identity.RequireIn(ctx, permission, application.Team, noun)
}

// requestPermission returns the permission to request access and end it; staff may do so for any team.
func requestPermission(ctx context.Context) identity.Permission {
	if mayAnywhere(ctx, identity.GrantAccess) {
		return identity.GrantAccess
	}
	return identity.RequestAccess
}

// requireSignedIn rejects visitors before anything is loaded, so that they cannot learn which IDs exist.
func requireSignedIn(ctx context.Context) error {
	return identity.Require(ctx, identity.ManageOwnAccount)
}

// loadApplication loads an application for which the principal has the permission.
func (s *Service) loadApplication(ctx context.Context, permission identity.Permission, id ApplicationID) (Application, error) {
	if err := requireSignedIn(ctx); err != nil {
		return Application{}, err
	}
	return s.loadApplicationAs(ctx, permission, id, "application")
}

func (s *Service) loadApplicationAs(ctx context.Context, permission identity.Permission, id ApplicationID, noun string) (Application, error) {
	application, err := s.store.Application(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return Application{}, fault.Missing(noun)
	}
	if err != nil {
		return Application{}, err
	}
	if err := RequireOver(ctx, permission, application, noun); err != nil {
		return Application{}, err
	}
	if !application.DeletedAt.IsZero() && (noun == "application" || !mayAnywhere(ctx, identity.ViewAnyTeam)) {
		return Application{}, fault.Missing(noun)
	}
	return application, nil
}

// loadRequest loads a request for which the principal has the permission, and its application.
func (s *Service) loadRequest(ctx context.Context, permission identity.Permission, id RequestID) (Request, Application, error) {
	if err := requireSignedIn(ctx); err != nil {
		return Request{}, Application{}, err
	}
	request, err := s.store.Request(ctx, id)
	if err != nil {
		return Request{}, Application{}, err
	}
	application, err := s.loadApplicationAs(ctx, permission, request.Application, "request")
	return request, application, err
}

// loadSubscription loads a subscription for which the principal has the permission, and its application.
func (s *Service) loadSubscription(ctx context.Context, permission identity.Permission, id SubscriptionID) (Subscription, Application, error) {
	if err := requireSignedIn(ctx); err != nil {
		return Subscription{}, Application{}, err
	}
	subscription, err := s.store.Subscription(ctx, id)
	if err != nil {
		return Subscription{}, Application{}, err
	}
	application, err := s.loadApplicationAs(ctx, permission, subscription.Application, "subscription")
	if err != nil {
		return Subscription{}, Application{}, err
	}
	if !subscription.RemovedAt.IsZero() && !mayAnywhere(ctx, identity.ViewAnyTeam) {
		return Subscription{}, Application{}, fault.Missing("subscription")
	}
	return subscription, application, nil
}

// loadCredential loads a credential for which the principal has the permission, and its application.
func (s *Service) loadCredential(ctx context.Context, permission identity.Permission, id CredentialID) (Credential, Application, error) {
	if err := requireSignedIn(ctx); err != nil {
		return Credential{}, Application{}, err
	}
	credential, err := s.store.Credential(ctx, id)
	if err != nil {
		return Credential{}, Application{}, err
	}
	application, err := s.loadApplicationAs(ctx, permission, credential.Application, "credential")
	return credential, application, err
}

// changeSubscription changes a subscription for which the principal has the permission. It passes the stored state to
// the change while other changes of the team wait.
func (s *Service) changeSubscription(
	ctx context.Context, permission identity.Permission, id SubscriptionID,
	change func(ctx context.Context, subscription Subscription, application Application, plans planSet) (Subscription, error),
) (Subscription, error) {
	found, _, err := s.loadSubscription(ctx, permission, id)
	if err != nil {
		return Subscription{}, err
	}
	var changed Subscription
	err = s.change(ctx, found.Team, func(ctx context.Context) error {
		subscription, application, err := s.loadSubscription(ctx, permission, id)
		if err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		changed, err = change(ctx, subscription, application, plans)
		return err
	})
	if err != nil {
		return Subscription{}, err
	}
	return changed, nil
}

// changeCredential changes a credential for which the principal has the permission. It passes the stored state to the
// change while other changes of the team wait.
func (s *Service) changeCredential(
	ctx context.Context, permission identity.Permission, id CredentialID,
	change func(ctx context.Context, credential Credential, application Application) (IssuedCredential, error),
) (IssuedCredential, error) {
	found, _, err := s.loadCredential(ctx, permission, id)
	if err != nil {
		return IssuedCredential{}, err
	}
	var changed IssuedCredential
	err = s.change(ctx, found.Team, func(ctx context.Context) error {
		credential, application, err := s.loadCredential(ctx, permission, id)
		if err != nil {
			return err
		}
		changed, err = change(ctx, credential, application)
		return err
	})
	if err != nil {
		return IssuedCredential{}, err
	}
	return changed, nil
}

// scope limits which objects of which teams a principal may list.
type scope struct {
	team   identity.TeamID
	reader identity.AccountID
	staff  bool
}

// listing limits a list to what the principal may see. Staff see all teams. Members see their own team, but another
// member's own application only if they are an owner or admin.
func listing(ctx context.Context, team identity.TeamID) (scope, error) {
	if mayAnywhere(ctx, identity.ViewAnyTeam) {
		return scope{team: team, staff: true}, nil
	}
	principal := identity.From(ctx)
	if team.IsZero() {
		team = principal.Team
	}
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return scope{}, err
	}
	narrowed := scope{team: team}
	if principal.Role != identity.Owner && principal.Role != identity.Admin {
		narrowed.reader = principal.Account
	}
	return narrowed, nil
}

// changed tells the gateways that grants with these tags are stale.
func (s *Service) changed(ctx context.Context, tags ...event.Tag) error {
	return s.events.Changed(ctx, tags...)
}

func (s *Service) audit(ctx context.Context, action string, object event.Tag, team identity.TeamID, details map[string]string) error {
	return s.events.Audit(ctx, event.Audit{Action: action, Object: object, Team: team, Details: details})
}
