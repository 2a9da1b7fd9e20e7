package access

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Decision is the input of DecideRequest.
type Decision struct {
	Request RequestID
	Approve bool
	// Reason is shown to the person who asked.
	Reason string
}

// DecideRequest approves or rejects a request, once. Approval creates or changes its subscriptions and issues the keys
// that come with them, all or nothing.
func (s *Service) DecideRequest(ctx context.Context, in Decision) (Decided, error) {
	request, application, err := s.loadRequest(ctx, identity.DecideRequests, in.Request)
	if err != nil {
		return Decided{}, err
	}
	if err := checkReason(in.Reason); err != nil {
		return Decided{}, err
	}
	var decided Decided
	err = s.change(ctx, request.Team, func(ctx context.Context) error {
		if request, err = s.pending(ctx, in.Request); err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		if !in.Approve {
			if decided, err = s.settled(ctx, request, RequestRejected, in.Reason, plans); err != nil {
				return err
			}
			return s.notifyAsker(ctx, decided.Request, application, plans)
		}
		if application, err = s.present(ctx, request.Application); err != nil {
			return err
		}
		order, err := s.order(ctx, application, request, plans)
		if err != nil {
			return err
		}
		if err := order.check(); err != nil {
			return err
		}
		if decided, err = s.fulfil(ctx, order, in.Reason); err != nil {
			return err
		}
		return s.notifyAsker(ctx, decided.Request, application, plans)
	})
	if err != nil {
		return Decided{}, err
	}
	return decided, nil
}

// WithdrawRequest withdraws a pending request.
func (s *Service) WithdrawRequest(ctx context.Context, id RequestID) (Decided, error) {
	request, _, err := s.loadRequest(ctx, requestPermission(ctx), id)
	if err != nil {
		return Decided{}, err
	}
	var decided Decided
	err = s.change(ctx, request.Team, func(ctx context.Context) error {
		if request, err = s.pending(ctx, id); err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		decided, err = s.settled(ctx, request, RequestWithdrawn, "", plans)
		return err
	})
	return decided, err
}

// DeleteRequest deletes a request. It withdraws a pending one first, because its subscriptions would otherwise wait
// forever. Subscriptions from an approval stay as they are.
func (s *Service) DeleteRequest(ctx context.Context, id RequestID) error {
	request, _, err := s.loadRequest(ctx, requestPermission(ctx), id)
	if err != nil {
		return err
	}
	return s.change(ctx, request.Team, func(ctx context.Context) error {
		if request, err = s.store.Request(ctx, id); err != nil {
			return err
		}
		if request.State == RequestPending {
			plans, err := s.loadPlanSet(ctx)
			if err != nil {
				return err
			}
			if _, err := s.settled(ctx, request, RequestWithdrawn, "", plans); err != nil {
				return err
			}
		}
		if err := s.store.DeleteRequest(ctx, id); err != nil {
			return err
		}
		return s.audit(ctx, "request.deleted", requestTag(id), request.Team, map[string]string{"state": string(request.State)})
	})
}

// pending loads a request inside a transaction and refuses one that is decided.
func (s *Service) pending(ctx context.Context, id RequestID) (Request, error) {
	request, err := s.store.Request(ctx, id)
	if err == nil && request.State != RequestPending {
		err = fault.Newf(fault.Conflict, "already_processed", "The request has already been decided: it is %s.", request.State)
	}
	return request, err
}

// fulfil approves the order: it ends the subscriptions to give up, changes and creates the wanted ones, and issues
// keys. A changed subscription keeps its keys. A registration uses the keys of its application.
func (s *Service) fulfil(ctx context.Context, order *order, reason string) (Decided, error) {
	if len(order.unknown) > 0 {
		return Decided{}, fault.Newf(fault.Conflict, "unknown_plan",
			"There is no plan %s. Reject the request, or publish the plan and approve again.", strings.Join(order.unknown, ", "))
	}
	decided := Decided{Request: order.request}
	if err := s.giveUp(ctx, order); err != nil {
		return Decided{}, err
	}
	for _, wanted := range order.wanted {
		opened, err := s.fulfilOne(ctx, order, wanted, reason)
		if err != nil {
			return Decided{}, err
		}
		if opened.ID.IsZero() {
			continue
		}
		decided.Subscriptions = append(decided.Subscriptions, opened)
		if opened.Request != order.request.ID || !opened.Version.IsZero() {
			continue
		}
		pair, err := s.issuePair(ctx, order.application, opened, wanted, order.plans)
		if err != nil {
			return Decided{}, err
		}
		decided.Issued = append(decided.Issued, pair...)
	}
	key, err := s.issueAsked(ctx, order, len(decided.Issued) > 0)
	if err != nil {
		return Decided{}, err
	}
	decided.Issued = append(decided.Issued, key...)
	decided.Request, err = s.close(ctx, order.request, RequestApproved, reason)
	return decided, err
}

