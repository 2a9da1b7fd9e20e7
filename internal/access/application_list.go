package access

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/page"
)

// ApplicationDetail is an application with its strategy.
type ApplicationDetail struct {
	Application Application
	// Strategy is the application's, else the portal's default; zero if there is neither.
	Strategy plan.Strategy
}

// Application returns an application that the caller may see.
func (s *Service) Application(ctx context.Context, id ApplicationID) (ApplicationDetail, error) {
	application, err := s.loadApplication(ctx, identity.ViewTeam, id)
	if err != nil {
		return ApplicationDetail{}, err
	}
	return s.applicationDetail(ctx, application)
}

func (s *Service) applicationDetail(ctx context.Context, application Application) (ApplicationDetail, error) {
	all, err := s.plans.Strategies(ctx)
	return ApplicationDetail{Application: application, Strategy: strategyOr(all, application.Strategy)}, err
}

// Applications lists the applications that the caller may see. Default applications are included only on request.
func (s *Service) Applications(ctx context.Context, filter ApplicationFilter, request page.Request) (page.Page[Application], error) {
	narrowed, err := listing(ctx, filter.Team)
	if err != nil {
		return page.Page[Application]{}, err
	}
	filter.Team, filter.Reader = narrowed.team, narrowed.reader
	return s.store.Applications(ctx, filter, request)
}

// TeamApplications lists the applications of the team that the caller acts in. It leaves out default applications
// unless the filter asks for those with keys. A caller without a team gets an empty list.
func (s *Service) TeamApplications(ctx context.Context, filter ApplicationFilter, request page.Request) (page.Page[ApplicationDetail], error) {
	narrowed, err := ownListing(ctx)
	if err != nil || narrowed.team.IsZero() {
		return page.Page[ApplicationDetail]{}, err
	}
	filter.Team, filter.Reader, filter.Defaults = narrowed.team, narrowed.reader, false
	found, err := s.store.Applications(ctx, filter, request)
	if err != nil {
		return page.Page[ApplicationDetail]{}, err
	}
	strategies, err := s.plans.Strategies(ctx)
	details := make([]ApplicationDetail, len(found.Items))
	for i, application := range found.Items {
		details[i] = ApplicationDetail{Application: application, Strategy: strategyOr(strategies, application.Strategy)}
	}
	return page.Page[ApplicationDetail]{Items: details, Total: found.Total}, err
}

// ownListing is like listing, but limits staff too to the team that they act in.
func ownListing(ctx context.Context) (scope, error) {
	principal := identity.From(ctx)
	if principal.Team.IsZero() {
		return scope{}, identity.Require(ctx, identity.ManageOwnAccount)
	}
	if err := identity.Require(ctx, identity.ViewTeam); err != nil {
		return scope{}, err
	}
	return listing(ctx, principal.Team)
}

// StrategyFilter narrows the list of strategies; zero fields do not narrow. Names are compared ignoring case.
type StrategyFilter struct {
	Name, NameContains string
	Kinds              []plan.Kind
}

// Strategies lists the strategies that a new application may choose: the portal's default, then the others, sorted by
// name.
func (s *Service) Strategies(ctx context.Context, filter StrategyFilter, request page.Request) (page.Page[plan.Strategy], error) {
	if _, err := ownListing(ctx); err != nil { // callers without a team may read it too
		return page.Page[plan.Strategy]{}, err
	}
	all, err := s.plans.Strategies(ctx)
	if err != nil {
		return page.Page[plan.Strategy]{}, err
	}
	matching := slices.DeleteFunc(issued(all), func(one plan.Strategy) bool {
		return len(filter.Kinds) > 0 && !slices.Contains(filter.Kinds, one.Kind) || !named(one.Name, filter.Name, filter.NameContains)
	})
	return page.Of(matching, request), nil
}

// issued returns the strategies that the portal issues credentials for, the default first.
func issued(all []plan.Strategy) []plan.Strategy {
	found := slices.DeleteFunc(slices.Clone(all), func(one plan.Strategy) bool { return !one.Kind.Issued() })
	slices.SortStableFunc(found, func(a, b plan.Strategy) int { return first(a.Default, b.Default) })
	return found
}

// named reports whether a name equals one text and contains another, ignoring case; empty texts match any name.
func named(name, equal, part string) bool {
	return (equal == "" || strings.EqualFold(name, equal)) && strings.Contains(strings.ToLower(name), strings.ToLower(part))
}

// ApplicationCredentials lists the working credentials of an application that the caller may see, the newest first.
func (s *Service) ApplicationCredentials(ctx context.Context, id ApplicationID, request page.Request) (page.Page[Credential], error) {
	application, err := s.loadApplication(ctx, identity.ViewTeam, id)
	if err != nil {
		return page.Page[Credential]{}, err
	}
	return s.store.Credentials(ctx, CredentialFilter{Application: application.ID, WorkingAt: s.now()}, request)
}

// RenameApplicationCredential renames a credential of the named application.
func (s *Service) RenameApplicationCredential(ctx context.Context, application ApplicationID, id CredentialID, name string) (Credential, error) {
	if err := s.checkCredentialOf(ctx, application, id); err != nil {
		return Credential{}, err
	}
	return s.RenameCredential(ctx, id, name)
}

// RegenerateApplicationCredential gives a credential of the named application a new secret.
func (s *Service) RegenerateApplicationCredential(ctx context.Context, application ApplicationID, id CredentialID) (IssuedCredential, error) {
	if err := s.checkCredentialOf(ctx, application, id); err != nil {
		return IssuedCredential{}, err
	}
	return s.RegenerateCredential(ctx, id)
}

// RevokeApplicationCredential revokes a credential of the named application that is not revoked yet.
func (s *Service) RevokeApplicationCredential(ctx context.Context, application ApplicationID, id CredentialID) error {
	if err := s.checkCredentialOf(ctx, application, id); err != nil {
		return err
	}
	return s.RevokeCredential(ctx, id)
}

func (s *Service) checkCredentialOf(ctx context.Context, application ApplicationID, id CredentialID) error {
	if _, err := s.loadApplication(ctx, identity.ManageCredentials, application); err != nil {
		return err
	}
	credential, _, err := s.loadCredential(ctx, identity.ManageCredentials, id)
	if err == nil && (credential.Application != application || credential.Ticket || !credential.RevokedAt.IsZero()) {
		err = fault.Missing("credential")
	}
	return err
}
