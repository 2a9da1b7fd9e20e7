package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// Asked is a request with what staff need to decide it.
type Asked struct {
	Request     Request
	Application Application
	// Team, Asker and Decider are names; an account's name is its e-mail address.
	Team, Asker, Decider string
	Wanted               []WantedPlan
	// Removed are the names of the plans to give up.
	Removed []string
	// Has are the plans under which the team has subscriptions, with their number; pending ones do not count.
	Has []HeldPlan
}

// WantedPlan is a plan that a request wants.
type WantedPlan struct {
	// Plan has only a name if the plan is unknown: the text that was sent.
	Plan  plan.Plan
	Known bool
	// InTheWay is another plan of the same family that the team holds or has requested. It is empty if this request
	// gives that plan up.
	InTheWay string
}

// HeldPlan is a plan that a team has.
type HeldPlan struct {
	Plan  plan.Plan
	State SubscriptionState
	Count int
}

// Inbox lists the requests of every team with their context.
func (s *Service) Inbox(ctx context.Context, filter RequestFilter, paging page.Request) (page.Page[Asked], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[Asked]{}, err
	}
	filter.PendingFirst = true
	found, err := s.store.Requests(ctx, filter, paging)
	if err != nil {
		return page.Page[Asked]{}, err
	}
	asked, err := s.asked(ctx, found.Items)
	return page.Page[Asked]{Items: asked, Total: found.Total}, err
}

// InboxRequest returns one request of the inbox.
func (s *Service) InboxRequest(ctx context.Context, id RequestID) (Asked, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return Asked{}, err
	}
	request, err := s.store.Request(ctx, id)
	if err != nil {
		return Asked{}, err
	}
	asked, err := s.asked(ctx, []Request{request})
	if err != nil {
		return Asked{}, err
	}
	return asked[0], nil
}

// PendingRequests returns the number of requests that wait for a decision.
func (s *Service) PendingRequests(ctx context.Context) (int, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return 0, err
	}
	return s.store.CountRequests(ctx, RequestPending)
}

func (s *Service) asked(ctx context.Context, requests []Request) ([]Asked, error) {
	if len(requests) == 0 {
		return nil, nil
	}
	teams := ofEach(requests, func(one Request) identity.TeamID { return one.Team })
	deciders := ofEach(requests, func(one Request) identity.AccountID { return one.Decider })
	names, err := s.store.Names(ctx, Named{
		Teams:    teams,
		Accounts: append(ofEach(requests, func(one Request) identity.AccountID { return one.Asker }), deciders...),
	})
	if err != nil {
		return nil, err
	}
	applications, err := s.store.ApplicationsByID(ctx, ofEach(requests, func(one Request) ApplicationID { return one.Application }))
	if err != nil {
		return nil, err
	}
	held, err := s.store.Holdings(ctx, HoldingFilter{Teams: teams, States: HeldStates(), At: s.now()})
	if err != nil {
		return nil, err
	}
	known, err := s.loadPlansByID(ctx)
	if err != nil {
		return nil, err
	}
	asked := make([]Asked, len(requests))
	for i, request := range requests {
		asked[i] = Asked{
			Request: request, Application: applications[request.Application], Team: names.Teams[request.Team],
			Asker: names.Accounts[request.Asker], Decider: names.Accounts[request.Decider],
		}
		ofTeam := slices.Collect(func(yield func(Holding) bool) {
			for _, one := range held {
				if one.Team == request.Team && !yield(one) {
					return
				}
			}
		})
		asked[i].compare(ofTeam, known)
	}
	return asked, nil
}

// compare fills in the wanted plans, the plans that the team holds, and conflicts between them.
func (a *Asked) compare(held []Holding, known map[plan.ID]plan.Plan) {
	for _, one := range held {
		under, exists := known[one.Plan]
		if !exists {
			under = plan.Plan{ID: one.Plan, Name: "a plan that was deleted"}
		}
		if one.State != Pending {
			a.Has = append(a.Has, HeldPlan{Plan: under, State: one.State, Count: one.Count})
		}
	}
	for _, sent := range a.Request.Remove {
		a.Removed = append(a.Removed, sentPlan(sent, known).Plan.Name)
	}
	for _, sent := range a.Request.Wanted {
		wanted := sentPlan(sent, known)
		siblings := siblingsOf(wanted.Plan, known)
		for _, one := range held {
			if slices.Contains(siblings, one.Plan) && !slices.Contains(a.Request.Remove, one.Plan.Hex()) {
				wanted.InTheWay = known[one.Plan].Name
			}
		}
		a.Wanted = append(a.Wanted, wanted)
	}
}

func sentPlan(sent string, known map[plan.ID]plan.Plan) WantedPlan {
	parsed, err := id.Parse[plan.ID](sent)
	if one, exists := known[parsed]; exists && err == nil {
		return WantedPlan{Plan: one, Known: true}
	}
	return WantedPlan{Plan: plan.Plan{Name: sent}}
}

// maxTogether is the largest number of requests in one decision.
const maxTogether = 100

// Decisions is the input of DecideRequests: one decision on several requests.
type Decisions struct {
	Requests []RequestID
	Approve  bool
	Reason   string
}

// Outcome is the result for one of several requests.
type Outcome struct {
	Asked Asked
	// Issued are the keys that came with an approval.
	Issued []IssuedCredential
	// Failed is why this request was not decided; nil if it was.
	Failed error
}

// DecideRequests decides requests one by one, each all or nothing: a failure of one does not stop the others. Internal
// errors are outcomes too, so that staff see which requests were decided.
func (s *Service) DecideRequests(ctx context.Context, in Decisions) ([]Outcome, error) {
	if err := identity.Require(ctx, identity.DecideRequests); err != nil {
		return nil, err
	}
	chosen := ofEach(in.Requests, func(one RequestID) RequestID { return one })
	if len(chosen) == 0 || len(chosen) > maxTogether {
		return nil, fault.Newf(fault.Invalid, "no_requests", "Select 1 to %d requests, then decide again.", maxTogether)
	}
	if err := checkReason(in.Reason); err != nil {
		return nil, err
	}
	var requests []Request
	outcomes := make([]Outcome, 0, len(chosen))
	for _, id := range chosen {
		decided, err := s.DecideRequest(ctx, Decision{Request: id, Approve: in.Approve, Reason: in.Reason})
		if err != nil {
			decided.Request = Request{ID: id}
			if found, missing := s.store.Request(ctx, id); missing == nil {
				decided.Request = found
			}
		}
		outcomes = append(outcomes, Outcome{Issued: decided.Issued, Failed: err})
		requests = append(requests, decided.Request)
	}
	asked, err := s.asked(ctx, requests)
	for i, request := range requests {
		outcomes[i].Asked = Asked{Request: request} // even if the names cannot be loaded: a new key is shown only here
		if err == nil {
			outcomes[i].Asked = asked[i]
		}
	}
	return outcomes, nil
}

// Plans lists all plans for staff to choose from.
func (s *Service) Plans(ctx context.Context) ([]plan.Plan, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return nil, err
	}
	return s.plans.Plans(ctx)
}
