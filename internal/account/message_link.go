package account

import (
	"context"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// OpenMessageLink makes the set-up link that a waiting message will bring, for staff to hand over themselves. A link made
// earlier stops working, as this one will when the message is sent.
func (s *Service) OpenMessageLink(ctx context.Context, waiting event.MessageID) (Added, error) {
	if err := identity.Require(ctx, identity.ManagePeople); err != nil {
		return Added{}, err
	}
	var opened Added
	err := s.store.InTx(ctx, func(ctx context.Context) error {
		delivery, err := s.outbox.Message(ctx, waiting)
		if err != nil {
			return err
		}
		if delivery.State() == event.MessageSent {
			return fault.New(fault.Precondition, "message_sent", "This message has been sent already, and the link with it.")
		}
		if opened, err = s.RenewLinkOf(ctx, delivery.To); err != nil {
			return err
		}
		return s.events.Audit(ctx, delivery.Audit("outbox.link_opened"))
	})
	if err != nil {
		return Added{}, err
	}
	return opened, nil
}
