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

// daysShown is how many days of calls the pages of people and teams show, including today.
const daysShown = 7

// PersonPage is what staff see of one person. Long lists have only the newest items.
type PersonPage struct {
	Person account.PersonDetail
	// Applications lists those that the person owns, Subscriptions those of these applications.
	Applications  page.Page[access.Application]
	Subscriptions page.Page[access.SubscriptionDetail]
	// Known lists the working keys of teams that the person has seen.
	Known page.Page[access.Credential]
	// Calls has the recent calls of the person's teams by day.
	Calls map[identity.TeamID][]usage.DayCalls
	// About has the newest records about the person, By the newest of what they did.
	About, By []event.Record
	// At is the time for which all of this is true.
	At time.Time
}

// PersonPage returns what staff see of one person.
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

// known lists the working keys of team applications that a person has created or seen; a zero team means all teams.
func (s *Service) known(ctx context.Context, team identity.TeamID, to identity.AccountID, now time.Time) (page.Page[access.Credential], error) {
	return s.access.Credentials(ctx, access.CredentialFilter{Team: team, KnownTo: to, TeamOwned: true, WorkingAt: now}, page.Request{})
}
