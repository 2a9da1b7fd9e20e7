package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// NewAccess is the input of GrantAccess.
type NewAccess struct {
	// Application gets the access; zero chooses the default application of the team, or of the team's member.
	Application ApplicationID
	Team        identity.TeamID
	Account     identity.AccountID
	Plan        plan.ID
	// Version, Scopes and EndsAt narrow the subscription; zero values do not.
	Version catalog.VersionID
	Scopes  []string
	EndsAt  time.Time
	// IssueKey creates a key bound to the subscription, unless the plan issues a pair.
	IssueKey bool
	Reason   string
}

// Granted is a subscription with the keys that came with it.
type Granted struct {
	Subscription Subscription
	Issued       []IssuedCredential
}

// GrantAccess gives an application a subscription without a request. An earlier rejection or revocation of the same
// subscription no longer counts.
func (s *Service) GrantAccess(ctx context.Context, in NewAccess) (Granted, error) {
	return s.grantAccess(ctx, in, func(plans planSet) (plan.Plan, error) {
		under, exists := plans.byID[in.Plan]
		if !exists {
			return plan.Plan{}, fault.Missing("plan")
		}
		return under, nil
	})
}

// grantAccess grants access under the plan that choose returns. It ignores in.Plan.
func (s *Service) grantAccess(ctx context.Context, in NewAccess, choose func(plans planSet) (plan.Plan, error)) (Granted, error) {
	application, err := s.recipient(ctx, in)
	if err != nil {
		return Granted{}, err
	}
	if err := endOf(in.EndsAt, s.now()); err != nil {
		return Granted{}, err
	}
	if err := checkReason(in.Reason); err != nil {
		return Granted{}, err
	}
	var granted Granted
	err = s.change(ctx, application.Team, func(ctx context.Context) error {
		if application, err = s.present(ctx, application.ID); err != nil {
			return err
		}
		plans, err := s.loadPlanSet(ctx)
		if err != nil {
			return err
		}
		under, err := choose(plans)
		if err != nil {
			return err
		}
		granted, err = s.grantOutright(ctx, application, in, under, plans)
		return err
	})
	return granted, err
}

func (s *Service) recipient(ctx context.Context, in NewAccess) (Application, error) {
	if !in.Application.IsZero() {
		return s.loadApplication(ctx, identity.GrantAccess, in.Application)
	}
	if err := requireSignedIn(ctx); err != nil {
		return Application{}, err
	}
	if err := identity.RequireIn(ctx, identity.GrantAccess, in.Team, "team"); err != nil {
		return Application{}, err
	}
	return s.defaultOf(ctx, in.Team, in.Account)
}

func (s *Service) grantOutright(ctx context.Context, application Application, in NewAccess, under plan.Plan, plans planSet) (Granted, error) {
	now := s.now()
	outright := &order{request: Request{Version: in.Version, Scopes: distinct(in.Scopes)}, application: application}
	if _, err := outright.scopes(under); err != nil {
		return Granted{}, err
	}
	if err := s.forgive(ctx, application, under, in.Version, plans); err != nil {
		return Granted{}, err
	}
	if err := s.checkRoom(ctx, application, under, in.Version, SubscriptionID{}, plans); err != nil {
		return Granted{}, err
	}
	subscription := outright.subscription(under, now)
	subscription.ID, subscription.EndsAt = id.New[SubscriptionID](now), in.EndsAt
	subscription, err := subscription.Move(Approved, in.Reason, now)
	if err != nil {
		return Granted{}, err
	}
	if err := s.saveSubscription(ctx, subscription, "subscription.granted", plans); err != nil {
		return Granted{}, err
	}
	granted := Granted{Subscription: subscription}
	if granted.Issued, err = s.issuePair(ctx, application, subscription, under, plans); err != nil || under.Keys.Pair || !in.IssueKey {
		return granted, err
	}
	terms, err := s.terms(ctx, application, NewCredential{Subscription: subscription.ID, Name: under.Name}, plans)
	if err != nil {
		return Granted{}, err
	}
	issued, err := s.issue(ctx, application, terms)
	granted.Issued = []IssuedCredential{issued}
	return granted, err
}

// forgive allows the application to have a subscription again after a rejection or revocation.
func (s *Service) forgive(ctx context.Context, application Application, under plan.Plan, version catalog.VersionID, plans planSet) error {
	past, err := s.subscriptions(ctx, SubscriptionFilter{
		Application: application.ID, Plan: under.ID, States: []SubscriptionState{Rejected, Revoked}, Removed: true,
	})
	if err != nil {
		return err
	}
	for _, subscription := range past {
		if subscription.Version != version || !subscription.Blocks(s.now()) {
			continue
		}
		action := "subscription.cleared"
		if subscription.State == Rejected {
			action, subscription.RemovedAt = "subscription.removed", s.now()
		} else {
			subscription.ClearedAt = s.now()
		}
		subscription.UpdatedAt = s.now()
		if err := s.saveSubscription(ctx, subscription, action, plans); err != nil {
			return err
		}
	}
	return nil
}
