package account

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// Teams lists teams by name; the search looks at names.
func (s *Service) Teams(ctx context.Context, search string, request page.Request) (page.Page[Team], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[Team]{}, err
	}
	return s.store.Teams(ctx, search, request)
}

// Team returns one team.
func (s *Service) Team(ctx context.Context, wanted identity.TeamID) (Team, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, wanted, "team"); err != nil {
		return Team{}, err
	}
	return s.store.Team(ctx, wanted)
}

// Members lists the members of a team, the oldest first.
func (s *Service) Members(ctx context.Context, team identity.TeamID) ([]TeamMember, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return nil, err
	}
	if _, err := s.store.Team(ctx, team); err != nil {
		return nil, err
	}
	return s.store.Members(ctx, team)
}

// AddTeam makes a team without members; AddAccount and AddMember fill it.
func (s *Service) AddTeam(ctx context.Context, name string) (Team, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Team{}, err
	}
	name = strings.TrimSpace(name)
	if err := fault.InvalidFields(refusedName("name", name)); err != nil {
		return Team{}, err
	}
	var made Team
	err := s.store.InTx(ctx, func(ctx context.Context) (err error) {
		made, err = s.saveNewTeam(ctx, name)
		return err
	})
	return made, err
}

func (s *Service) saveNewTeam(ctx context.Context, name string) (Team, error) {
	team := Team{ID: id.New[identity.TeamID](s.now()), Name: name, CreatedAt: s.now()}
	if err := s.store.SaveTeam(ctx, team); err != nil {
		return Team{}, err
	}
	return team, s.auditTeam(ctx, "team.added", team.ID, map[string]string{"name": name})
}

// RenameTeam gives a team another name.
func (s *Service) RenameTeam(ctx context.Context, renamed identity.TeamID, name string) error {
	if err := identity.RequireIn(ctx, identity.ManageTeam, renamed, "team"); err != nil {
		return err
	}
	name = strings.TrimSpace(name)
	if err := fault.InvalidFields(refusedName("name", name)); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		team, err := s.lockedTeam(ctx, renamed)
		if err != nil {
			return err
		}
		before := team.Name
		team.Name = name
		if err := s.store.SaveTeam(ctx, team); err != nil {
			return err
		}
		return s.auditTeam(ctx, "team.renamed", team.ID, map[string]string{"name": name, "before": before})
	})
}

// SetTeamDisabled closes all keys of a team at the gateway, or opens them again.
func (s *Service) SetTeamDisabled(ctx context.Context, changed identity.TeamID, disabled bool) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		team, err := s.lockedTeam(ctx, changed)
		if err != nil || team.Disabled == disabled {
			return err
		}
		team.Disabled = disabled
		return s.saveDisabled(ctx, team)
	})
}

// AddMember lets a person who has an account join another team. Only staff may: an invitation by a team's owner needs the
// word of the one who is invited, or it would tell the owner who has an account here.
func (s *Service) AddMember(ctx context.Context, joining identity.AccountID, team identity.TeamID, role identity.Role) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	if !role.Valid() {
		return fault.InvalidFields([]fault.Field{refusedRole()})
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.locked(ctx, joining)
		if err != nil {
			return err
		}
		members, err := s.lockedMembers(ctx, team)
		if err != nil {
			return err
		}
		if memberOf(members, account.ID) >= 0 {
			return fault.New(fault.Conflict, "member_already", "This account is a member of the team already.")
		}
		if account.HomeTeam.IsZero() {
			account.HomeTeam = team
			if err := s.store.SaveAccount(ctx, account); err != nil {
				return err
			}
		}
		if err := s.store.SaveMember(ctx, Member{Account: account.ID, Team: team, Role: role, JoinedAt: s.now()}); err != nil {
			return err
		}
		if err := s.events.Changed(ctx, tagOf(account.ID)); err != nil { // the applications that they own in the team
			return err
		}
		return s.auditMember(ctx, "member.added", account.ID, team, role)
	})
}

