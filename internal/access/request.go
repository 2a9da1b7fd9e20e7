package access

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// Limits of a request.
const (
	maxPlans  = 50
	maxPlanID = 100
	maxFields = 50
	maxField  = 4000
	maxScopes = 50
	maxReason = 2000
)

// Ask is the input of RequestAccess.
type Ask struct {
	// Application may be zero for the default application of the team that the caller acts in.
	Application ApplicationID
	// Plans are the IDs of the wanted plans and Remove of those to give up, both as they were sent. If a wanted and a
	// removed plan are of one family, approval changes the subscription's plan and keeps its keys.
	Plans  []string
	Remove []string
	// Version narrows the request to one version.
	Version catalog.VersionID
	Scopes  []string
	// Credential is a key of the application that gets access to the wanted plans too. IssueKey requests a new one.
	Credential CredentialID
	IssueKey   bool
	Fields     map[string]string
	// Processed records a request that was decided elsewhere; it grants nothing.
	Processed bool
}

// Validate rejects invalid input.
func (in Ask) Validate() error {
	var refused []fault.Field
	ids := slices.Concat(in.Plans, in.Remove)
	unfit := func(text string) bool { return text == "" || len(text) > maxPlanID || !utf8.ValidString(text) }
	if len(ids) == 0 || len(ids) > maxPlans || slices.ContainsFunc(ids, unfit) {
		refused = append(refused, fault.Field{Name: "plans", Reason: "must name 1 to 50 plans"})
	}
	if in.IssueKey && !in.Credential.IsZero() {
		refused = append(refused, fault.Field{Name: "credential", Reason: "must be empty if a new key is requested"})
	}
	refused = append(refused, refusedScopes(in.Scopes)...)
	tooMuch := len(in.Fields) > maxFields
	for name, value := range in.Fields {
		tooMuch = tooMuch || len(name) > maxPlanID || len(value) > maxField || !utf8.ValidString(name) || !utf8.ValidString(value)
	}
	if tooMuch {
		refused = append(refused, fault.Field{Name: "fields", Reason: "has too many or too long entries"})
	}
	return fault.InvalidFields(refused)
}

// refusedScopes returns what is wrong with the scopes, or nothing.
func refusedScopes(scopes []string) []fault.Field {
	unfit := func(scope string) bool { return scope == "" || len(scope) > maxName || !utf8.ValidString(scope) }
	if len(scopes) > maxScopes || slices.ContainsFunc(scopes, unfit) {
		return []fault.Field{{Name: "scopes", Reason: "must be at most 50 scopes of 1 to 255 characters each"}}
	}
	return nil
}

// Decided is a request with its results.
type Decided struct {
	Request Request
	// Subscriptions are those that the request created or changed.
	Subscriptions []Subscription
	// Issued are the keys that came with an approval.
	Issued []IssuedCredential
}

// RequestAccess requests plans. It creates a pending subscription for each plan that exists, unless the request only
// changes a subscription. If all of them are approved automatically, the request is approved when the call returns.
// Unknown plans are recorded and fail at approval.
func (s *Service) RequestAccess(ctx context.Context, in Ask) (Decided, error) {
	application, err := s.loadApplicationOrDefault(ctx, requestPermission(ctx), in.Application)
	if err != nil {
		return Decided{}, err
	}
	if err := in.Validate(); err != nil {
		return Decided{}, err
	}
	var decided Decided
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, application.ID); err != nil {
			return err
		}
		decided, err = s.ask(ctx, application, in)
		return err
	})
	return decided, err
}

func (s *Service) ask(ctx context.Context, application Application, in Ask) (Decided, error) {
	now := s.now()
	request := Request{
		ID: id.New[RequestID](now), Application: application.ID, Team: application.Team,
		Wanted: distinct(in.Plans), Remove: distinct(in.Remove), Version: in.Version, Scopes: distinct(in.Scopes),
		Credential: in.Credential, IssueKey: in.IssueKey, Fields: in.Fields,
		State: RequestPending, Asker: identity.From(ctx).Account, CreatedAt: now,
	}
	if in.Processed {
		request.State, request.DecidedAt, request.Decider = RequestProcessed, now, request.Asker
		return Decided{Request: request}, s.saveRequest(ctx, request, "request.processed")
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return Decided{}, err
	}
	order, err := s.order(ctx, application, request, plans)
	if err != nil {
		return Decided{}, err
	}
	if err := s.checkAsker(ctx, order); err != nil {
		return Decided{}, err
	}
	return s.submit(ctx, order, len(order.unknown) == 0 && !slices.ContainsFunc(order.wanted, needsStaff))
}

