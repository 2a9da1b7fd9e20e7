package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// ticketValidity is how long a ticket works.
const ticketValidity = 10 * time.Minute

// IssueTicket gives the caller a key for ten minutes, to try out a subscription of their team whose keys are not shown.
// Its calls count like any others of the subscription. It replaces the caller's earlier ticket for the subscription, is
// in no list of keys, and ends with their membership.
func (s *Service) IssueTicket(ctx context.Context, id SubscriptionID) (IssuedCredential, error) {
	_, application, err := s.loadSubscription(ctx, identity.RevealCredentials, id)
	if err != nil {
		return IssuedCredential{}, err
	}
	var issued IssuedCredential
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, application.ID); err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		terms, err := s.terms(ctx, application, NewCredential{Application: application.ID, Subscription: id}, plans)
		if err != nil {
			return err
		}
		if err := s.endTickets(ctx, id); err != nil {
			return err
		}
		terms.ticket, terms.name, terms.expiresAt = true, "", s.now().Add(ticketValidity)
		terms.policy = plan.KeyPolicy{Format: plan.PrefixedKey}
		issued, err = s.issue(ctx, application, terms)
		return err
	})
	return issued, err
}

// endTickets revokes the caller's tickets for the subscription.
func (s *Service) endTickets(ctx context.Context, subscription SubscriptionID) error {
	held, err := s.credentials(ctx, CredentialFilter{
		Subscription: subscription, CreatedBy: identity.From(ctx).Account, Tickets: true, Unrevoked: true,
	})
	if err != nil {
		return err
	}
	now := s.now()
	for _, ticket := range held {
		if !ticket.Status(now).Works() {
			continue
		}
		if err := s.revoke(ctx, ticket); err != nil {
			return err
		}
	}
	return nil
}

// EndTicket ends a ticket of the caller early. Ending it again changes nothing.
func (s *Service) EndTicket(ctx context.Context, id CredentialID) error {
	if err := requireSignedIn(ctx); err != nil {
		return err
	}
	ticket, err := s.store.Credential(ctx, id)
	if err == nil && (!ticket.Ticket || ticket.CreatedBy != identity.From(ctx).Account) {
		err = fault.Missing("ticket")
	}
	if err != nil {
		return err
	}
	return s.change(ctx, ticket.Team, func(ctx context.Context) error {
		if ticket, err = s.store.Credential(ctx, id); err != nil {
			return err
		}
		return s.revoke(ctx, ticket)
	})
}

// announceIssued tells the gateways about a new credential. A new key also makes them drop their cached unknown keys. A
// ticket cannot be among those, because no client knew it before.
func (s *Service) announceIssued(ctx context.Context, credential Credential) error {
	tags := []event.Tag{event.TagOf(event.TagCredential, credential.ID)}
	if !credential.Ticket {
		tags = append(tags, event.NewKeys)
	}
	return s.changed(ctx, tags...)
}

// ticketsKept is how long expired tickets are kept, so that staff can find out whose a leaked one was.
const ticketsKept = 30 * 24 * time.Hour

// Forget deletes tickets that expired long ago. The product itself calls it periodically.
func (s *Service) Forget(ctx context.Context) error {
	if err := identity.Require(ctx, identity.ManageSite); err != nil {
		return err
	}
	return s.store.ForgetTickets(ctx, s.now().Add(-ticketsKept))
}
