package account

import (
	"bytes"
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

type invitation struct{}

// InvitationID identifies an invitation. The account's own id would reveal when the account was created.
type InvitationID = id.ID[invitation]

// How long an invitation is valid, and how many open invitations a team may have.
const (
	invitationLifetime = 14 * 24 * time.Hour
	openInvitations    = 100
)

// MessageInvitation is the template of an invitation to a team. Its parameters are account, team, role, inviter and
// until, the expiry in RFC 3339. If the account has no password yet, the mail also needs a set-up link.
const MessageInvitation = "invitation"

// Invitation is an open invitation to a team. The team sees only the address that it entered. It learns whether the
// address has an account only when the invitation is accepted.
type Invitation struct {
	ID        InvitationID
	Account   identity.AccountID
	Team      identity.TeamID
	Role      identity.Role
	InvitedBy identity.AccountID
	CreatedAt time.Time
	ExpiresAt time.Time
	// Email is the account's address and TeamName the team's name; the store joins both and does not save them.
	Email    string
	TeamName string
}

// NewInvitation is the input of Invite.
type NewInvitation struct {
	Team  identity.TeamID
	Email string
	Role  identity.Role
}

func (in NewInvitation) normalised() (NewInvitation, error) {
	var refused []fault.Field
	email, valid := normaliseEmail(in.Email)
	if !valid {
		refused = append(refused, refusedEmail())
	}
	in.Email = email
	if !in.Role.Valid() {
		refused = append(refused, refusedRole())
	}
	return in, fault.InvalidFields(refused)
}

// Invite invites the person with an e-mail address to a team, and creates an invited account if the address is unknown.
// It reports whether an invitation was open already: then the role is replaced, and a new mail with a new link is sent.
func (s *Service) Invite(ctx context.Context, in NewInvitation) (again bool, err error) {
	if err := identity.RequireIn(ctx, identity.ManageMembers, in.Team, "team"); err != nil {
		return false, err
	}
	if in, err = in.normalised(); err != nil {
		return false, err
	}
	if in.Role == identity.Owner {
		if err := identity.RequireIn(ctx, identity.ManageTeam, in.Team, "team"); err != nil {
			return false, err
		}
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.invitee(ctx, in.Email)
		if err != nil {
			return err
		}
		team, err := s.lockedTeam(ctx, in.Team)
		if err != nil {
			return err
		}
		members, err := s.store.Members(ctx, team.ID)
		if err != nil {
			return err
		}
		if err := refuseTwice(members, account.ID); err != nil {
			return err
		}
		again, err = s.saveInvitation(ctx, account, team, in.Role)
		return err
	})
	return again, err
}

// invitee returns the account with this e-mail address and creates an invited one if there is none.
func (s *Service) invitee(ctx context.Context, email string) (Account, error) {
	if err := s.lockAddress(ctx, email); err != nil {
		return Account{}, err
	}
	known, err := s.store.AccountByEmail(ctx, email)
	if err == nil {
		return s.locked(ctx, known.ID)
	}
	if !fault.Is(err, fault.NotFound) {
		return Account{}, err
	}
	now := s.now()
	account := Account{ID: id.New[identity.AccountID](now), Email: email, Name: nameFrom(email), State: Invited, CreatedAt: now}
	if err := s.store.SaveAccount(ctx, account); err != nil {
		return Account{}, err
	}
	return account, s.events.Audit(ctx, event.Audit{
		Action: "account.added", Object: tagOf(account.ID), Details: map[string]string{"email": email},
	})
}

func (s *Service) saveInvitation(ctx context.Context, account Account, team Team, role identity.Role) (again bool, err error) {
	now, inviter := s.now(), identity.From(ctx)
	open, err := s.openInvitations(ctx, team.ID)
	if err != nil {
		return false, err
	}
	made, action := Invitation{
		ID: id.New[InvitationID](now), Account: account.ID, Team: team.ID, Role: role, InvitedBy: inviter.Account,
		CreatedAt: now, ExpiresAt: now.Add(invitationLifetime),
	}, "invitation.sent"
	at := slices.IndexFunc(open, func(one Invitation) bool { return one.Account == account.ID })
	switch again = at >= 0; {
	case again:
		made.ID, made.CreatedAt, action = open[at].ID, open[at].CreatedAt, "invitation.sent_again"
		err = s.store.DeleteLinks(ctx, account.ID, FirstPasswordByMail) // links that the person requested keep working
	case len(open) >= openInvitations:
		err = fault.Newf(fault.Conflict, "too_many_invitations", "This team already has %d open invitations. Withdraw some of them first.", openInvitations)
	default:
		err = s.forgetInvitation(ctx, account.ID, team.ID) // deletes an expired one
	}
	if err != nil {
		return false, err
	}
	if err := s.sendInvitation(ctx, account, team.Name, made); err != nil {
		return false, err
	}
	if err := s.store.SaveInvitation(ctx, made); err != nil {
		return false, err
	}
	return again, s.auditMember(ctx, action, account.ID, team.ID, map[string]string{"email": account.Email, "role": string(role)})
}

