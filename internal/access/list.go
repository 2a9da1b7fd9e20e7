package access

import (
	"context"
	"slices"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// SubscriptionDetail is a subscription with the objects that pages show with it.
type SubscriptionDetail struct {
	// Subscription has its current state: it is expired after its end, even before that is stored.
	Subscription Subscription
	// Plan has only an ID if the plan was deleted.
	Plan        plan.Plan
	Application Application
	// Credentials are the working keys of the subscription: those bound to it, and the unbound ones of its application
	// and environment. The primary comes first, then the secondary, then the newest.
	Credentials []Credential
	// Actions and Rights are what the caller may do with the subscription and with each of its keys.
	Actions Actions
	Rights  map[CredentialID]Rights
}

// Subscription returns a subscription that the caller may see.
func (s *Service) Subscription(ctx context.Context, id SubscriptionID) (SubscriptionDetail, error) {
	subscription, _, err := s.loadSubscription(ctx, identity.ViewTeam, id)
	if err != nil {
		return SubscriptionDetail{}, err
	}
	known, err := s.loadPlansByID(ctx)
	if err != nil {
		return SubscriptionDetail{}, err
	}
	details, err := s.details(ctx, []Subscription{subscription}, known)
	if err != nil {
		return SubscriptionDetail{}, err
	}
	return details[0], nil
}

// Subscriptions lists the subscriptions that the caller may see. Members do not see the ones they removed.
func (s *Service) Subscriptions(ctx context.Context, filter SubscriptionFilter, request page.Request) (page.Page[SubscriptionDetail], error) {
	narrowed, err := listing(ctx, filter.Team)
	if err != nil {
		return page.Page[SubscriptionDetail]{}, err
	}
	filter.Team, filter.Reader = narrowed.team, narrowed.reader
	filter.Removed = filter.Removed && narrowed.staff
	found, err := s.store.Subscriptions(ctx, filter, request)
	if err != nil {
		return page.Page[SubscriptionDetail]{}, err
	}
	known, err := s.loadPlansByID(ctx)
	if err != nil {
		return page.Page[SubscriptionDetail]{}, err
	}
	details, err := s.details(ctx, found.Items, known)
	return page.Page[SubscriptionDetail]{Items: details, Total: found.Total}, err
}

func (s *Service) details(ctx context.Context, subscriptions []Subscription, known map[plan.ID]plan.Plan) ([]SubscriptionDetail, error) {
	if len(subscriptions) == 0 {
		return nil, nil
	}
	ids := ofEach(subscriptions, func(one Subscription) ApplicationID { return one.Application })
	applications, err := s.store.ApplicationsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	keys, err := s.credentials(ctx, CredentialFilter{Applications: ids, Unrevoked: true})
	if err != nil {
		return nil, err
	}
	rights, err := s.rights(ctx, applications, keys)
	if err != nil {
		return nil, err
	}
	principal := identity.From(ctx)
	slices.SortStableFunc(keys, func(a, b Credential) int { return slotOrder(a.Slot) - slotOrder(b.Slot) })
	details := make([]SubscriptionDetail, len(subscriptions))
	for i, subscription := range subscriptions {
		under, exists := known[subscription.Plan]
		if !exists {
			under.ID = subscription.Plan
		}
		application := applications[subscription.Application]
		details[i] = SubscriptionDetail{
			Subscription: currently(subscription, s.now()), Plan: under, Application: application,
			Actions: subscription.Actions(application, principal, s.now()), Rights: map[CredentialID]Rights{},
		}
		for _, key := range keys {
			if s.serves(key, subscription, under) {
				details[i].Credentials = append(details[i].Credentials, key)
				details[i].Rights[key.ID] = rights[key.ID]
			}
		}
	}
	return details, nil
}

// rights returns what the caller may do with each of the credentials.
func (s *Service) rights(ctx context.Context, applications map[ApplicationID]Application, credentials []Credential) (map[CredentialID]Rights, error) {
	now, principal := s.now(), identity.From(ctx)
	serving, err := s.store.Serving(ctx, ofEach(credentials, func(one Credential) CredentialID { return one.ID }), now)
	rights := make(map[CredentialID]Rights, len(credentials))
	for _, credential := range credentials {
		rights[credential.ID] = credential.Rights(applications[credential.Application], serving[credential.ID], principal, now)
	}
	return rights, err
}

// ofEach returns the ID of each item, without duplicates and zero IDs.
func ofEach[T any, I ~[12]byte](things []T, named func(T) I) []I {
	var ids []I
	seen := map[I]bool{{}: true}
	for _, thing := range things {
		if one := named(thing); !seen[one] {
			seen[one] = true
			ids = append(ids, one)
		}
	}
	return ids
}

func slotOrder(slot Slot) int { return slices.Index([]Slot{Primary, Secondary, NoSlot}, slot) }

func (s *Service) serves(key Credential, subscription Subscription, under plan.Plan) bool {
	if key.Application != subscription.Application || !key.Status(s.now()).Works() {
		return false
	}
	if key.Subscription.IsZero() {
		return key.Environment == under.Environment
	}
	return key.Subscription == subscription.ID
}

// Credential returns a credential that the caller may see, without its secret.
func (s *Service) Credential(ctx context.Context, id CredentialID) (Credential, error) {
	credential, _, err := s.loadCredential(ctx, identity.ViewTeam, id)
	return credential, err
}

// Credentials lists the credentials that the caller may see, without their secrets.
func (s *Service) Credentials(ctx context.Context, filter CredentialFilter, request page.Request) (page.Page[Credential], error) {
	narrowed, err := listing(ctx, filter.Team)
	if err != nil {
		return page.Page[Credential]{}, err
	}
	filter.Team, filter.Reader = narrowed.team, narrowed.reader
	return s.store.Credentials(ctx, filter, request)
}
