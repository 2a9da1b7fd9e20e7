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

// Departure is what it would mean that somebody goes: out of one team, or out of the portal. Of long lists it has the newest.
type Departure struct {
	Account account.Account
	// Team is the one that they leave, zero where they leave them all; Role is theirs in it.
	Team  account.Team
	Role  identity.Role
	Teams []account.Membership
	// Applications are their own, whose Closing keys are refused from then on.
	Applications page.Page[access.Application]
	Closing      page.Page[access.Credential]
	// Known are keys of the team that go on working although they have seen them: they want to be changed.
	Known page.Page[access.Credential]
	// At is the moment that everything here holds for.
	At time.Time
}

// Departure says what blocking or removing somebody would stop.
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

// DepartureFrom says what a member's leaving a team would stop; without an account it is the caller who leaves.
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