func (s *Service) sendInvitation(ctx context.Context, account Account, team string, made Invitation) error {
	if err := s.countInvitation(ctx, account.Email); err != nil {
		return err
	}
	return s.writeInvitation(ctx, account, team, made, identity.From(ctx).Name)
}

func (s *Service) writeInvitation(ctx context.Context, account Account, team string, made Invitation, inviter string) error {
	return s.write(ctx, account, MessageInvitation, map[string]string{
		"team": team, "role": string(made.Role), "inviter": inviter, "until": made.ExpiresAt.UTC().Format(time.RFC3339),
	})
}

// Invitations lists the open invitations to a team.
func (s *Service) Invitations(ctx context.Context, team identity.TeamID) ([]Invitation, error) {
	if err := identity.RequireIn(ctx, identity.ViewTeam, team, "team"); err != nil {
		return nil, err
	}
	open, err := s.openInvitations(ctx, team)
	for i := range open {
		open[i].Account = identity.AccountID{} // the team knows the address, not the account
	}
	return open, err
}

func (s *Service) openInvitations(ctx context.Context, team identity.TeamID) ([]Invitation, error) {
	all, err := s.store.InvitationsInto(ctx, team)
	return s.stillOpen(all), err
}

func (s *Service) stillOpen(all []Invitation) []Invitation {
	now := s.now()
	return slices.DeleteFunc(all, func(one Invitation) bool { return !now.Before(one.ExpiresAt) })
}

// WithdrawInvitation deletes an invitation to the team. It does nothing if there is none.
func (s *Service) WithdrawInvitation(ctx context.Context, team identity.TeamID, withdrawn InvitationID) error {
	if err := identity.RequireIn(ctx, identity.ManageMembers, team, "team"); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.lockedTeam(ctx, team); err != nil {
			return err
		}
		found, err := s.store.Invitation(ctx, withdrawn)
		if fault.Is(err, fault.NotFound) || err == nil && found.Team != team {
			return nil
		}
		if err != nil {
			return err
		}
		return s.endInvitation(ctx, found, "invitation.withdrawn")
	})
}

// DeclineInvitation deletes one of the caller's invitations. It does nothing if there is none.
func (s *Service) DeclineInvitation(ctx context.Context, declined InvitationID) error {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		found, err := s.store.Invitation(ctx, declined)
		if fault.Is(err, fault.NotFound) || err == nil && found.Account != identity.From(ctx).Account {
			return nil
		}
		if err != nil {
			return err
		}
		return s.endInvitation(ctx, found, "invitation.declined")
	})
}

// AcceptInvitation adds the caller to the team that invited them and switches the session to that team.
func (s *Service) AcceptInvitation(ctx context.Context, accepted InvitationID, session SessionID) error {
	if err := identity.Require(ctx, identity.ManageOwnAccount); err != nil {
		return err
	}
	return s.store.InTx(ctx, func(ctx context.Context) error {
		account, err := s.locked(ctx, identity.From(ctx).Account)
		if err != nil {
			return err
		}
		found, err := s.store.Invitation(ctx, accepted)
		if err != nil {
			return err
		}
		if found.Account != account.ID || len(s.stillOpen([]Invitation{found})) == 0 {
			return fault.Missing("invitation")
		}
		if err := s.accept(ctx, &account, found); err != nil {
			return err
		}
		return s.store.SwitchSession(ctx, session, account.ID, found.Team)
	})
}

// acceptAll adds an account to every team that invited it: using the set-up link accepts all its invitations.
func (s *Service) acceptAll(ctx context.Context, account *Account) error {
	all, err := s.store.InvitationsTo(ctx, account.ID)
	if err != nil {
		return err
	}
	open := s.stillOpen(all)
	slices.SortFunc(open, func(a, b Invitation) int { return bytes.Compare(a.Team[:], b.Team[:]) }) // a fixed lock order avoids deadlocks
	for _, one := range open {
		if err := s.accept(ctx, account, one); err != nil {
			return err
		}
	}
	return nil
}

// accept adds a locked account to the team that invited it, unless it is a member already.
func (s *Service) accept(ctx context.Context, account *Account, accepted Invitation) error {
	members, err := s.lockedMembers(ctx, accepted.Team)
	if err != nil {
		return err
	}
	if memberOf(members, account.ID) >= 0 {
		return s.store.DeleteInvitation(ctx, accepted.ID)
	}
	if err := s.join(ctx, account, accepted.Team, accepted.Role); err != nil {
		return err
	}
	return s.endInvitation(ctx, accepted, "invitation.accepted")
}

func (s *Service) endInvitation(ctx context.Context, ended Invitation, action string) error {
	if err := s.store.DeleteInvitation(ctx, ended.ID); err != nil {
		return err
	}
	return s.auditMember(ctx, action, ended.Account, ended.Team, map[string]string{"email": ended.Email, "role": string(ended.Role)})
}

// forgetInvitation deletes the invitation of an account to a team, if there is one.
func (s *Service) forgetInvitation(ctx context.Context, account identity.AccountID, team identity.TeamID) error {
	all, err := s.store.InvitationsTo(ctx, account)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.Team == team {
			return s.store.DeleteInvitation(ctx, one.ID)
		}
	}
	return nil
}
