package account

import (
	"cmp"
	"context"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

const longestReason = 500

// Approve approves a pending or rejected sign-up, even if the address is not confirmed yet.
func (s *Service) Approve(ctx context.Context, approved identity.AccountID) error {
	if err := identity.Require(ctx, identity.DecideRequests); err != nil {
		return err
	}
	return s.change(ctx, approved, "account.approved", func(ctx context.Context, account *Account) error {
		if account.State != Pending && account.State != Rejected {
			return decided()
		}
		account.Unproven = false
		fromFront := map[string]string{"front": account.Front}
		if account.PasswordHash != "" {
			if err := s.activate(ctx, account); err != nil {
				return err
			}
			return s.write(ctx, *account, MessageApproved, fromFront)
		}
		account.State = Invited
		if err := s.write(ctx, *account, MessageApproved, fromFront); err != nil {
			return err
		}
		return s.writeInvitations(ctx, *account)
	})
}

// writeInvitations sends the open invitations of an account that was just approved. They were held back until then.
func (s *Service) writeInvitations(ctx context.Context, approved Account) error {
	all, err := s.store.InvitationsTo(ctx, approved.ID)
	if err != nil {
		return err
	}
	for _, one := range s.stillOpen(all) {
		inviter, err := s.store.Account(ctx, one.InvitedBy)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := s.writeInvitation(ctx, approved, one.TeamName, one, cmp.Or(inviter.Email, inviter.Name, "The portal's staff")); err != nil {
			return err
		}
	}
	return nil
}

// Rejection is the input of Reject. The mail to the person contains Reason, which may be empty.
type Rejection struct {
	Account identity.AccountID
	Reason  string
}

// Validate rejects a reason that is too long.
func (in Rejection) Validate() error {
	if utf8.RuneCountInString(in.Reason) > longestReason || !isPlain(in.Reason) {
		return fault.InvalidFields([]fault.Field{{Name: "reason", Reason: "must have at most 500 characters"}})
	}
	return nil
}

// Reject rejects a pending sign-up; the address cannot sign up again until the account is removed. The address must be
// confirmed, or a stranger could have it rejected in its owner's name.
func (s *Service) Reject(ctx context.Context, in Rejection) error {
	if err := identity.Require(ctx, identity.DecideRequests); err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	if err := in.Validate(); err != nil {
		return err
	}
	return s.change(ctx, in.Account, "account.rejected", func(ctx context.Context, account *Account) error {
		if account.State != Pending {
			return decided()
		}
		if account.Unproven {
			return fault.New(fault.Precondition, "not_confirmed", "This address is not confirmed yet, so a stranger may have entered it. The sign-up is deleted after a week. To delete it now, remove the account.")
		}
		account.State, account.PasswordHash = Rejected, ""
		if err := s.write(ctx, *account, MessageRejected, map[string]string{"reason": in.Reason}); err != nil {
			return err
		}
		return s.shutOut(ctx, account.ID)
	})
}

func decided() error {
	return fault.New(fault.Conflict, "decided_already", "This account has no sign-up to decide on: it has been decided, or the account did not sign up.")
}

// SendSetUpLink sends a set-up link to an account that has no password yet.
func (s *Service) SendSetUpLink(ctx context.Context, invited identity.AccountID) error {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return err
	}
	return s.change(ctx, invited, "account.link_sent", func(ctx context.Context, account *Account) error {
		if account.State != Invited {
			return fault.New(fault.Precondition, "not_invited", "Only an account that has no password yet can be sent a set-up link.")
		}
		account.Unproven = false
		return s.write(ctx, *account, MessageSetUp, nil)
	})
}

// write queues a mail to the account.
func (s *Service) write(ctx context.Context, account Account, template string, params map[string]string) error {
	all := map[string]string{"account": account.ID.Hex()}
	for name, value := range params {
		all[name] = value
	}
	return s.events.Send(ctx, event.Message{To: account.Email, Template: template, Params: all})
}
