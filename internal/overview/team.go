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

// TeamPage is what the caller may see of one team. Long lists have only the newest items.
type TeamPage struct {
	Team    account.Team
	Members page.Page[account.TeamMember]
	// LastOwner is the only owner, who can neither leave nor change role; zero if there are several.
	LastOwner     identity.AccountID
	Invitations   []account.Invitation
	Applications  page.Page[access.Application]
	Subscriptions []SubscriptionUse
	// AllSubscriptions counts the subscriptions, WorkingKeys the keys that the gateway accepts.
	AllSubscriptions int
	WorkingKeys      int
	// Calls has the recent calls by day, today last.
	Calls []usage.DayCalls
	// Recent has the newest audit records of the team; empty for its members.
	Recent []event.Record
	// At is the time for which all of this is true.
	At time.Time
}

// OwnTeam is the team that the caller acts in, with their invitations. Team is zero if they are in no team.
type OwnTeam struct {
	Me   account.Me
	Team TeamPage
}

// OwnTeam returns the team that the caller acts in.
func (s *Service) OwnTeam(ctx context.Context, members page.Request) (OwnTeam, error) {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return OwnTeam{}, err
	}
	me, err := s.accounts.Me(ctx)
	if err != nil || me.Team.ID.IsZero() {
		return OwnTeam{Me: me}, err
	}
	team, err := s.TeamPage(ctx, me.Team.ID, members)
	return OwnTeam{Me: me, Team: team}, err
}

// TeamPage returns everything about one team, with a page of its members.
func (s *Service) TeamPage(ctx context.Context, wanted identity.TeamID, members page.Request) (TeamPage, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, wanted, "team"); err != nil {
		return TeamPage{}, err
	}
	shown := TeamPage{At: s.now()}
	var err error
	if shown.Team, err = s.accounts.Team(ctx, wanted); err != nil {
		return TeamPage{}, err
	}
	if shown.Members, err = s.accounts.MemberPage(ctx, wanted, members); err != nil {
		return TeamPage{}, err
	}
	if shown.LastOwner, err = s.accounts.LastOwner(ctx, wanted); err != nil {
		return TeamPage{}, err
	}
	if shown.Invitations, err = s.accounts.Invitations(ctx, wanted); err != nil {
		return TeamPage{}, err
	}
	if shown.Applications, err = s.access.Applications(ctx, access.ApplicationFilter{Team: wanted, Defaults: true}, page.Request{}); err != nil {
		return TeamPage{}, err
	}
	details, err := s.access.Subscriptions(ctx, access.SubscriptionFilter{Team: wanted}, page.Request{})
	if err != nil {
		return TeamPage{}, err
	}
	shown.AllSubscriptions = details.Total
	if shown.Subscriptions, err = s.usesOf(ctx, wanted, details.Items, shown.At); err != nil {
		return TeamPage{}, err
	}
	if shown.WorkingKeys, err = s.workingKeys(ctx, wanted, shown.At); err != nil {
		return TeamPage{}, err
	}
	calls, err := s.usage.DailyCalls(ctx, []identity.TeamID{wanted}, usage.DaysBack(shown.At, daysShown-1))
	if err != nil {
		return TeamPage{}, err
	}
	shown.Calls = calls[wanted]
	shown.Recent, err = s.recent(ctx, event.TrailFilter{Team: wanted})
	return shown, err
}

// workingKeys counts the team's keys that the caller may see and the gateway accepts.
func (s *Service) workingKeys(ctx context.Context, team identity.TeamID, now time.Time) (int, error) {
	keys, err := s.access.Credentials(ctx, access.CredentialFilter{Team: team, WorkingAt: now}, page.Request{Size: 1})
	return keys.Total, err
}

// TeamToDisable returns a team that the caller may disable, with what disabling it would stop.
func (s *Service) TeamToDisable(ctx context.Context, wanted identity.TeamID) (TeamPage, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return TeamPage{}, err
	}
	return s.TeamPage(ctx, wanted, page.Request{Size: 1})
}
