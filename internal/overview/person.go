package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/usage"
)

// daysShown are how many days of calls the pages of people and teams tell, the present one included.
const daysShown = 7

// PersonPage is everything about one person, for staff. Of long lists it has the newest.
type PersonPage struct {
	Person account.PersonDetail
	// Applications are their own, not those of their teams; Subscriptions are those of these applications.
	Applications  page.Page[access.Application]
	Subscriptions page.Page[access.SubscriptionDetail]
	// Known are the working keys of teams whose secret they have seen.
	Known page.Page[access.Credential]
	// Calls are what was counted for their teams lately.
	Calls map[identity.TeamID][]usage.DayCalls
	// About and By are the newest of what was done to them, and by them.
	About, By []event.Record
	// At is the moment that everything here holds for.
	At time.Time
}

// PersonPage returns everything about one person.
func (s *Service) PersonPage(ctx context.Context, wanted identity.AccountID) (PersonPage, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return PersonPage{}, err
	}
	shown := PersonPage{At: s.now()}
	var err error
	if shown.Person, err = s.accounts.Person(ctx, wanted); err != nil {
		return PersonPage{}, err
	}
	if shown.Applications, err = s.access.Applications(ctx, access.ApplicationFilter{Account: wanted, Defaults: true}, page.Request{}); err != nil {
		return PersonPage{}, err
	}
	if shown.Subscriptions, err = s.access.Subscriptions(ctx, access.SubscriptionFilter{Account: wanted}, page.Request{}); err != nil {
		return PersonPage{}, err
	}
	if shown.Known, err = s.known(ctx, identity.TeamID{}, wanted, shown.At); err != nil {
		return PersonPage{}, err
	}
	if shown.Calls, err = s.usage.DailyCalls(ctx, teamsOf(shown.Person.Teams), usage.DaysBack(shown.At, daysShown-1)); err != nil {
		return PersonPage{}, err
	}
	if shown.About, err = s.recent(ctx, event.TrailFilter{Object: event.TagOf(event.TagAccount, wanted)}); err != nil {
		return PersonPage{}, err
	}
	shown.By, err = s.recent(ctx, event.TrailFilter{Actor: wanted})
	return shown, err
}

func teamsOf(memberships []account.Membership) []identity.TeamID {
	teams := make([]identity.TeamID, len(memberships))
	for i, membership := range memberships {
		teams[i] = membership.Team.ID
	}
	return teams
}

// known are the working keys of team applications that somebody has made or was shown; without a team, of all teams.
func (s *Service) known(ctx context.Context, team identity.TeamID, to identity.AccountID, now time.Time) (page.Page[access.Credential], error) {
	return s.access.Credentials(ctx, access.CredentialFilter{Team: team, KnownTo: to, TeamOwned: true, WorkingAt: now}, page.Request{})
}
