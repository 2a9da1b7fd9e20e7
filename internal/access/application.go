package access

import (
	"context"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/opt"
	"github.com/portico-api/portico/internal/platform/page"
)

const (
	maxDescription = 2000
	maxReference   = 255
	defaultName    = "Default application"
)

// NewApplication is what CreateApplication takes.
type NewApplication struct {
	// Team may be zero for the team that the caller acts in. Account makes it one member's own.
	Team        identity.TeamID
	Account     identity.AccountID
	Name        string
	Description string
	// Strategy binds the application to one way to prove itself; zero leaves it free.
	Strategy    plan.StrategyID
	ReferenceID string
	RedirectURI string
}

// UpdateApplication is what the method of the same name takes; what is absent stays.
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
	if !utf8.ValidString(a.Description) || utf8.RuneCountInString(a.Description) > maxDescription {
		refused = append(refused, fault.Field{Name: "description", Reason: "must have at most 2,000 characters"})
	}
	if reason := checkName(a.ReferenceID, true); reason != "" && len(a.ReferenceID) > maxReference {
		refused = append(refused, fault.Field{Name: "reference_id", Reason: "must be one line of at most 255 characters"})
	}
	if a.RedirectURI != "" {
		target, err := url.Parse(a.RedirectURI)
		if err != nil || target.Scheme == "" || target.Fragment != "" || len(a.RedirectURI) > maxDescription {
			refused = append(refused, fault.Field{Name: "redirect_uri", Reason: "must be an absolute address without a fragment"})
		}
	}
	return fault.InvalidFields(refused)
}

// CreateApplication makes an application for a team or for one of its members.
func (s *Service) CreateApplication(ctx context.Context, in NewApplication) (Application, error) {
	if err := signedIn(ctx); err != nil {
		return Application{}, err
	}
	now := s.now()
	if in.Team.IsZero() {
		in.Team = identity.From(ctx).Team
	}
	made := Application{
		ID: id.New[ApplicationID](now), Team: in.Team, Account: in.Account, Name: strings.TrimSpace(in.Name),
		Description: in.Description, Strategy: in.Strategy, ReferenceID: in.ReferenceID, RedirectURI: in.RedirectURI,
		CreatedAt: now, UpdatedAt: now,
	}
	if err := requireOver(ctx, identity.ManageApplications, made, "team"); err != nil {
		return Application{}, err
	}
	if err := made.validate(); err != nil {
		return Application{}, err
	}
	return made, s.change(ctx, made.Team, func(ctx context.Context) error {
		if err := s.checkOwner(ctx, made.Team, made.Account); err != nil {
			return err
		}
		if err := s.checkStrategy(ctx, made.Strategy); err != nil {
			return err
		}
		return s.saveApplication(ctx, made, "application.created")
	})
}

// checkOwner answers nil where the team exists and the account, if any, is a member of it.
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

func (s *Service) checkStrategy(ctx context.Context, wanted plan.StrategyID) error {
	if wanted.IsZero() {
		return nil
	}
	all, err := s.plans.Strategies(ctx)
	if err != nil {
		return err
	}
	for _, one := range all {
		if one.ID == wanted {
			return nil
		}
	}
	return invalid("strategy", "is not one of the portal's")
}

func (s *Service) saveApplication(ctx context.Context, application Application, action string) error {
	if err := s.store.SaveApplication(ctx, application); err != nil {
		return err
	}
	tag := event.TagOf(event.TagApplication, application.ID)
	if err := s.audit(ctx, action, tag, application.Team, map[string]string{"name": application.Name}); err != nil {
		return err
	}
	return s.changed(ctx, tag)
}

// Application returns an application that the caller may see.
func (s *Service) Application(ctx context.Context, id ApplicationID) (Application, error) {
	return s.reachApplication(ctx, identity.ViewTeam, id)
}

// Applications lists the applications that the caller may see, without the default ones unless they are asked for.
func (s *Service) Applications(ctx context.Context, filter ApplicationFilter, request page.Request) (page.Page[Application], error) {
	narrowed, err := listing(ctx, filter.Team)
	if err != nil {
		return page.Page[Application]{}, err
	}
	filter.Team, filter.Reader = narrowed.team, narrowed.reader
	return s.store.Applications(ctx, filter, request)
}

// DefaultApplication returns the default application of a team, or of one of its members, which is made on demand.
func (s *Service) DefaultApplication(ctx context.Context, team identity.TeamID, member identity.AccountID) (Application, error) {
	if err := signedIn(ctx); err != nil {
		return Application{}, err
	}
	if err := requireOver(ctx, asking(ctx), Application{Team: team, Account: member}, "team"); err != nil {
		return Application{}, err
	}
	return s.defaultOf(ctx, team, member)
}

// reachOrDefault is reachApplication, where the zero id means the default application of the caller's team.
func (s *Service) reachOrDefault(ctx context.Context, permission identity.Permission, id ApplicationID) (Application, error) {
	if !id.IsZero() {
		return s.reachApplication(ctx, permission, id)
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
		found, err = s.store.DefaultApplication(ctx, team, member) // somebody else may have been first
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

// UpdateApplication changes what is sent and leaves the rest.
func (s *Service) UpdateApplication(ctx context.Context, in UpdateApplication) (Application, error) {
	application, err := s.reachApplication(ctx, identity.ManageApplications, in.Application)
	if err != nil {
		return Application{}, err
	}
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, in.Application); err != nil {
			return err
		}
		application.Name = strings.TrimSpace(in.Name.Or(application.Name))
		application.Description = in.Description.Or(application.Description)
		application.ReferenceID = in.ReferenceID.Or(application.ReferenceID)
		application.RedirectURI = in.RedirectURI.Or(application.RedirectURI)
		application.UpdatedAt = s.now()
		if err := application.validate(); err != nil {
			return err
		}
		return s.saveApplication(ctx, application, "application.updated")
	})
	return application, err
}

// DeleteApplication leaves a tombstone of the application, ends its subscriptions, revokes its keys and withdraws what it
// has asked for. A default application cannot be deleted.
func (s *Service) DeleteApplication(ctx context.Context, id ApplicationID) error {
	application, err := s.reachApplication(ctx, identity.ManageApplications, id)
	if err != nil {
		return err
	}
	if application.Default {
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
	requests, err := s.requests(ctx, RequestFilter{Application: application.ID, State: RequestPending})
	if err != nil {
		return err
	}
	for _, request := range requests {
		if _, err := s.settled(ctx, request, RequestWithdrawn, ""); err != nil {
			return err
		}
	}
	held, err := s.subscriptions(ctx, SubscriptionFilter{Application: application.ID, States: HeldStates()})
	if err != nil {
		return err
	}
	for _, subscription := range held {
		if _, err := s.remove(ctx, subscription); err != nil {
			return err
		}
	}
	keys, err := s.credentials(ctx, CredentialFilter{Application: application.ID, Usable: true})
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
