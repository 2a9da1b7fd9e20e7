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

// Person is an account with its teams.
type Person struct {
	Account
	Teams []Membership
}

// People is a page of accounts and the number of sign-ups that wait for staff.
type People struct {
	page.Page[Person]
	Waiting int
	// Counts has the number of accounts that match the filter apart from its state.
	Counts AccountCounts
}

// Accounts lists accounts, sorted by address.
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
	counts, err := s.store.CountAccounts(ctx, filter)
	if err != nil {
		return People{}, err
	}
	ids := make([]identity.AccountID, len(found.Items))
	for i, one := range found.Items {
		ids[i] = one.ID
	}
	teams, err := s.store.MembershipsOf(ctx, ids)
	people := People{
		Page: page.Page[Person]{Items: make([]Person, len(found.Items)), Total: found.Total}, Waiting: waiting, Counts: counts,
	}
	for i, one := range found.Items {
		people.Items[i] = Person{Account: one.withoutSecret(), Teams: teams[one.ID]}
	}
	return people, err
}

// Account returns one account. Callers may always see their own.
func (s *Service) Account(ctx context.Context, wanted identity.AccountID) (Account, error) {
	if err := requireOver(ctx, identity.ViewAnyTeam, wanted); err != nil {
		return Account{}, err
	}
	account, err := s.store.Account(ctx, wanted)
	return account.withoutSecret(), err
}

// requireOver requires the permission, or ManageOwnAccount if the account is the caller's own.
func requireOver(ctx context.Context, permission identity.Permission, account identity.AccountID) error {
	if principal := identity.From(ctx); !principal.Account.IsZero() && principal.Account == account {
		return identity.Require(ctx, identity.ManageOwnAccount)
	}
	return identity.Require(ctx, permission)
}

// Block blocks an account: its sessions end, its links stop working, and the gateway refuses the keys of applications
// that it owns.
func (s *Service) Block(ctx context.Context, blocked identity.AccountID) error {
	if err := requireOverOthers(ctx, blocked); err != nil {
		return err
	}
	return s.change(ctx, blocked, "account.blocked", func(ctx context.Context, account *Account) error {
		if account.State == Blocked {
			return errUnchanged
		}
		if account.State == Pending || account.State == Rejected {
			return fault.New(fault.Precondition, "not_approved", "This sign-up is not approved, so the account cannot sign in anyway. Reject or remove it instead.")
		}
		account.State = Blocked
		return s.shutOut(ctx, account.ID)
	})
}

// Unblock lets a blocked account sign in again.
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

// Remove deletes an account and keeps a tombstone with its name; the address may be used again. The only owner of a
// team with other members cannot be removed. A team without members is disabled, because its keys would go on working
// unsupervised.
func (s *Service) Remove(ctx context.Context, removed identity.AccountID) error {
	if err := requireOverOthers(ctx, removed); err != nil {
		return err
	}
	return s.change(ctx, removed, "account.removed", func(ctx context.Context, account *Account) error {
		memberships, err := s.store.Memberships(ctx, account.ID)
		if err != nil {
			return err
		}
		slices.SortFunc(memberships, func(a, b Membership) int { return bytes.Compare(a.Team.ID[:], b.Team.ID[:]) }) // a fixed lock order avoids deadlocks
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

// shutOut ends an account's sessions and links, and closes its applications at the gateway.
func (s *Service) shutOut(ctx context.Context, account identity.AccountID) error {
	if err := s.endOthers(ctx, account, SessionID{}); err != nil {
		return err
	}
	return s.events.Changed(ctx, tagOf(account))
}

// SetStaff changes the staff role of an account and ends its sessions.
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

// requireOverOthers requires permission to manage people and rejects the caller's own account, so that staff cannot
// lock themselves out.
func requireOverOthers(ctx context.Context, account identity.AccountID) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	if identity.From(ctx).Account == account {
		return fault.New(fault.Conflict, "own_account", "You cannot do this to your own account. Ask another admin of the portal.")
	}
	return nil
}

// Unlock deletes the failed sign-ins of an account, so that it can sign in without waiting.
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

// saveDisabled saves whether a team is disabled and notifies the gateways.
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
