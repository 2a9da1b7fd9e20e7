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

// order is a request with the things that it names: what of it exists, and what its application has already.
type order struct {
	request     Request
	application Application
	// plans is what the decision about the order goes by.
	plans   planSet
	wanted  []plan.Plan
	removed []plan.Plan
	// unknown are wanted or removed ids behind which there is no plan.
	unknown []string
	// held are the application's subscriptions that are not over.
	held []Subscription
	// credential is the key to change, where the request names one.
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

// removable are the plans that may be given up: those there are, and deleted ones that the application still has.
func (o *order) removable() map[plan.ID]plan.Plan {
	among := maps.Clone(o.plans.byID)
	for _, held := range o.held {
		if _, exists := among[held.Plan]; !exists {
			among[held.Plan] = plan.Plan{ID: held.Plan}
		}
	}
	return among
}

// check answers nil where what is asked for can be had together.
func (o *order) check() error {
	for _, wanted := range o.wanted {
		if _, err := o.scopes(wanted); err != nil {
			return err
		}
		if !o.request.Version.IsZero() && !slices.Contains(wanted.Opens, o.request.Version) {
			return invalid("version", "is not one that the plan opens")
		}
		if !o.request.Credential.IsZero() && wanted.Environment != o.credential.Environment {
			return fault.New(fault.Conflict, "environment_mismatch", "The key is for another environment than the plan. Ask for a new key.")
		}
		if o.request.IssueKey && !replaces(wanted, o.wanted[0]) {
			return fault.New(fault.Conflict, "plans_mixed", "One key cannot serve plans of several environments or strategies. Ask for them one by one.")
		}
	}
	if o.request.Credential.IsZero() {
		return nil
	}
	if status := o.credential.Status(o.now); !status.Works() || !o.credential.Subscription.IsZero() {
		return fault.New(fault.Conflict, "credential_not_changeable", "The key does not work any more or is bound to one subscription. Ask for a new key.")
	}
	return nil
}

// scopes are what of the asked scopes the plan can grant; a plan that can grant none of them is refused.
func (o *order) scopes(wanted plan.Plan) ([]string, error) {
	if len(o.request.Scopes) == 0 {
		return nil, nil
	}
	granted, _ := common(o.request.Scopes, wanted.Scopes)
	if len(wanted.Scopes) == 0 || len(granted) == 0 {
		return nil, invalid("scopes", "has none that the plan grants")
	}
	return granted, nil
}

// keeps reports whether the application has what is wanted already and asks for it as part of what its key shall open.
func (o *order) keeps(wanted plan.Plan) bool {
	return !o.request.Credential.IsZero() && slices.ContainsFunc(o.held, func(held Subscription) bool {
		return held.Plan == wanted.ID && held.Version == o.request.Version && held.StateAt(o.now) == Approved
	})
}

// changes is the subscription whose plan the wanted one replaces: under a plan of the same family that the request
// gives up.
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

// subscription is the pending one that asking for a plan makes.
func (o *order) subscription(wanted plan.Plan, now time.Time) Subscription {
	scopes, _ := o.scopes(wanted) // checked before
	return Subscription{
		ID: id.New[SubscriptionID](now), Application: o.application.ID, Team: o.application.Team, Plan: wanted.ID,
		Version: o.request.Version, Request: o.request.ID, State: Pending, Scopes: scopes, CreatedAt: now, UpdatedAt: now,
	}
}
