package access

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/opt"
	"github.com/portico-api/portico/internal/platform/page"
)

// Application is software that calls APIs. It belongs to a team, or to one member of it. Every team and every member
// has a default one, which cannot be deleted.
type Application struct {
	ID   ApplicationID
	Team identity.TeamID
	// Account is the member that owns it; zero if it belongs to the team.
	Account     identity.AccountID
	Name        string
	Description string
	Default     bool
	// Strategy is fixed at creation; zero for default applications, which may use any.
	Strategy    plan.StrategyID
	ReferenceID string
	RedirectURI string
	CreatedAt   time.Time
	UpdatedAt   time.Time
	DeletedAt   time.Time
}

const (
	maxDescription = 2000
	maxReference   = 255
	defaultName    = "Default application"
)

// NewApplication is the input of CreateApplication.
type NewApplication struct {
	// Team may be zero for the team that the caller acts in. Account makes one member its owner.
	Team        identity.TeamID
	Account     identity.AccountID
	Name        string
	Description string
	// Strategy is how the application authenticates; it cannot be changed later. Zero chooses the portal's default or,
	// without one, the only available strategy. If Kinds are set, the strategy must be of one of them.
	Strategy    plan.StrategyID
	Kinds       []plan.Kind
	ReferenceID string
	RedirectURI string
}

// UpdateApplication is the input of the method of the same name. Unset fields stay unchanged.
type UpdateApplication struct {
	Application ApplicationID
	Name        opt.Value[string]
	Description opt.Value[string]
	ReferenceID opt.Value[string]
	RedirectURI opt.Value[string]
}

func (a Application) validate() error {
	var refused []fault.Field
	if reason := checkName(a.Name, false); reason != "" {
		refused = append(refused, fault.Field{Name: "name", Reason: reason})
	}
	if utf8.RuneCountInString(a.Description) > maxDescription {
		refused = append(refused, fault.Field{Name: "description", Reason: "must be text of at most 2,000 characters"})
	}
	if checkName(a.ReferenceID, true) != "" || utf8.RuneCountInString(a.ReferenceID) > maxReference {
		refused = append(refused, fault.Field{Name: "reference_id", Reason: "must be one line of at most 255 characters"})
	}
	if a.RedirectURI != "" && !isRedirect(a.RedirectURI) {
		refused = append(refused, fault.Field{Name: "redirect_uri", Reason: "must be an absolute web address or one with an app's own scheme, such as com.example.app:/back, and have no fragment"})
	}
	return fault.InvalidFields(refused)
}

// isRedirect reports whether text is a valid redirect address: a web address, or an installed program's own scheme (RFC
// 8252).
func isRedirect(text string) bool {
	target, err := url.Parse(text)
	if err != nil || target.Fragment != "" || len(text) > maxDescription || strings.ContainsFunc(text, unicode.IsControl) {
		return false
	}
	if target.Scheme == "http" || target.Scheme == "https" {
		return target.Host != ""
	}
	return strings.Contains(target.Scheme, ".")
}

// CreateApplication creates an application for a team or for one of its members. Its name must be unique for this
// owner.
func (s *Service) CreateApplication(ctx context.Context, in NewApplication) (ApplicationDetail, error) {
	if err := requireSignedIn(ctx); err != nil {
		return ApplicationDetail{}, err
	}
	made, err := s.newApplication(ctx, in)
	if err != nil {
		return ApplicationDetail{}, err
	}
	var detail ApplicationDetail
	err = s.change(ctx, made.Team, func(ctx context.Context) error {
		strategies, err := s.plans.Strategies(ctx)
		if err != nil {
			return err
		}
		detail, err = s.saveNewApplication(ctx, made, in, strategies)
		return err
	})
	return detail, err
}

// newApplication returns the application that the caller may create, which is not stored yet.
func (s *Service) newApplication(ctx context.Context, in NewApplication) (Application, error) {
	now := s.now()
	if in.Team.IsZero() {
		in.Team = identity.From(ctx).Team
	}
	made := Application{
		ID: id.New[ApplicationID](now), Team: in.Team, Account: in.Account, Name: strings.TrimSpace(in.Name),
		Description: in.Description, ReferenceID: in.ReferenceID, RedirectURI: in.RedirectURI, CreatedAt: now, UpdatedAt: now,
	}
	if err := RequireOver(ctx, identity.ManageApplications, made, "team"); err != nil {
		return Application{}, err
	}
	return made, made.validate()
}

