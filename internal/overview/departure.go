package overview

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// Departure says what stops working if a person leaves a team or the portal. Long lists have only the newest items.
type Departure struct {
	Account account.Account
	// Team is the team that the person leaves, zero if they leave the portal; Role is their role in it.
	Team  account.Team
	Role  identity.Role
	Teams []account.Membership
	// Applications lists the applications that the person owns, Closing the keys of these, which will be refused.
	Applications page.Page[access.Application]
	Closing      page.Page[access.Credential]
	// Known lists the team's working keys that the person has seen and that should therefore be replaced.
	Known page.Page[access.Credential]
	// At is the time for which all of this is true.
	At time.Time
}

// Departure returns what blocking or removing a person would stop.
func (s *Service) Departure(ctx context.Context, leaving identity.AccountID) (Departure, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Departure{}, err
	}
	person, err := s.accounts.Person(ctx, leaving)
	if err != nil {
		return Departure{}, err
	}
	if person.State == account.Removed {
		return Departure{}, fault.Missing("account")
	}
	return s.withLosses(ctx, Departure{Account: person.Account, Teams: person.Teams})
}

// DepartureFrom returns what would stop if a member, who may be the caller, left a team.
func (s *Service) DepartureFrom(ctx context.Context, team identity.TeamID, leaving identity.AccountID) (Departure, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return Departure{}, err
	}
	if leaving != identity.From(ctx).Account {
		if err := identity.RequireIn(ctx, identity.ManageMembers, team, "team"); err != nil {
			return Departure{}, err
		}
	}
	found, err := s.accounts.Team(ctx, team)
	if err != nil {
		return Departure{}, err
	}
	member, err := s.accounts.Member(ctx, team, leaving)
	if err != nil {
		return Departure{}, err
	}
	return s.withLosses(ctx, Departure{
		Account: account.Account{ID: member.Account, Email: member.Email, Name: member.Name, State: member.State}, Team: found, Role: member.Role,
	})
}

func (s *Service) withLosses(ctx context.Context, departure Departure) (Departure, error) {
	departure.At = s.now()
	leaving, team := departure.Account.ID, departure.Team.ID
	var err error
	departure.Applications, err = s.access.Applications(ctx, access.ApplicationFilter{Team: team, Account: leaving, Defaults: true}, page.Request{})
	if err != nil {
		return Departure{}, err
	}
	own := make([]access.ApplicationID, len(departure.Applications.Items))
	for i, application := range departure.Applications.Items {
		own[i] = application.ID
	}
	if len(own) > 0 {
		closing := access.CredentialFilter{Team: team, Applications: own, WorkingAt: departure.At}
		if departure.Closing, err = s.access.Credentials(ctx, closing, page.Request{}); err != nil {
			return Departure{}, err
		}
	}
	departure.Known, err = s.known(ctx, team, leaving, departure.At)
	return departure, err
}