// SetRole gives a member another role. Only who may manage the team itself makes owners, or makes them less.
func (s *Service) SetRole(ctx context.Context, changed identity.AccountID, team identity.TeamID, role identity.Role) error {
	if err := identity.RequireIn(ctx, identity.ManageMembers, team, "team"); err != nil {
		return err
	}
	if !role.Valid() {
		return fault.InvalidFields([]fault.Field{refusedRole()})
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		members, err := s.lockedMembers(ctx, team)
		if err != nil {
			return err
		}
		at := memberOf(members, changed)
		if at < 0 {
			return fault.Missing("member")
		}
		member := members[at].Member
		if role == identity.Owner || member.Role == identity.Owner {
			if err := identity.RequireIn(ctx, identity.ManageTeam, team, "team"); err != nil {
				return err
			}
		}
		if role != identity.Owner {
			if err := refuseLastOwner(Team{ID: team}, members, changed); err != nil {
				return err
			}
		}
		member.Role = role
		if err := s.store.SaveMember(ctx, member); err != nil {
			return err
		}
		if err := s.events.Changed(ctx, tagOf(changed)); err != nil { // the tickets that they hold
			return err
		}
		return s.auditMember(ctx, "member.role_set", changed, team, role)
	})
}

// RemoveMember takes a member out of a team, or lets the caller leave it. The applications that the member owns there are
// closed at the gateway when it returns.
func (s *Service) RemoveMember(ctx context.Context, leaving identity.AccountID, team identity.TeamID) error {
	if err := requireToRemove(ctx, leaving, team); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.locked(ctx, leaving)
		if err != nil {
			return asMissingMember(err)
		}
		members, err := s.lockedMembers(ctx, team)
		if err != nil {
			return err
		}
		at := memberOf(members, leaving)
		if at < 0 {
			return fault.Missing("member")
		}
		if members[at].Role == identity.Owner && identity.From(ctx).Account != leaving {
			if err := identity.RequireIn(ctx, identity.ManageTeam, team, "team"); err != nil {
				return err
			}
		}
		if err := refuseLastOwner(Team{ID: team}, members, leaving); err != nil {
			return err
		}
		if err := s.store.DeleteMember(ctx, leaving, team); err != nil {
			return err
		}
		if err := s.leaveSessions(ctx, account, team); err != nil {
			return err
		}
		if err := s.events.Changed(ctx, tagOf(leaving)); err != nil {
			return err
		}
		return s.auditMember(ctx, "member.removed", leaving, team, members[at].Role)
	})
}

// leaveSessions lets the sessions and the home of somebody who left a team be in another of their teams, or in none.
func (s *Service) leaveSessions(ctx context.Context, account Account, left identity.TeamID) error {
	if account.HomeTeam == left {
		account.HomeTeam = identity.TeamID{}
	}
	next, err := s.startingTeam(ctx, account)
	if err != nil {
		return err
	}
	if account.HomeTeam.IsZero() {
		account.HomeTeam = next
		if err := s.store.SaveAccount(ctx, account); err != nil {
			return err
		}
	}
	return s.store.MoveSessions(ctx, account.ID, left, next)
}

func requireToRemove(ctx context.Context, leaving identity.AccountID, team identity.TeamID) error {
	if principal := identity.From(ctx); !principal.Account.IsZero() && principal.Account == leaving {
		return identity.Require(ctx, identity.ManageOwnAccount)
	}
	return identity.RequireIn(ctx, identity.ManageMembers, team, "team")
}

func asMissingMember(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.Missing("member")
	}
	return err
}

func (s *Service) lockedMembers(ctx context.Context, team identity.TeamID) ([]TeamMember, error) {
	if _, err := s.lockedTeam(ctx, team); err != nil {
		return nil, err
	}
	return s.store.Members(ctx, team)
}

func memberOf(members []TeamMember, account identity.AccountID) int {
	return slices.IndexFunc(members, func(member TeamMember) bool { return member.Account == account })
}

// refuseLastOwner refuses what would leave a team without an owner who can act.
func refuseLastOwner(team Team, members []TeamMember, leaving identity.AccountID) error {
	leavingOwner := false
	for _, member := range members {
		if member.Role != identity.Owner {
			continue
		}
		if member.Account != leaving && member.State != Blocked {
			return nil
		}
		leavingOwner = leavingOwner || member.Account == leaving
	}
	if !leavingOwner {
		return nil
	}
	which := "this team"
	if team.Name != "" {
		which = "the team " + team.Name
	}
	return fault.Newf(fault.Precondition, "last_owner", "This is the last owner of %s. Make another member its owner first.", which)
}

func (s *Service) auditTeam(ctx context.Context, action string, team identity.TeamID, details map[string]string) error {
	return s.events.Audit(ctx, event.Audit{Action: action, Object: event.TagOf(event.TagTeam, team), Team: team, Details: details})
}

func (s *Service) auditMember(ctx context.Context, action string, account identity.AccountID, team identity.TeamID, role identity.Role) error {
	return s.events.Audit(ctx, event.Audit{Action: action, Object: tagOf(account), Team: team, Details: map[string]string{"role": string(role)}})
}
