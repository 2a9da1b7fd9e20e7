package access

import (
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// SuspendSubscription stops an approved subscription until it is reinstated. The gateway refuses its keys as soon as
// the call returns.
func (s *Service) SuspendSubscription(ctx context.Context, id SubscriptionID, reason string) (Subscription, error) {
	return s.staffMove(ctx, id, reason, Suspended, func(may Actions) bool { return may.Suspend })
}

// ReinstateSubscription makes a suspended subscription work again.
func (s *Service) ReinstateSubscription(ctx context.Context, id SubscriptionID) (Subscription, error) {
	return s.staffMove(ctx, id, "", Approved, func(may Actions) bool { return may.Reinstate })
}

// RevokeSubscription ends a subscription permanently. Requesting the same again is a conflict until staff clear it.
func (s *Service) RevokeSubscription(ctx context.Context, id SubscriptionID, reason string) (Subscription, error) {
	return s.staffMove(ctx, id, reason, Revoked, func(may Actions) bool { return may.Revoke })
}

// ExpireSubscription ends a subscription as if its time were over. The same can be requested again.
func (s *Service) ExpireSubscription(ctx context.Context, id SubscriptionID) (Subscription, error) {
	return s.staffMove(ctx, id, "", Expired, func(may Actions) bool { return may.Expire })
}

// staffMove moves a subscription to a state if staff may do so now.
func (s *Service) staffMove(ctx context.Context, id SubscriptionID, reason string, to SubscriptionState, allowed func(Actions) bool) (Subscription, error) {
	return s.changeSubscription(ctx, identity.GrantAccess, id,
		func(ctx context.Context, subscription Subscription, application Application, plans planSet) (Subscription, error) {
			if err := checkReason(reason); err != nil {
				return Subscription{}, err
			}
			if !allowed(subscription.Actions(application, identity.From(ctx), s.now())) {
				return Subscription{}, noMove(subscription.StateAt(s.now()), to)
			}
			return s.moveByStaff(ctx, application, subscription, to, reason, plans)
		})
}

// moveByStaff moves a subscription on behalf of the portal and notifies the people concerned.
func (s *Service) moveByStaff(ctx context.Context, application Application, subscription Subscription, to SubscriptionState, reason string, plans planSet) (Subscription, error) {
	moved, err := subscription.Move(to, reason, s.now())
	if err != nil {
		return Subscription{}, err
	}
	if err := s.saveSubscription(ctx, moved, "subscription."+string(to), plans); err != nil {
		return Subscription{}, err
	}
	return moved, s.notifyOfChange(ctx, application, subscription.StateAt(s.now()), moved, plans)
}

func checkReason(reason string) error {
	if len(reason) > maxReason {
		return invalid("reason", "must have at most 2,000 bytes")
	}
	return nil
}

// CancelSubscription ends a subscription. If staff cancel it, its owner still sees it and can request the same again.
// If its owner cancels it, the owner no longer sees it, and a suspended one counts as revoked. Only staff give a
// reason.
func (s *Service) CancelSubscription(ctx context.Context, id SubscriptionID, reason string) (Subscription, error) {
	return s.changeSubscription(ctx, requestPermission(ctx), id,
		func(ctx context.Context, subscription Subscription, application Application, plans planSet) (Subscription, error) {
			err := checkReason(reason)
			if err != nil {
				return Subscription{}, err
			}
			if subscription.Actions(application, identity.From(ctx), s.now()).Remove {
				subscription, err = s.remove(ctx, subscription, plans)
			} else {
				subscription, err = s.moveByStaff(ctx, application, subscription, Cancelled, reason, plans)
			}
			if err != nil {
				return Subscription{}, err
			}
			return subscription, s.withdrawEmptied(ctx, subscription.Request)
		})
}

func (s *Service) remove(ctx context.Context, subscription Subscription, plans planSet) (Subscription, error) {
	removed, err := subscription.Remove(s.now())
	if err != nil {
		return Subscription{}, err
	}
	return removed, s.saveSubscription(ctx, removed, "subscription.removed", plans)
}

// ClearSubscription lets the owner of a revoked subscription request the same again. Clearing it again changes nothing.
func (s *Service) ClearSubscription(ctx context.Context, id SubscriptionID) (Subscription, error) {
	return s.changeSubscription(ctx, identity.GrantAccess, id,
		func(ctx context.Context, subscription Subscription, application Application, plans planSet) (Subscription, error) {
			if !subscription.Actions(application, identity.From(ctx), s.now()).Clear {
				if subscription.State == Revoked {
					return subscription, nil
				}
				return Subscription{}, fault.Newf(fault.Conflict, "state_conflict", "The subscription is %s; only a revoked one can be cleared.", subscription.State)
			}
			subscription.ClearedAt, subscription.UpdatedAt = s.now(), s.now()
			return subscription, s.saveSubscription(ctx, subscription, "subscription.cleared", plans)
		})
}

// ChangePlan is the input of the method of the same name.
type ChangePlan struct {
	Subscription SubscriptionID
	Plan         plan.ID
}

// ChangePlan moves a subscription to another plan of the same environment and strategy. Its ID, keys and usage stay.
func (s *Service) ChangePlan(ctx context.Context, in ChangePlan) (Subscription, error) {
	return s.changeSubscription(ctx, identity.GrantAccess, in.Subscription,
		func(ctx context.Context, subscription Subscription, application Application, plans planSet) (Subscription, error) {
			wanted, exists := plans.byID[in.Plan]
			if !exists {
				return Subscription{}, fault.Missing("plan")
			}
			return s.changePlan(ctx, application, subscription, wanted, plans)
		})
}

func (s *Service) changePlan(ctx context.Context, application Application, subscription Subscription, wanted plan.Plan, plans planSet) (Subscription, error) {
	if !subscription.open(s.now()) {
		return Subscription{}, fault.Newf(fault.Conflict, "state_conflict", "The subscription is %s; its plan cannot be changed.", subscription.StateAt(s.now()))
	}
	present, exists := plans.byID[subscription.Plan]
	if !exists {
		return Subscription{}, fault.New(fault.Conflict, "plan_gone", "The subscription's plan was deleted. Grant the other plan instead.")
	}
	if !replaces(wanted, present) {
		return Subscription{}, fault.New(fault.Conflict, "plan_mismatch", "The plans have different environments or strategies, so the keys would not work. Grant the other plan instead.")
	}
	if wanted.ID == present.ID {
		return subscription, nil
	}
	if err := s.checkRoom(ctx, application, wanted, subscription.Version, subscription.ID, plans); err != nil {
		return Subscription{}, err
	}
	subscription.Plan, subscription.UpdatedAt = wanted.ID, s.now()
	return subscription, s.saveSubscription(ctx, subscription, "subscription.plan_changed", plans)
}

// replaces reports whether a subscription can move from the present plan to the wanted one and keep its keys.
func replaces(wanted, present plan.Plan) bool {
	return wanted.Environment == present.Environment && wanted.Strategy == present.Strategy
}

// checkRoom returns nil if the application may have a subscription to the plan: it has no such subscription yet, and
// its team holds no other plan of the family. The excepted subscription does not count.
func (s *Service) checkRoom(ctx context.Context, application Application, wanted plan.Plan, version catalog.VersionID, except SubscriptionID, plans planSet) error {
	if !application.Strategy.IsZero() && application.Strategy != wanted.Strategy {
		return fault.New(fault.Conflict, "strategy_mismatch", "The application's authentication strategy does not fit this plan. Use an application with the plan's strategy.")
	}
	if wanted.OpensNothing() {
		return fault.New(fault.Conflict, "plan_opens_nothing", "All versions in this plan were deleted. Choose another plan.")
	}
	if !version.IsZero() && !slices.Contains(wanted.Opens, version) {
		return invalid("version", "is not a version that the plan opens")
	}
	now := s.now()
	same, err := s.subscriptions(ctx, SubscriptionFilter{
		Application: application.ID, Plan: wanted.ID, States: append(HeldStates(), Rejected, Revoked), Removed: true,
	})
	if err != nil {
		return err
	}
	for _, other := range same {
		if other.ID != except && other.Version == version && other.Blocks(now) {
			return inTheWay("already_subscribed", "The application already has this subscription.", other.StateAt(now))
		}
	}
	siblings := siblingsOf(wanted, plans.byID)
	if len(siblings) == 0 {
		return nil
	}
	held, err := s.store.Holdings(ctx, HoldingFilter{
		Teams: []identity.TeamID{application.Team}, Plans: siblings, States: HeldStates(), Except: except, At: now,
	})
	if err == nil && len(held) > 0 {
		err = fault.Newf(fault.Conflict, "family_held", "The team already has the plan %s, and can have only one plan of its family. Change that plan, or end it first.", plans.byID[held[0].Plan].Name)
	}
	return err
}

// siblingsOf returns the other plans of the plan's family.
func siblingsOf(wanted plan.Plan, known map[plan.ID]plan.Plan) []plan.ID {
	var siblings []plan.ID
	for _, sibling := range known {
		if wanted.Family != "" && sibling.Family == wanted.Family && sibling.ID != wanted.ID {
			siblings = append(siblings, sibling.ID)
		}
	}
	return siblings
}

// inTheWay returns the error for a request that an earlier subscription blocks. The error says what to do.
func inTheWay(code, said string, state SubscriptionState) error {
	advice := "You can use it now."
	switch state {
	case Pending:
		advice = "Wait for the decision."
	case Rejected, Expired:
		advice = "Remove it first to request it again."
	case Suspended, Revoked:
		advice = "Ask the portal's staff to allow a new request."
	case Approved, Cancelled:
	}
	return fault.Newf(fault.Conflict, code, "%s It is %s. %s", said, state, advice)
}

// saveSubscription saves a changed subscription with its audit record and its entry in the change log. If the
// subscription has ended, it revokes the keys that are bound to it.
func (s *Service) saveSubscription(ctx context.Context, subscription Subscription, action string, plans planSet) error {
	details, err := s.differences(ctx, subscription, plans)
	if err != nil {
		return err
	}
	if err := s.store.SaveSubscription(ctx, subscription); err != nil {
		return err
	}
	if subscription.State.Final() {
		keys, err := s.credentials(ctx, CredentialFilter{Subscription: subscription.ID, Unrevoked: true})
		if err != nil {
			return err
		}
		for _, key := range keys {
			if err := s.revoke(ctx, key); err != nil {
				return err
			}
		}
	}
	tag := event.TagOf(event.TagSubscription, subscription.ID)
	if err := s.audit(ctx, action, tag, subscription.Team, details); err != nil {
		return err
	}
	return s.changed(ctx, tag, event.TagOf(event.TagApplication, subscription.Application))
}

// differences returns what the audit trail says about a change of the stored subscription.
func (s *Service) differences(ctx context.Context, after Subscription, plans planSet) (map[string]string, error) {
	before, err := s.store.Subscription(ctx, after.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	under, underBefore := plans.name(after.Plan), ""
	if !before.ID.IsZero() {
		underBefore = plans.name(before.Plan)
	}
	return event.Note(map[string]string{"plan": under, "reason": after.Reason},
		event.Difference{Name: "plan", Before: underBefore, After: under},
		event.Difference{Name: "state", Before: string(before.State), After: string(after.State)},
	), nil
}

func (s *Service) subscriptions(ctx context.Context, filter SubscriptionFilter) ([]Subscription, error) {
	return page.All(func(request page.Request) (page.Page[Subscription], error) {
		return s.store.Subscriptions(ctx, filter, request)
	})
}

// endOf rejects an end of access that is not in the future.
func endOf(end, now time.Time) error {
	if past(end, now) {
		return invalid("ends_at", "must be in the future")
	}
	return nil
}
