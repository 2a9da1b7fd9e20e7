package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// Landings is the part of the store that the landing pages of members and staff need.
type Landings interface {
	// ExpiringCredentials lists keys that work until they expire, the soonest first. Tickets and rotated keys are left
	// out.
	ExpiringCredentials(ctx context.Context, filter ExpiringFilter, request page.Request) (page.Page[Credential], error)
	// CountAccess counts the approved subscriptions of a team.
	CountAccess(ctx context.Context, team identity.TeamID, reader identity.AccountID, at time.Time) (int, error)
	// CalledVersions lists the versions that approved subscriptions open, those with the most applications first.
	CalledVersions(ctx context.Context, filter CalledFilter) ([]CalledVersion, error)
}

// ExpiringFilter narrows a list of keys that expire; zero fields do not narrow.
type ExpiringFilter struct {
	Team identity.TeamID
	// Reader excludes what other members own.
	Reader identity.AccountID
	// After and Until bound the time at which the keys expire.
	After, Until time.Time
}

// ExpiringKeys lists the keys of all teams that expire within 30 days, the soonest first.
func (s *Service) ExpiringKeys(ctx context.Context, request page.Request) (page.Page[KeyLine], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[KeyLine]{}, err
	}
	return s.expiringKeys(ctx, scope{}, request)
}

// TeamExpiringKeys is ExpiringKeys for the team that the caller acts in. A caller without a team gets an empty list.
func (s *Service) TeamExpiringKeys(ctx context.Context, request page.Request) (page.Page[KeyLine], error) {
	narrowed, err := ownListing(ctx)
	if err != nil || narrowed.team.IsZero() {
		return page.Page[KeyLine]{}, err
	}
	return s.expiringKeys(ctx, narrowed, request)
}

func (s *Service) expiringKeys(ctx context.Context, narrowed scope, request page.Request) (page.Page[KeyLine], error) {
	now := s.now()
	filter := ExpiringFilter{Team: narrowed.team, Reader: narrowed.reader, After: now, Until: now.Add(expiringWithin)}
	found, err := s.store.ExpiringCredentials(ctx, filter, request)
	if err != nil {
		return page.Page[KeyLine]{}, err
	}
	lines, err := s.keyLines(ctx, found.Items)
	return page.Page[KeyLine]{Items: lines, Total: found.Total}, err
}

// TeamSubscription is a subscription as its own team sees it, without its keys.
type TeamSubscription struct {
	// Subscription has its current state.
	Subscription Subscription
	Application  Application
	// Release is the version of a registration; zero if the subscription is for a whole plan.
	Release Release
	// Plan is the name of the plan, empty if it is no longer published.
	Plan string
}

// TeamSubscriptions lists the subscriptions of the team that the caller acts in, the newest first. A caller without a
// team gets an empty list.
func (s *Service) TeamSubscriptions(ctx context.Context, filter SubscriptionFilter, request page.Request) (page.Page[TeamSubscription], error) {
	narrowed, err := ownListing(ctx)
	if err != nil || narrowed.team.IsZero() {
		return page.Page[TeamSubscription]{}, err
	}
	filter.Team, filter.Reader, filter.At, filter.Removed = narrowed.team, narrowed.reader, s.now(), false
	found, err := s.store.Subscriptions(ctx, filter, request)
	if err != nil {
		return page.Page[TeamSubscription]{}, err
	}
	items, err := s.teamSubscriptions(ctx, narrowed.team, found.Items)
	return page.Page[TeamSubscription]{Items: items, Total: found.Total}, err
}

func (s *Service) teamSubscriptions(ctx context.Context, team identity.TeamID, subscriptions []Subscription) ([]TeamSubscription, error) {
	if len(subscriptions) == 0 {
		return nil, nil
	}
	var named Named
	for _, one := range subscriptions {
		named.Plans = append(named.Plans, one.Plan)
	}
	names, err := s.store.Names(ctx, named)
	if err != nil {
		return nil, err
	}
	applications, err := s.store.ApplicationsByID(ctx, ofEach(subscriptions, func(one Subscription) ApplicationID { return one.Application }))
	if err != nil {
		return nil, err
	}
	releases, err := s.shownReleases(ctx, team, ofEach(subscriptions, func(one Subscription) catalog.VersionID { return one.Version }))
	read := make([]TeamSubscription, len(subscriptions))
	for i, one := range subscriptions {
		read[i] = TeamSubscription{
			Subscription: currently(one, s.now()), Application: applications[one.Application], Release: releases[one.Version], Plan: names.Plans[one.Plan],
		}
	}
	return read, err
}

// TeamAccess counts the approved subscriptions of the team that the caller acts in.
func (s *Service) TeamAccess(ctx context.Context) (int, error) {
	narrowed, err := ownListing(ctx)
	if err != nil || narrowed.team.IsZero() {
		return 0, err
	}
	return s.store.CountAccess(ctx, narrowed.team, narrowed.reader, s.now())
}

// CalledFilter narrows a list of called versions; the service fills in all but Products.
type CalledFilter struct {
	Team     identity.TeamID
	Reader   identity.AccountID
	Products []catalog.ProductID
	At       time.Time
}

// CalledVersion is a version that a team has access to.
type CalledVersion struct {
	Product catalog.ProductID
	Version catalog.VersionID
	// Applications counts the applications with access, Application is the name of one of them.
	Applications int
	Application  string
}

// CalledVersions lists the versions of these products that the caller's current team can call.
func (s *Service) CalledVersions(ctx context.Context, products []catalog.ProductID) ([]CalledVersion, error) {
	narrowed, err := ownListing(ctx)
	if err != nil || narrowed.team.IsZero() || len(products) == 0 {
		return nil, err
	}
	return s.store.CalledVersions(ctx, CalledFilter{Team: narrowed.team, Reader: narrowed.reader, Products: products, At: s.now()})
}

// KeySchemes returns how keys for a version are sent in each of its environments, and in which of them a visitor can
// get a temporary key. None of this is secret, so it requires no permission.
func (s *Service) KeySchemes(ctx context.Context, of catalog.Version) (Calling, error) {
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return Calling{}, err
	}
	return callingFor(ctx, plans, of), nil
}
