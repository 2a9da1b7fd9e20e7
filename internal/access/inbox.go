package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// InboxEntry is a request with what one needs to decide about it.
type InboxEntry struct {
	Request     Request
	Asker       account.Account
	Team        account.Team
	Application Application
	// Wanted are the plans that are asked for, as far as there are any; Unknown are ids behind which there is none.
	Wanted  []plan.Plan
	Unknown []string
	// Held is what the application has already, or waits for.
	Held []SubscriptionDetail
}

// Inbox lists requests, the pending ones with the oldest first, every other list with the newest first.
func (s *Service) Inbox(ctx context.Context, filter RequestFilter, paging page.Request) (page.Page[InboxEntry], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[InboxEntry]{}, err
	}
	filter.Reader, filter.OldestFirst = identity.AccountID{}, filter.State == RequestPending
	found, err := s.store.Requests(ctx, filter, paging)
	if err != nil {
		return page.Page[InboxEntry]{}, err
	}
	entries, err := s.inboxEntries(ctx, found.Items)
	return page.Page[InboxEntry]{Items: entries, Total: found.Total}, err
}

// InboxEntry returns one request with what one needs to decide about it.
func (s *Service) InboxEntry(ctx context.Context, wanted RequestID) (InboxEntry, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return InboxEntry{}, err
	}
	request, err := s.store.Request(ctx, wanted)
	if err != nil {
		return InboxEntry{}, err
	}
	entries, err := s.inboxEntries(ctx, []Request{request})
	if err != nil {
		return InboxEntry{}, err
	}
	return entries[0], nil
}

func (s *Service) inboxEntries(ctx context.Context, requests []Request) ([]InboxEntry, error) {
	if len(requests) == 0 {
		return nil, nil
	}
	ids := valuesOf(requests, func(one Request) ApplicationID { return one.Application })
	applications, err := s.store.ApplicationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	teams, err := s.accounts.TeamsByID(ctx, valuesOf(requests, func(one Request) identity.TeamID { return one.Team }))
	if err != nil {
		return nil, err
	}
	askers, err := s.accounts.AccountsByID(ctx, valuesOf(requests, func(one Request) identity.AccountID { return one.Asker }))
	if err != nil {
		return nil, err
	}
	known, err := s.plansByID(ctx)
	if err != nil {
		return nil, err
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Applications: ids, States: HeldStates()})
	if err != nil {
		return nil, err
	}
	details, err := s.details(ctx, held)
	if err != nil {
		return nil, err
	}
	entries := make([]InboxEntry, len(requests))
	for i, request := range requests {
		entries[i] = InboxEntry{
			Request: request, Asker: askers[request.Asker], Team: teams[request.Team], Application: applications[request.Application],
			Held: slices.DeleteFunc(slices.Clone(details), func(one SubscriptionDetail) bool {
				return one.Subscription.Application != request.Application || one.Subscription.Request == request.ID
			}),
		}
		entries[i].resolve(known)
	}
	return entries, nil
}

func (e *InboxEntry) resolve(known map[plan.ID]plan.Plan) {
	for _, sent := range e.Request.Wanted {
		parsed, err := id.Parse[plan.ID](sent)
		if one, exists := known[parsed]; err == nil && exists {
			e.Wanted = append(e.Wanted, one)
			continue
		}
		e.Unknown = append(e.Unknown, sent)
	}
}

// DecisionResult is what became of one of several decisions.
type DecisionResult struct {
	Request RequestID
	// Err is nil where the decision stands.
	Err error
}

// DecideRequests takes the same decision about several requests, each on its own: one that cannot be decided leaves the
// others as they are. It fails as a whole only where the caller may not decide at all.
func (s *Service) DecideRequests(ctx context.Context, requests []RequestID, approve bool, reason string) ([]DecisionResult, error) {
	if err := identity.Require(ctx, identity.DecideRequests); err != nil {
		return nil, err
	}
	if len(requests) == 0 || len(requests) > page.MaxSize {
		return nil, invalid("requests", "must name 1 to 500 of them")
	}
	results := make([]DecisionResult, len(requests))
	for i, request := range requests {
		_, err := s.DecideRequest(ctx, Decision{Request: request, Approve: approve, Reason: reason})
		results[i] = DecisionResult{Request: request, Err: err}
	}
	return results, nil
}