// saveNewApplication stores a new application with its strategy, if its owner exists and its name is free.
func (s *Service) saveNewApplication(ctx context.Context, made Application, in NewApplication, strategies []plan.Strategy) (ApplicationDetail, error) {
	if err := s.checkOwner(ctx, made.Team, made.Account); err != nil {
		return ApplicationDetail{}, err
	}
	strategy, err := chooseStrategy(strategies, in.Strategy, in.Kinds)
	if err != nil {
		return ApplicationDetail{}, err
	}
	made.Strategy = strategy.ID
	if err := s.checkNameFree(ctx, made); err != nil {
		return ApplicationDetail{}, err
	}
	return ApplicationDetail{Application: made, Strategy: strategy}, s.saveApplication(ctx, made, "application.created")
}

// checkOwner returns nil if the team exists and the account, if any, is a member of it.
func (s *Service) checkOwner(ctx context.Context, team identity.TeamID, owner identity.AccountID) error {
	if _, err := s.accounts.Team(ctx, team); err != nil {
		return err
	}
	if owner.IsZero() {
		return nil
	}
	memberships, err := s.accounts.Memberships(ctx, owner)
	if err != nil {
		return err
	}
	for _, membership := range memberships {
		if membership.Team.ID == team {
			return nil
		}
	}
	return fault.Missing("member")
}

// chooseStrategy returns the wanted strategy or, if none is named, the portal's default or only available one.
func chooseStrategy(all []plan.Strategy, wanted plan.StrategyID, kinds []plan.Kind) (plan.Strategy, error) {
	if !wanted.IsZero() && strategyOr(all, wanted).ID.IsZero() {
		return plan.Strategy{}, invalid("strategy", "is unknown; choose one of the portal's strategies")
	}
	usable := slices.DeleteFunc(slices.Clone(all), func(one plan.Strategy) bool {
		return !one.Kind.Issued() || len(kinds) > 0 && !slices.Contains(kinds, one.Kind)
	})
	chosen := strategyOr(usable, wanted)
	switch {
	case !chosen.ID.IsZero():
		return chosen, nil
	case !wanted.IsZero():
		return plan.Strategy{}, invalid("strategy", "cannot be used here; choose another strategy")
	case len(usable) == 1:
		return usable[0], nil
	case len(usable) == 0:
		return plan.Strategy{}, invalid("strategy", "is missing, but the portal has none to choose from yet; ask the portal's staff")
	}
	return plan.Strategy{}, invalid("strategy", "is required, since the portal has no default strategy")
}

// strategyOr returns the wanted strategy, or the portal's default if wanted is zero. It returns the zero Strategy if
// there is no match.
func strategyOr(all []plan.Strategy, wanted plan.StrategyID) plan.Strategy {
	at := slices.IndexFunc(all, func(one plan.Strategy) bool { return one.ID == wanted || wanted.IsZero() && one.Default })
	if at < 0 {
		return plan.Strategy{}
	}
	return all[at]
}

// checkNameFree returns nil if the application's owner has no other application of the same name.
func (s *Service) checkNameFree(ctx context.Context, application Application) error {
	same, err := page.All(func(request page.Request) (page.Page[Application], error) {
		return s.store.Applications(ctx, ApplicationFilter{Team: application.Team, Name: application.Name}, request)
	})
	if err != nil {
		return err
	}
	for _, other := range same {
		if other.ID != application.ID && other.Account == application.Account {
			return fault.New(fault.Conflict, "name_taken", "An application with this name already exists. Choose another name.")
		}
	}
	return nil
}

func (s *Service) saveApplication(ctx context.Context, application Application, action string, differences ...event.Difference) error {
	if err := s.store.SaveApplication(ctx, application); err != nil {
		return err
	}
	tag := event.TagOf(event.TagApplication, application.ID)
	details := event.Note(map[string]string{"name": application.Name}, differences...)
	if err := s.audit(ctx, action, tag, application.Team, details); err != nil {
		return err
	}
	return s.changed(ctx, tag)
}

// DefaultApplication returns the default application of a team, or of one of its members. It creates one if there
// is none.
func (s *Service) DefaultApplication(ctx context.Context, team identity.TeamID, member identity.AccountID) (Application, error) {
	if err := requireSignedIn(ctx); err != nil {
		return Application{}, err
	}
	if err := RequireOver(ctx, requestPermission(ctx), Application{Team: team, Account: member}, "team"); err != nil {
		return Application{}, err
	}
	return s.defaultOf(ctx, team, member)
}