// submit records the request and approves it if that is automatic; otherwise it waits for staff.
func (s *Service) submit(ctx context.Context, order *order, automatic bool) (Decided, error) {
	if err := order.check(); err != nil {
		return Decided{}, err
	}
	if err := s.saveRequest(ctx, order.request, "request.created"); err != nil {
		return Decided{}, err
	}
	if automatic {
		return s.fulfil(ctx, order, "")
	}
	decided := Decided{Request: order.request}
	var err error
	if decided.Subscriptions, err = s.openPending(ctx, order); err != nil {
		return Decided{}, err
	}
	return decided, s.notifyDeciders(ctx, order)
}

func needsStaff(wanted plan.Plan) bool { return wanted.Approval != plan.Automatic }

func distinct(texts []string) []string {
	var once []string
	for _, text := range texts {
		if !slices.Contains(once, text) {
			once = append(once, text)
		}
	}
	return once
}

// checkAsker returns nil if the caller may request the plans. A member may request what their team is offered; plans
// that they may not see are unknown.
func (s *Service) checkAsker(ctx context.Context, order *order) error {
	if mayAnywhere(ctx, identity.GrantAccess) {
		return nil
	}
	var offered []plan.Plan
	for _, wanted := range order.wanted {
		rights, err := s.rightsUnder(ctx, wanted, order.application.Team)
		if err != nil {
			return err
		}
		switch {
		case !rights.View:
			order.unknown = append(order.unknown, wanted.ID.Hex())
		case !wanted.Registrable:
			return fault.Newf(fault.Forbidden, "not_registrable", "Only the portal's staff can grant access to %s. Please ask them.", wanted.Name)
		case !rights.Register:
			return mayNotRegister(wanted.Name)
		default:
			offered = append(offered, wanted)
		}
	}
	order.wanted = offered
	return nil
}

// rightsUnder returns what a team may do with any of the products that a plan opens.
func (s *Service) rightsUnder(ctx context.Context, wanted plan.Plan, team identity.TeamID) (catalog.Rights, error) {
	if !wanted.Published {
		return catalog.Rights{}, nil
	}
	releases, err := s.store.Releases(ctx, wanted.Opens, team)
	var rights catalog.Rights
	for _, release := range releases {
		if release.offered() {
			of := release.Product.RightsOf(team)
			rights.View, rights.Register = rights.View || of.View, rights.Register || of.Register
		}
	}
	return rights, err
}

func mayNotRegister(name string) error {
	return fault.Newf(fault.Forbidden, "register_not_permitted", "Your team may view %s but not register for it. Ask the portal's staff for access.", name)
}

// openPending creates the pending subscriptions of a request. Wanted plans that only change a subscription need none.
func (s *Service) openPending(ctx context.Context, order *order) ([]Subscription, error) {
	var opened []Subscription
	for _, wanted := range order.wanted {
		if order.keeps(wanted) || order.changes(wanted) != nil {
			continue
		}
		if err := s.checkRoom(ctx, order.application, wanted, order.request.Version, SubscriptionID{}, order.plans); err != nil {
			return nil, err
		}
		subscription := order.subscription(wanted, s.now())
		if err := s.saveSubscription(ctx, subscription, "subscription.requested", order.plans); err != nil {
			return nil, err
		}
		opened = append(opened, subscription)
	}
	return opened, nil
}

func (s *Service) saveRequest(ctx context.Context, request Request, action string) error {
	if err := s.store.SaveRequest(ctx, request); err != nil {
		return err
	}
	details := map[string]string{"application": request.Application.Hex(), "state": string(request.State)}
	if request.Reason != "" {
		details["reason"] = request.Reason
	}
	return s.audit(ctx, action, requestTag(request.ID), request.Team, details)
}

func requestTag(id RequestID) event.Tag { return event.TagOf(event.TagRequest, id) }

func (s *Service) requests(ctx context.Context, filter RequestFilter) ([]Request, error) {
	return page.All(func(paging page.Request) (page.Page[Request], error) { return s.store.Requests(ctx, filter, paging) })
}

// Request returns a request that the caller may see.
func (s *Service) Request(ctx context.Context, id RequestID) (Request, error) {
	request, _, err := s.loadRequest(ctx, identity.ViewTeam, id)
	return request, err
}

// Requests lists the requests that the caller may see.
func (s *Service) Requests(ctx context.Context, filter RequestFilter, paging page.Request) (page.Page[Request], error) {
	narrowed, err := listing(ctx, filter.Team)
	if err != nil {
		return page.Page[Request]{}, err
	}
	filter.Team, filter.Reader = narrowed.team, narrowed.reader
	return s.store.Requests(ctx, filter, paging)
}
