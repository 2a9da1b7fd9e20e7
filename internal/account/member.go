package account

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// Members lists the members of a team, oldest first.
func (s *Service) Members(ctx context.Context, team identity.TeamID) ([]TeamMember, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return nil, err
	}
	if _, err := s.store.Team(ctx, team); err != nil {
		return nil, err
	}
	return s.store.Members(ctx, team)
}

// MemberPage returns a page of the team's members, oldest first.
func (s *Service) MemberPage(ctx context.Context, team identity.TeamID, request page.Request) (page.Page[TeamMember], error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return page.Page[TeamMember]{}, err
	}
	return s.store.MemberPage(ctx, team, request)
}

// LastOwner returns the only active owner, who cannot leave or change role; zero if there are several.
func (s *Service) LastOwner(ctx context.Context, team identity.TeamID) (identity.AccountID, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return identity.AccountID{}, err
	}
	owners, err := s.store.Owners(ctx, team)
	for _, owner := range owners {
		if owner.State != Blocked && refuseLastOwner(Team{ID: team}, owners, owner.Account) != nil {
			return owner.Account, nil
		}
	}
	return identity.AccountID{}, err
}

// Member returns one member of a team.
func (s *Service) Member(ctx context.Context, team identity.TeamID, wanted identity.AccountID) (TeamMember, error) {
	members, err := s.Members(ctx, team)
	if err != nil {
		return TeamMember{}, err
	}
	at := memberOf(members, wanted)
	if at < 0 {
		return TeamMember{}, fault.Missing("member")
	}
	return members[at], nil
}

// AddMember adds an account to another team. Only staff may: an owner sends an invitation instead, so that the answer
// does not reveal who has an account.
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
		if err := refuseTwice(members, account.ID); err != nil {
			return err
		}
		return s.join(ctx, &account, team, role)
	})
}

func refuseTwice(members []TeamMember, joining identity.AccountID) error {
	if memberOf(members, joining) >= 0 {
		return memberAlready()
	}
	return nil
}

func memberAlready() error {
	return fault.New(fault.Conflict, "member_already", "This account is already a member of the team.")
}

// join makes a locked account a member of a team and deletes its invitation to that team.
func (s *Service) join(ctx context.Context, account *Account, team identity.TeamID, role identity.Role) error {
	if account.HomeTeam.IsZero() {
		account.HomeTeam = team
		if err := s.store.SaveAccount(ctx, *account); err != nil {
			return err
		}
	}
	if err := s.store.SaveMember(ctx, Member{Account: account.ID, Team: team, Role: role, JoinedAt: s.now()}); err != nil {
		return err
	}
	if err := s.forgetInvitation(ctx, account.ID, team); err != nil {
		return err
	}
	if err := s.events.Changed(ctx, tagOf(account.ID)); err != nil { // for the applications that they own in the team
		return err
	}
	return s.auditMember(ctx, "member.added", account.ID, team, map[string]string{"email": account.Email, "role": string(role)})
}

// SetRole changes the role of a member. Granting or removing the role owner needs permission to manage the team itself.
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
		before := member.Role
		if before == role {
			return nil
		}
		member.Role = role
		if err := s.store.SaveMember(ctx, member); err != nil {
			return err
		}
		if err := s.events.Changed(ctx, tagOf(changed)); err != nil { // for the temporary keys that they hold
			return err
		}
		return s.auditMember(ctx, "member.role_set", changed, team, event.Note(
			map[string]string{"email": members[at].Email}, event.Difference{Name: "role", Before: string(before), After: string(role)},
		))
	})
}

// RemoveMember removes a member from a team, or lets the caller leave it. When it returns, the gateway refuses the keys
// of the applications that the member owns there.
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
		return s.auditMember(ctx, "member.removed", leaving, team, map[string]string{
			"email": members[at].Email, "role": string(members[at].Role),
		})
	})
}

// leaveSessions moves the sessions and the home team of a former member to another of their teams, or to none.
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

// refuseLastOwner returns an error if the team would have no active owner without the leaving account.
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
	return fault.Newf(fault.Precondition, "last_owner", "This is the last owner of %s. Make another member an owner first.", which)
}

func (s *Service) auditMember(ctx context.Context, action string, account identity.AccountID, team identity.TeamID, details map[string]string) error {
	return s.events.Audit(ctx, event.Audit{Action: action, Object: tagOf(account), Team: team, Details: details})
}
