package access

import (
	"context"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/spelling"
)

// The templates of messages about access. Messages to people who have or requested access have the parameters name,
// application, api or plans, state and reason. application_id is set if the page of the application shows the access,
// and front is the part of the site that the person used.
const (
	// MessageRequestDecided goes to the person who requested access. Its state is approved or rejected.
	MessageRequestDecided = "request_decided"
	// MessageRequestWaits goes to the staff who decide. Its parameters are application, team, and api or plans.
	MessageRequestWaits = "request_waits"
	// MessageSubscriptionChanged goes to people whose access stops, ends or works again. Its state is the
	// subscription's new state, was is the old one, and support is the contact for questions.
	MessageSubscriptionChanged = "subscription_changed"
)

// notifyAsker sends a decision to the person who asked, unless they decided it themselves or have no active account.
func (s *Service) notifyAsker(ctx context.Context, request Request, application Application, plans planSet) error {
	if request.Asker.IsZero() || request.Asker == request.Decider {
		return nil
	}
	asker, err := s.accounts.Account(ctx, request.Asker)
	if err != nil || asker.State != account.Active {
		return ignoreMissing(err)
	}
	params, err := s.wantedParams(ctx, request, plans)
	if err != nil {
		return err
	}
	params["state"], params["reason"] = string(request.State), request.Reason
	return s.notify(ctx, asker, MessageRequestDecided, application, request.Version, params)
}

// notifyDeciders notifies the staff who decide that a new order waits for them.
func (s *Service) notifyDeciders(ctx context.Context, order *order) error {
	params, err := s.wantedParams(ctx, order.request, order.plans)
	if err != nil {
		return err
	}
	team, err := s.accounts.Team(ctx, order.application.Team)
	if err != nil {
		return err
	}
	params["application"], params["team"] = order.application.Name, team.Name
	return s.deciders.Tell(ctx, MessageRequestWaits, params)
}

// wantedParams returns the message parameters that name what a request asks for: an API, or plans.
func (s *Service) wantedParams(ctx context.Context, request Request, plans planSet) (map[string]string, error) {
	if request.Version.IsZero() {
		return map[string]string{"plans": wantedNames(request, plans)}, nil
	}
	api, err := s.releaseName(ctx, request.Team, request.Version)
	return map[string]string{"api": api}, err
}

// wantedNames returns the names of the plans that a request asks for.
func wantedNames(request Request, plans planSet) string {
	var names []string
	for _, one := range plans.all {
		if slices.Contains(request.Wanted, one.ID.Hex()) {
			names = append(names, one.Name)
		}
	}
	slices.Sort(names)
	return spelling.List(names)
}

// releaseName returns the version's name for a team, or nothing if the team may no longer see it.
func (s *Service) releaseName(ctx context.Context, team identity.TeamID, version catalog.VersionID) (string, error) {
	releases, err := s.shownReleases(ctx, team, []catalog.VersionID{version})
	release := releases[version]
	return strings.TrimSpace(release.Product.Name + " " + release.Version.Name), err
}

// notify queues a message about an application's access for one person.
func (s *Service) notify(ctx context.Context, to account.Account, template string, application Application, version catalog.VersionID, params map[string]string) error {
	params["name"], params["front"], params["application"] = to.Name, to.Front, application.Name
	if !version.IsZero() && !application.Default {
		params["application_id"] = application.ID.Hex()
	}
	return s.events.Send(ctx, event.Message{To: to.Email, Template: template, Params: params})
}

// notifyOfChange notifies the people concerned of what staff did to a subscription, except the person who did it.
func (s *Service) notifyOfChange(ctx context.Context, application Application, was SubscriptionState, changed Subscription, plans planSet) error {
	if was == changed.State {
		return nil // it expired before; this only stores the state
	}
	concerned, err := s.concerned(ctx, application, changed)
	if err != nil || len(concerned) == 0 {
		return err
	}
	api := plans.name(changed.Plan)
	if !changed.Version.IsZero() {
		if api, err = s.releaseName(ctx, changed.Team, changed.Version); err != nil {
			return err
		}
	}
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return err
	}
	for _, one := range concerned {
		if one == identity.From(ctx).Account {
			continue
		}
		to, err := s.accounts.Account(ctx, one)
		if err != nil {
			return err
		}
		err = s.notify(ctx, to, MessageSubscriptionChanged, application, changed.Version, map[string]string{
			"api": api, "was": string(was), "state": string(changed.State), "reason": changed.Reason, "support": settings.Support,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// concerned returns the person who requested a subscription. If there is none or they left the team, it returns the
// team's owners and the member who owns the application.
func (s *Service) concerned(ctx context.Context, application Application, of Subscription) ([]identity.AccountID, error) {
	members, err := s.accounts.Members(ctx, of.Team)
	if err != nil {
		return nil, err
	}
	request, err := s.store.Request(ctx, of.Request)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	var answering []identity.AccountID
	for _, member := range members {
		if member.State != account.Active {
			continue
		}
		if member.Account == request.Asker {
			return []identity.AccountID{member.Account}, nil
		}
		if member.Role == identity.Owner || member.Account == application.Account {
			answering = append(answering, member.Account)
		}
	}
	return answering, nil
}
