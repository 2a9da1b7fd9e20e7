package account

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Me is the caller with their teams. Team is the one that they act in; zero if there is none.
type Me struct {
	Account Account
	Teams   []Membership
	Team    Team
	// Invitations are the open invitations of the caller.
	Invitations []Invitation
}

// Me returns the caller's own account and teams.
func (s *Service) Me(ctx context.Context) (Me, error) {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return Me{}, err
	}
	principal := identity.From(ctx)
	account, err := s.store.Account(ctx, principal.Account)
	if err != nil {
		return Me{}, err
	}
	me := Me{Account: account.withoutSecret()}
	if me.Teams, err = s.store.Memberships(ctx, account.ID); err != nil {
		return Me{}, err
	}
	invitations, err := s.store.InvitationsTo(ctx, account.ID)
	if err != nil {
		return Me{}, err
	}
	me.Invitations = s.stillOpen(invitations)
	for _, membership := range me.Teams {
		if membership.Team.ID == principal.Team {
			me.Team = membership.Team
		}
	}
	return me, nil
}

// SwitchTeam makes one of the caller's sessions act in another of their teams.
func (s *Service) SwitchTeam(ctx context.Context, session SessionID, team identity.TeamID) error {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return err
	}
	caller := identity.From(ctx).Account
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.locked(ctx, caller); err != nil {
			return err
		}
		memberships, err := s.store.Memberships(ctx, caller)
		if err != nil {
			return err
		}
		for _, membership := range memberships {
			if membership.Team.ID == team {
				if err := s.store.SwitchSession(ctx, session, caller, team); err != nil {
					return err
				}
				return s.events.Audit(ctx, event.Audit{Action: "session.team_switched", Object: tagOf(caller), Team: team})
			}
		}
		return fault.Missing("team")
	})
}
