package account

import (
	"bytes"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// Person is somebody with their teams.
type Person struct {
	Account
	Teams []Membership
}

// People is a page of them, beside how many sign-ups wait for staff.
type People struct {
	page.Page[Person]
	Waiting int
}

// Accounts lists people by address.
func (s *Service) Accounts(ctx context.Context, filter AccountFilter, request page.Request) (People, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return People{}, err
	}
	if err := filter.validate(); err != nil {
		return People{}, err
	}
	found, err := s.store.Accounts(ctx, filter, request)
	if err != nil {
		return People{}, err
	}
	waiting, err := s.store.WaitingSignUps(ctx)
	if err != nil {
		return People{}, err
	}
	ids := make([]identity.AccountID, len(found.Items))
	for i, one := range found.Items {
		ids[i] = one.ID
	}
	teams, err := s.store.MembershipsOf(ctx, ids)
	people := People{Page: page.Page[Person]{Items: make([]Person, len(found.Items)), Total: found.Total}, Waiting: waiting}
	for i, one := range found.Items {
		people.Items[i] = Person{Account: one.withoutSecret(), Teams: teams[one.ID]}
	}
	return people, err
}

// Account returns one person; everybody may see themselves.
func (s *Service) Account(ctx context.Context, wanted identity.AccountID) (Account, error) {
	if err := requireOver(ctx, identity.ViewAnyTeam, wanted); err != nil {
		return Account{}, err
	}
	account, err := s.store.Account(ctx, wanted)
	return account.withoutSecret(), err
}

// requireOver answers nil where the principal may do this to the account: their own, or everybody's by the permission.
func requireOver(ctx context.Context, permission identity.Permission, account identity.AccountID) error {
	if principal := identity.From(ctx); !principal.Account.IsZero() && principal.Account == account {
		return identity.Require(ctx, identity.ManageOwnAccount)
	}
	return identity.Require(ctx, permission)
}

// Block keeps somebody out: their sessions end, their set-up links die and the keys of the applications they own are
// refused, all when it returns.
func (s *Service) Block(ctx context.Context, blocked identity.AccountID) error {
	if err := requireOverOthers(ctx, blocked); err != nil {
		return err
	}
	return s.change(ctx, blocked, "account.blocked", func(ctx context.Context, account *Account) error {
		if account.State == Blocked {
			return errUnchanged
		}
		if account.State == Pending || account.State == Rejected {
			return fault.New(fault.Precondition, "not_approved", "This sign-up was not approved, so nobody can come in with it. Reject it, or remove it.")
		}
		account.State = Blocked
		return s.shutOut(ctx, account.ID)
	})
}

// Unblock lets somebody in again, as they were before.
func (s *Service) Unblock(ctx context.Context, blocked identity.AccountID) error {
	if err := requireOverOthers(ctx, blocked); err != nil {
		return err
	}
	return s.change(ctx, blocked, "account.unblocked", func(ctx context.Context, account *Account) error {
		if account.State != Blocked {
			return fault.New(fault.Precondition, "not_blocked", "This account is not blocked.")
		}
		account.State = Active
		if account.PasswordHash == "" {
			account.State = Invited
		}
		return s.events.Changed(ctx, tagOf(account.ID))
	})
}

// Remove takes somebody out for good. A tombstone with the name stays, the address may be used again. Who is the only
// owner of a team with other members cannot go; a team that nobody is left in is disabled, or its keys would go on working
// with nobody to answer for them.
func (s *Service) Remove(ctx context.Context, removed identity.AccountID) error {
	if err := requireOverOthers(ctx, removed); err != nil {
		return err
	}
	return s.change(ctx, removed, "account.removed", func(ctx context.Context, account *Account) error {
		memberships, err := s.store.Memberships(ctx, account.ID)
		if err != nil {
			return err
		}
		slices.SortFunc(memberships, func(a, b Membership) int { return bytes.Compare(a.Team.ID[:], b.Team.ID[:]) }) // everybody locks in this order
		for _, membership := range memberships {
			if err := s.leaveForGood(ctx, account.ID, membership.Team.ID); err != nil {
				return err
			}
		}
		account.Email, account.PasswordHash, account.Staff, account.State = "", "", identity.NotStaff, Removed
		if err := s.store.SaveAnswers(ctx, account.ID, nil); err != nil {
			return err
		}
		if err := s.store.DeleteInvitations(ctx, account.ID); err != nil {
			return err
		}
		return s.shutOut(ctx, account.ID)
	})
}

func (s *Service) leaveForGood(ctx context.Context, account identity.AccountID, from identity.TeamID) error {
	team, err := s.lockedTeam(ctx, from)
	if err != nil {
		return err
	}
	members, err := s.store.Members(ctx, team.ID)
	if err != nil {
		return err
	}
	if len(members) > 1 {
		err = refuseLastOwner(team, members, account)
	} else if !team.Disabled {
		team.Disabled = true
		err = s.saveDisabled(ctx, team)
	}
	if err != nil {
		return err
	}
	return s.store.DeleteMember(ctx, account, team.ID)
}

// shutOut ends everything by which somebody is in or could come in, and closes what hangs on them at the gateway.
func (s *Service) shutOut(ctx context.Context, account identity.AccountID) error {
	if err := s.endOthers(ctx, account, SessionID{}); err != nil {
		return err
	}
	return s.events.Changed(ctx, tagOf(account))
}

// SetStaff gives somebody a role among the portal's staff, or takes it away; they sign in again to have it.
func (s *Service) SetStaff(ctx context.Context, appointed identity.AccountID, role identity.StaffRole) error {
	if err := requireOverOthers(ctx, appointed); err != nil {
		return err
	}
	if !role.Valid() {
		return fault.InvalidFields([]fault.Field{refusedStaff()})
	}
	return s.change(ctx, appointed, "account.staff_set", func(ctx context.Context, account *Account) error {
		if account.Staff == role {
			return errUnchanged
		}
		account.Staff = role
		return s.store.EndSessions(ctx, account.ID, SessionID{})
	})
}

// requireOverOthers keeps staff from locking themselves out.
func requireOverOthers(ctx context.Context, account identity.AccountID) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	if identity.From(ctx).Account == account {
		return fault.New(fault.Conflict, "own_account", "You cannot do this to your own account. Ask another admin of the portal.")
	}
	return nil
}

// Unlock forgets the failed sign-ins of an account, so that it need not wait.
func (s *Service) Unlock(ctx context.Context, locked identity.AccountID) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	return s.change(ctx, locked, "account.unlocked", func(ctx context.Context, account *Account) error {
		subject := subjectOfEmail(account.Email)
		if err := s.store.Lock(ctx, subject); err != nil {
			return err
		}
		return s.store.DeleteFailures(ctx, subject)
	})
}

// saveDisabled saves whether a team is disabled, and tells the gateways.
func (s *Service) saveDisabled(ctx context.Context, team Team) error {
	if err := s.store.SaveTeam(ctx, team); err != nil {
		return err
	}
	tag := event.TagOf(event.TagTeam, team.ID)
	if err := s.events.Changed(ctx, tag); err != nil {
		return err
	}
	action := "team.enabled"
	if team.Disabled {
		action = "team.disabled"
	}
	return s.events.Audit(ctx, event.Audit{Action: action, Object: tag, Team: team.ID, Details: map[string]string{"name": team.Name}})
}