// giveUp ends the subscriptions under plans that the order gives up, except those whose plan is to be changed.
func (s *Service) giveUp(ctx context.Context, order *order) error {
	var changing []SubscriptionID
	for _, wanted := range order.wanted {
		if changed := order.changes(wanted); changed != nil {
			changing = append(changing, changed.ID)
		}
	}
	for _, held := range order.held {
		given := slices.ContainsFunc(order.removed, func(removed plan.Plan) bool { return removed.ID == held.Plan })
		if !given || slices.Contains(changing, held.ID) {
			continue
		}
		if _, err := s.remove(ctx, held, order.plans); err != nil {
			return err
		}
	}
	return nil
}

// fulfilOne creates or changes the subscription under one wanted plan. It returns the zero subscription if nothing
// changes.
func (s *Service) fulfilOne(ctx context.Context, order *order, wanted plan.Plan, reason string) (Subscription, error) {
	now := s.now()
	if order.keeps(wanted) {
		return Subscription{}, nil
	}
	if changed := order.changes(wanted); changed != nil {
		return s.changePlan(ctx, order.application, *changed, wanted, order.plans)
	}
	own, err := s.subscriptions(ctx, SubscriptionFilter{Request: order.request.ID, Plan: wanted.ID, Removed: true})
	if err != nil {
		return Subscription{}, err
	}
	subscription := order.subscription(wanted, now)
	if len(own) > 0 {
		subscription = own[0]
		if subscription.State != Pending { // its owner has cancelled this part meanwhile
			return Subscription{}, nil
		}
	}
	if err := s.checkRoom(ctx, order.application, wanted, subscription.Version, subscription.ID, order.plans); err != nil {
		return Subscription{}, err
	}
	if subscription, err = subscription.Move(Approved, reason, now); err != nil {
		return Subscription{}, err
	}
	return subscription, s.saveSubscription(ctx, subscription, "subscription.approved", order.plans)
}

// issuePair issues the primary and the secondary key of a subscription if its plan has a pair of keys.
func (s *Service) issuePair(ctx context.Context, application Application, subscription Subscription, under plan.Plan, plans planSet) ([]IssuedCredential, error) {
	if !under.Keys.Pair {
		return nil, nil
	}
	var pair []IssuedCredential
	for _, slot := range []Slot{Primary, Secondary} {
		terms, err := s.terms(ctx, application, NewCredential{
			Subscription: subscription.ID, Slot: slot, Name: under.Name + " " + string(slot),
		}, plans)
		if err != nil {
			return nil, err
		}
		issued, err := s.issue(ctx, application, terms)
		if err != nil {
			return nil, err
		}
		pair = append(pair, issued)
	}
	return pair, nil
}

// issueAsked issues the key that a request asks for, unless the approval already issued a pair.
func (s *Service) issueAsked(ctx context.Context, order *order, paired bool) ([]IssuedCredential, error) {
	if !order.request.IssueKey || paired || len(order.wanted) == 0 {
		return nil, nil
	}
	terms, err := s.terms(ctx, order.application, NewCredential{
		Environment: order.wanted[0].Environment, Name: order.wanted[0].Name,
	}, order.plans)
	if err != nil {
		return nil, err
	}
	issued, err := s.issue(ctx, order.application, terms)
	return []IssuedCredential{issued}, err
}

// settled rejects or withdraws a request and ends its pending subscriptions.
func (s *Service) settled(ctx context.Context, request Request, state RequestState, reason string, plans planSet) (Decided, error) {
	waiting, err := s.subscriptions(ctx, SubscriptionFilter{Request: request.ID, States: []SubscriptionState{Pending}})
	if err != nil {
		return Decided{}, err
	}
	decided := Decided{}
	for _, subscription := range waiting {
		if state == RequestRejected {
			if subscription, err = subscription.Move(Rejected, reason, s.now()); err == nil {
				err = s.saveSubscription(ctx, subscription, "subscription.rejected", plans)
			}
		} else {
			subscription, err = s.remove(ctx, subscription, plans)
		}
		if err != nil {
			return Decided{}, err
		}
		decided.Subscriptions = append(decided.Subscriptions, subscription)
	}
	decided.Request, err = s.close(ctx, request, state, reason)
	return decided, err
}

func (s *Service) close(ctx context.Context, request Request, state RequestState, reason string) (Request, error) {
	request.State, request.Reason = state, reason
	request.DecidedAt, request.Decider = s.now(), identity.From(ctx).Account
	return request, s.saveRequest(ctx, request, "request."+string(state))
}

// withdrawEmptied withdraws a request if every part of it was cancelled, so that it no longer waits for a decision.
func (s *Service) withdrawEmptied(ctx context.Context, id RequestID) error {
	if id.IsZero() {
		return nil
	}
	request, err := s.store.Request(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && request.State != RequestPending {
		return nil
	}
	if err != nil {
		return err
	}
	parts, err := s.subscriptions(ctx, SubscriptionFilter{Request: id, Removed: true})
	if err != nil {
		return err
	}
	waits := func(part Subscription) bool { return part.State == Pending }
	if len(parts) < len(request.Wanted) || slices.ContainsFunc(parts, waits) {
		return nil
	}
	_, err = s.close(ctx, request, RequestWithdrawn, "")
	return err
}