// loadApplicationOrDefault is loadApplication, except that the zero id means the default application of the caller's
// team.
func (s *Service) loadApplicationOrDefault(ctx context.Context, permission identity.Permission, id ApplicationID) (Application, error) {
	if !id.IsZero() {
		return s.loadApplication(ctx, permission, id)
	}
	if err := identity.Require(ctx, permission); err != nil {
		return Application{}, err
	}
	team := identity.From(ctx).Team
	if err := identity.RequireIn(ctx, permission, team, "team"); err != nil {
		return Application{}, err
	}
	return s.defaultOf(ctx, team, identity.AccountID{})
}

func (s *Service) defaultOf(ctx context.Context, team identity.TeamID, member identity.AccountID) (Application, error) {
	found, err := s.store.DefaultApplication(ctx, team, member)
	if !fault.Is(err, fault.NotFound) {
		return found, err
	}
	err = s.change(ctx, team, func(ctx context.Context) error {
		found, err = s.store.DefaultApplication(ctx, team, member) // another call may have created it
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		if err := s.checkOwner(ctx, team, member); err != nil {
			return err
		}
		now := s.now()
		found = Application{
			ID: id.New[ApplicationID](now), Team: team, Account: member, Name: defaultName, Default: true,
			CreatedAt: now, UpdatedAt: now,
		}
		return s.saveApplication(ctx, found, "application.created")
	})
	return found, err
}

// UpdateApplication changes the fields that are set and leaves the others.
func (s *Service) UpdateApplication(ctx context.Context, in UpdateApplication) (ApplicationDetail, error) {
	application, err := s.loadApplication(ctx, identity.ManageApplications, in.Application)
	if err != nil {
		return ApplicationDetail{}, err
	}
	if !application.Rights(identity.From(ctx)).Change {
		return ApplicationDetail{}, fault.New(fault.Conflict, "default_application", "The default application cannot be changed. Create an application instead.")
	}
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, in.Application); err != nil {
			return err
		}
		before := application
		application.Name = strings.TrimSpace(in.Name.Or(application.Name))
		application.Description = in.Description.Or(application.Description)
		application.ReferenceID = in.ReferenceID.Or(application.ReferenceID)
		application.RedirectURI = in.RedirectURI.Or(application.RedirectURI)
		application.UpdatedAt = s.now()
		if err := application.validate(); err != nil {
			return err
		}
		if application.Name != before.Name {
			if err := s.checkNameFree(ctx, application); err != nil {
				return err
			}
		}
		return s.saveApplication(ctx, application, "application.updated", application.differences(before)...)
	})
	if err != nil {
		return ApplicationDetail{}, err
	}
	return s.applicationDetail(ctx, application)
}

func (a Application) differences(before Application) []event.Difference {
	return []event.Difference{
		{Name: "name", Before: before.Name, After: a.Name}, {Name: "description", Before: before.Description, After: a.Description},
		{Name: "reference_id", Before: before.ReferenceID, After: a.ReferenceID},
		{Name: "redirect_uri", Before: before.RedirectURI, After: a.RedirectURI},
	}
}

// DeleteApplication marks an application deleted, ends its subscriptions, revokes its keys and withdraws its pending
// requests. A default application cannot be deleted.
func (s *Service) DeleteApplication(ctx context.Context, id ApplicationID) error {
	application, err := s.loadApplication(ctx, identity.ManageApplications, id)
	if err != nil {
		return err
	}
	if !application.Rights(identity.From(ctx)).Change {
		return fault.New(fault.Conflict, "default_application", "The default application cannot be deleted. Revoke its keys or end its subscriptions instead.")
	}
	return s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, id); err != nil {
			return err
		}
		if err := s.closeApplication(ctx, application); err != nil {
			return err
		}
		application.DeletedAt, application.UpdatedAt = s.now(), s.now()
		return s.saveApplication(ctx, application, "application.deleted")
	})
}

func (s *Service) closeApplication(ctx context.Context, application Application) error {
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return err
	}
	requests, err := s.requests(ctx, RequestFilter{Application: application.ID, State: RequestPending})
	if err != nil {
		return err
	}
	for _, request := range requests {
		if _, err := s.settled(ctx, request, RequestWithdrawn, "", plans); err != nil {
			return err
		}
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Application: application.ID, States: HeldStates()})
	if err != nil {
		return err
	}
	for _, subscription := range held {
		if _, err := s.remove(ctx, subscription, plans); err != nil {
			return err
		}
	}
	keys, err := s.credentials(ctx, CredentialFilter{Application: application.ID, Unrevoked: true})
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := s.revoke(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
