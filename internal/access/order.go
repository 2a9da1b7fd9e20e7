package access

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// order is a request with the objects that it names and the subscriptions that its application has.
type order struct {
	request     Request
	application Application
	// plans holds the plans and strategies that the decision uses.
	plans   planSet
	wanted  []plan.Plan
	removed []plan.Plan
	// unknown are wanted or removed IDs without a plan.
	unknown []string
	// held are the application's subscriptions that have not ended.
	held []Subscription
	// credential is the key to change, if the request names one.
	credential Credential
	now        time.Time
}

func (s *Service) order(ctx context.Context, application Application, request Request, plans planSet) (*order, error) {
	read := &order{request: request, application: application, plans: plans, now: s.now()}
	var err error
	filter := SubscriptionFilter{Application: application.ID, States: HeldStates()}
	if read.held, err = s.subscriptions(ctx, filter); err != nil {
		return nil, err
	}
	read.wanted = read.resolve(request.Wanted, plans.byID)
	read.removed = read.resolve(request.Remove, read.removable())
	if request.Credential.IsZero() {
		return read, nil
	}
	read.credential, err = s.store.Credential(ctx, request.Credential)
	if err == nil && read.credential.Application != application.ID {
		err = fault.Missing("credential")
	}
	return read, err
}

func (o *order) resolve(ids []string, among map[plan.ID]plan.Plan) []plan.Plan {
	var found []plan.Plan
	for _, sent := range ids {
		parsed, err := id.Parse[plan.ID](sent)
		one, exists := among[parsed]
		switch {
		case err != nil || !exists:
			o.unknown = append(o.unknown, sent)
		case !slices.ContainsFunc(found, func(other plan.Plan) bool { return other.ID == one.ID }):
			found = append(found, one)
		}
	}
	return found
}

// removable returns the plans that a request may give up: existing ones, and deleted ones that the application still
// holds.
func (o *order) removable() map[plan.ID]plan.Plan {
	among := maps.Clone(o.plans.byID)
	for _, held := range o.held {
		if _, exists := among[held.Plan]; !exists {
			among[held.Plan] = plan.Plan{ID: held.Plan}
		}
	}
	return among
}

// check returns nil if everything in the order can be granted together.
func (o *order) check() error {
	for _, wanted := range o.wanted {
		if _, err := o.scopes(wanted); err != nil {
			return err
		}
		if !o.request.Version.IsZero() && !slices.Contains(wanted.Opens, o.request.Version) {
			return invalid("version", "is not a version that the plan opens")
		}
		if !o.request.Credential.IsZero() && wanted.Environment != o.credential.Environment {
			return fault.New(fault.Conflict, "environment_mismatch", "The key and the plan have different environments. Request a new key.")
		}
		if o.request.IssueKey && !replaces(wanted, o.wanted[0]) {
			return fault.New(fault.Conflict, "plans_mixed", "One key cannot serve plans with different environments or strategies. Request them one by one.")
		}
	}
	if o.request.Credential.IsZero() {
		return nil
	}
	if status := o.credential.Status(o.now); !status.Works() || !o.credential.Subscription.IsZero() {
		return fault.New(fault.Conflict, "credential_not_changeable", "The key no longer works or is bound to one subscription. Request a new key.")
	}
	return nil
}

// scopes returns the requested scopes that the plan grants, and refuses a plan that grants none of them.
func (o *order) scopes(wanted plan.Plan) ([]string, error) {
	if len(o.request.Scopes) == 0 {
		return nil, nil
	}
	granted, _ := common(o.request.Scopes, wanted.Scopes)
	if len(wanted.Scopes) == 0 || len(granted) == 0 {
		return nil, invalid("scopes", "has no scope that the plan grants")
	}
	return granted, nil
}

// keeps reports whether the application already has the wanted plan and requests it only for the key to change.
func (o *order) keeps(wanted plan.Plan) bool {
	return !o.request.Credential.IsZero() && slices.ContainsFunc(o.held, func(held Subscription) bool {
		return held.Plan == wanted.ID && held.Version == o.request.Version && held.StateAt(o.now) == Approved
	})
}

// changes returns the subscription whose plan the wanted one replaces. Its plan is of the same family and is given up
// by the request.
func (o *order) changes(wanted plan.Plan) *Subscription {
	if wanted.Family == "" {
		return nil
	}
	for i, held := range o.held {
		given := slices.ContainsFunc(o.removed, func(removed plan.Plan) bool {
			return removed.ID == held.Plan && removed.ID != wanted.ID && removed.Family == wanted.Family && replaces(wanted, removed)
		})
		if state := held.StateAt(o.now); given && (state == Approved || state == Suspended) {
			return &o.held[i]
		}
	}
	return nil
}

// subscription returns the pending subscription for a wanted plan.
func (o *order) subscription(wanted plan.Plan, now time.Time) Subscription {
	scopes, _ := o.scopes(wanted) // checked before
	return Subscription{
		ID: id.New[SubscriptionID](now), Application: o.application.ID, Team: o.application.Team, Plan: wanted.ID,
		Version: o.request.Version, Request: o.request.ID, State: Pending, Scopes: scopes, CreatedAt: now, UpdatedAt: now,
	}
}
