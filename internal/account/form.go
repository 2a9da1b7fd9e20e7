package account

import (
	"context"

	"github.com/portico-api/portico/internal/identity"
)

// MayAdd returns an error if the caller may not add people and teams.
func (s *Service) MayAdd(ctx context.Context) error {
	return identity.Require(ctx, identity.ManagePeople)
}

// PersonToChange returns a person whose roles, teams and sessions the caller may change.
func (s *Service) PersonToChange(ctx context.Context, wanted identity.AccountID) (PersonDetail, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return PersonDetail{}, err
	}
	return s.Person(ctx, wanted)
}

// PersonToReject returns a person whose sign-up the caller may reject.
func (s *Service) PersonToReject(ctx context.Context, wanted identity.AccountID) (Account, error) {
	if err := identity.Require(ctx, identity.DecideRequests); err != nil {
		return Account{}, err
	}
	return s.Account(ctx, wanted)
}

// TeamToFill returns a team that the caller may add people to without an invitation.
func (s *Service) TeamToFill(ctx context.Context, wanted identity.TeamID) (Team, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Team{}, err
	}
	return s.Team(ctx, wanted)
}

// TeamToRename returns a team that the caller may rename.
func (s *Service) TeamToRename(ctx context.Context, wanted identity.TeamID) (Team, error) {
	if err := identity.RequireIn(ctx, identity.ManageTeam, wanted, "team"); err != nil {
		return Team{}, err
	}
	return s.Team(ctx, wanted)
}

// InvitationForm is what the caller chooses from to invite someone to a team.
type InvitationForm struct {
	Team  Team
	Roles []identity.Role
}

// InvitationForm returns a team that the caller may invite to, with the roles to choose from.
func (s *Service) InvitationForm(ctx context.Context, team identity.TeamID) (InvitationForm, error) {
	if err := identity.RequireIn(ctx, identity.ManageMembers, team, "team"); err != nil {
		return InvitationForm{}, err
	}
	found, err := s.Team(ctx, team)
	return InvitationForm{Team: found, Roles: rolesToGive(ctx, team)}, err
}

// RoleForm is what the caller chooses from to change a member's role.
type RoleForm struct {
	Member TeamMember
	Roles  []identity.Role
}

// RoleForm returns a member whose role the caller may change, with the roles to choose from.
func (s *Service) RoleForm(ctx context.Context, team identity.TeamID, wanted identity.AccountID) (RoleForm, error) {
	if err := identity.RequireIn(ctx, identity.ManageMembers, team, "team"); err != nil {
		return RoleForm{}, err
	}
	member, err := s.Member(ctx, team, wanted)
	return RoleForm{Member: member, Roles: rolesToGive(ctx, team)}, err
}

// rolesToGive lists the roles that the caller may give in the team, the most usual first.
func rolesToGive(ctx context.Context, team identity.TeamID) []identity.Role {
	roles := []identity.Role{identity.Member, identity.Viewer, identity.Admin}
	if identity.RequireIn(ctx, identity.ManageTeam, team, "team") == nil {
		roles = append(roles, identity.Owner)
	}
	return roles
}
