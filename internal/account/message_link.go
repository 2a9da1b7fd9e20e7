package account

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// OpenMessageLink creates the set-up link of a message that is not sent yet, so that staff can hand it over. All
// earlier links of the account stop working.
func (s *Service) OpenMessageLink(ctx context.Context, waiting event.MessageID) (opened Added, err error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Added{}, err
	}
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		message, err := s.outbox.Unsent(ctx, waiting)
		if err != nil {
			return err
		}
		if message.State() != event.MessageWaiting {
			return fault.New(fault.Precondition, "message_failed", "Sending this message failed for good. Send it again, or create a set-up link on the person's page.")
		}
		if !LinkIsStaffs(message.Template) {
			return fault.New(fault.Precondition, "no_link", "This message has no link that staff may hand over.")
		}
		account, err := s.addressee(ctx, message.Message)
		if err != nil {
			return err
		}
		if opened, err = s.RenewLink(ctx, account.ID); err != nil {
			return err
		}
		return s.events.Audit(ctx, message.Audit("outbox.link_opened"))
	})
	if err != nil {
		return Added{}, err
	}
	return opened, nil
}

// LinkIsStaffs reports whether staff may hand over the link of a message with this template. They may if it only sets a
// first password.
func LinkIsStaffs(template string) bool {
	return template == MessageSetUp || template == MessageInvitation
}
