package overview

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
)

// How much of each list is on the home page.
const (
	homeApplications = 6
	homeRequests     = 5
	homeStopped      = 5
	homeExpiring     = 5
	homeNews         = 5
)

// newsAge is how old news may be.
const newsAge = 90 * 24 * time.Hour

// Home is what the home page shows to someone who has signed in. Lists have only a few items.
type Home struct {
	// Me has no team if the caller acts in none; then there is nothing else except Waiting.
	Me account.Me
	// Waiting is how much waits for a decision, if the caller is staff.
	Waiting Waiting
	// Concerns are what needs the caller, the most urgent first.
	Concerns     []Concern
	Applications page.Page[ApplicationUse]
	// Calls counts the calls of each of the applications.
	Calls map[access.ApplicationID]ApplicationCalls
	// Access counts the approved subscriptions, Keys the working keys.
	Access, Keys int
	Usage        UsageToday
	Requests     page.Page[access.TeamRequest]
	// Expiring has the keys that expire soon, LastUsed when they were last used.
	Expiring page.Page[access.KeyLine]
	LastUsed map[access.CredentialID]time.Time
	News     []News
	// Quotas has the subscriptions of which the team has used half or more of a quota, with these quotas only.
	Quotas []QuotaUse
	At     time.Time
}

// News is a change of an API that the team has access to.
type News struct {
	catalog.Change
	// Called is the team's access to this version; zero if it only has access to another version of the API.
	Called access.CalledVersion
}

// Home returns the caller's home page in the team that they act in.
func (s *Service) Home(ctx context.Context) (Home, error) {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return Home{}, err
	}
	home := Home{At: s.now()}
	var err error
	if home.Me, err = s.accounts.Me(ctx); err != nil {
		return Home{}, err
	}
	principal := identity.From(ctx)
	if principal.MayAnywhere(identity.ViewAnyTeam) {
		if home.Waiting, err = s.Waiting(ctx); err != nil {
			return Home{}, err
		}
	}
	if principal.Team.IsZero() || !principal.May(identity.ViewTeam) {
		return home, nil
	}
	var stopped []access.TeamSubscription
	for _, load := range []func() error{
		func() error { return s.loadHomeLists(ctx, &home) },
		func() error { return s.loadHomeFigures(ctx, principal.Team, &home) },
		func() error { stopped, err = s.stopped(ctx); return err },
		func() error { home.News, err = s.news(ctx, home.At); return err },
		func() error { home.Quotas, err = s.nearing(ctx, principal.Team, home.At); return err },
	} {
		if err := load(); err != nil {
			return Home{}, err
		}
	}
	home.Concerns = concerns(home, stopped)
	return home, nil
}

func (s *Service) loadHomeLists(ctx context.Context, home *Home) (err error) {
	if home.Applications, err = s.TeamApplications(ctx, access.ApplicationFilter{}, page.Request{Size: homeApplications}); err != nil {
		return err
	}
	if home.Requests, err = s.access.TeamRequests(ctx, access.RequestFilter{}, page.Request{Size: homeRequests}); err != nil {
		return err
	}
	if home.Expiring, err = s.access.TeamExpiringKeys(ctx, page.Request{Size: homeExpiring}); err != nil {
		return err
	}
	home.LastUsed, err = s.lastUsed(ctx, home.Expiring.Items)
	return err
}

func (s *Service) loadHomeFigures(ctx context.Context, team identity.TeamID, home *Home) error {
	var err error
	if home.Access, err = s.access.TeamAccess(ctx); err != nil {
		return err
	}
	if home.Keys, err = s.workingKeys(ctx, team, home.At); err != nil {
		return err
	}
	if home.Usage, err = s.usageToday(ctx, team, access.ApplicationID{}, home.At); err != nil {
		return err
	}
	home.Calls, err = s.applicationCalls(ctx, team, home.Applications.Items, home.At)
	return err
}

// stopped lists the team's subscriptions that staff have suspended, revoked or rejected. It leaves out those of deleted
// applications.
func (s *Service) stopped(ctx context.Context) ([]access.TeamSubscription, error) {
	var all []access.TeamSubscription
	for _, state := range []access.SubscriptionState{access.Suspended, access.Revoked, access.Rejected} {
		filter := access.SubscriptionFilter{States: []access.SubscriptionState{state}}
		found, err := s.access.TeamSubscriptions(ctx, filter, page.Request{Size: homeStopped})
		if err != nil {
			return nil, err
		}
		all = append(all, found.Items...)
	}
	return slices.DeleteFunc(all, func(one access.TeamSubscription) bool {
		return !one.Application.DeletedAt.IsZero() || !one.Subscription.ClearedAt.IsZero()
	}), nil
}

// news lists the changes of the APIs that the team has access to. A deprecated version that the team calls stays in the
// list.
func (s *Service) news(ctx context.Context, now time.Time) ([]News, error) {
	changes, err := s.catalog.Changes(ctx)
	if err != nil || len(changes) == 0 {
		return nil, err
	}
	var products []catalog.ProductID
	for _, change := range changes {
		if !slices.Contains(products, change.Product.ID) {
			products = append(products, change.Product.ID)
		}
	}
	called, err := s.access.CalledVersions(ctx, products)
	if err != nil {
		return nil, err
	}
	return newsOf(changes, called, now), nil
}

func newsOf(changes []catalog.Change, called []access.CalledVersion, now time.Time) []News {
	var news []News
	for _, change := range changes {
		one := News{Change: change}
		if at := slices.IndexFunc(called, func(c access.CalledVersion) bool { return c.Version == change.Version.ID }); at >= 0 {
			one.Called = called[at]
		}
		ofProduct := slices.ContainsFunc(called, func(c access.CalledVersion) bool { return c.Product == change.Product.ID })
		recent := now.Sub(change.At) <= newsAge
		switch change.Kind {
		case catalog.VersionDeprecated:
			if one.Called.Applications == 0 {
				continue
			}
		case catalog.VersionPublished:
			if !recent || !ofProduct {
				continue
			}
		case catalog.VersionDescribed:
			if !recent || one.Called.Applications == 0 {
				continue
			}
		}
		news = append(news, one)
	}
	return news[:min(len(news), homeNews)]
}
