package account

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// AddToTeam adds the account with an e-mail address to a team. If the account is missing, it creates one with a set-up
// link.
func (s *Service) AddToTeam(ctx context.Context, in NewAccount) (Added, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Added{}, err
	}
	in, err := in.normalised()
	if err != nil {
		return Added{}, err
	}
	var added Added
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.lockAddress(ctx, in.Email); err != nil {
			return err
		}
		known, err := s.store.AccountByEmail(ctx, in.Email)
		if fault.Is(err, fault.NotFound) {
			added, err = s.AddAccount(ctx, in)
			return err
		}
		if err != nil {
			return err
		}
		added.Account = known.withoutSecret()
		return s.AddMember(ctx, known.ID, in.Team, in.Role)
	})
	return added, err
}

// AddMemberByName is AddMember for the team with this name.
func (s *Service) AddMemberByName(ctx context.Context, joining identity.AccountID, teamName string, role identity.Role) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	team, err := s.teamNamed(ctx, teamName)
	if err != nil {
		return err
	}
	return s.AddMember(ctx, joining, team.ID, role)
}

// teamNamed returns the team whose name was entered in a form.
func (s *Service) teamNamed(ctx context.Context, name string) (Team, error) {
	name = strings.TrimSpace(name)
	if err := fault.InvalidFields(refusedName("team_name", name)); err != nil {
		return Team{}, err
	}
	team, found, err := s.teamCalled(ctx, name)
	if err == nil && !found {
		err = fault.InvalidFields([]fault.Field{{Name: "team_name", Reason: "is not the name of a team; spell it as in the list of teams"}})
	}
	return team, err
}

// Move is the input of MoveMember.
type Move struct {
	Account identity.AccountID
	From    identity.TeamID
	// To is the name of the new team.
	To   string
	Role identity.Role
}

// MoveMember moves a member from one team to another. If the old team was their home team, the new one becomes it. The
// gateway refuses the keys of applications that they own in the old team.
func (s *Service) MoveMember(ctx context.Context, in Move) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	if !in.Role.Valid() {
		return fault.InvalidFields([]fault.Field{refusedRole()})
	}
	to, err := s.teamNamed(ctx, in.To)
	if err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.locked(ctx, in.Account)
		if err != nil {
			return asMissingMember(err)
		}
		if err := s.checkMove(ctx, account.ID, in.From, to.ID); err != nil {
			return err
		}
		if err := s.join(ctx, &account, to.ID, in.Role); err != nil {
			return err
		}
		if account.HomeTeam == in.From {
			account.HomeTeam = to.ID
			if err := s.store.SaveAccount(ctx, account); err != nil {
				return err
			}
		}
		if err := s.store.MoveSessions(ctx, account.ID, in.From, to.ID); err != nil {
			return err
		}
		return s.RemoveMember(ctx, account.ID, in.From)
	})
}

// checkMove locks both teams and returns an error unless the account is a member of from and not of to.
func (s *Service) checkMove(ctx context.Context, moved identity.AccountID, from, to identity.TeamID) error {
	order := []identity.TeamID{from, to}
	slices.SortFunc(order, func(a, b identity.TeamID) int { return bytes.Compare(a[:], b[:]) }) // a fixed lock order avoids deadlocks
	for _, team := range order {
		if _, err := s.lockedTeam(ctx, team); err != nil {
			return err
		}
	}
	memberships, err := s.store.Memberships(ctx, moved)
	if err != nil {
		return err
	}
	in := func(team identity.TeamID) bool {
		return slices.ContainsFunc(memberships, func(one Membership) bool { return one.Team.ID == team })
	}
	switch {
	case in(to):
		return memberAlready()
	case !in(from):
		return fault.Missing("member")
	}
	return nil
}

// SetHomeTeam sets the team for new sessions and for protocols that have no teams.
func (s *Service) SetHomeTeam(ctx context.Context, holder identity.AccountID, home identity.TeamID) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	return s.change(ctx, holder, "account.home_team_set", func(ctx context.Context, account *Account) error {
		if account.HomeTeam == home {
			return errUnchanged
		}
		memberships, err := s.store.Memberships(ctx, account.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(memberships, func(one Membership) bool { return one.Team.ID == home }) {
			return fault.Missing("member")
		}
		account.HomeTeam = home
		return s.events.Changed(ctx, event.TagOf(event.TagAccount, account.ID))
	})
}
