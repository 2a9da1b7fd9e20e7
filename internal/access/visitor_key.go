package access

import (
	"context"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

// How many keys of visitors work at a time, and how many calls visitors may make per minute: with one key, and all of
// them together under one plan. The plan's own limits apply too.
const (
	mostVisitorKeys    = 1000
	callsOfVisitor     = 30
	callsOfAllVisitors = 600
	visitorWindow      = time.Minute
)

const visitorKeysLock = "keys of visitors"

// VisitorKey is a key with which a visitor tries out one version for ten minutes, under a plan for trial. It belongs to
// no team and is in no list.
type VisitorKey struct {
	ID CredentialID
	// Lookup is the keyed hash that finds the key.
	Lookup    []byte
	Product   catalog.ProductID
	Version   catalog.VersionID
	Plan      plan.ID
	ExpiresAt time.Time
}

// VisitorKeys is the part of the store that stores the keys of visitors.
type VisitorKeys interface {
	SaveVisitorKey(ctx context.Context, key VisitorKey) error
	// VisitorKey returns the key with one of the lookup values. It returns not_found if there is none.
	VisitorKey(ctx context.Context, lookups [][]byte) (VisitorKey, error)
	// WorkingVisitorKeys counts the keys that have not expired.
	WorkingVisitorKeys(ctx context.Context, now time.Time) (int, error)
	// DropVisitorKeys deletes the keys that expired before this time, and what was counted for them.
	DropVisitorKeys(ctx context.Context, before time.Time) error
}

// NewVisitorKey is the input of IssueVisitorKey. Product is a slug, Version a name.
type NewVisitorKey struct {
	Product, Version, Environment string
}

// IssueVisitorKey gives a visitor a key of ten minutes for one version that staff have marked for trial. It is not
// audited: anyone can ask for one, and the trail must not fill up with it.
func (s *Service) IssueVisitorKey(ctx context.Context, in NewVisitorKey) (IssuedCredential, error) {
	if !identity.From(ctx).Anonymous() {
		return IssuedCredential{}, fault.New(fault.Forbidden, "only_for_visitors", "This key is for visitors. You are signed in: use a key of your team.")
	}
	product, version, err := s.products.NamedVersion(ctx, in.Product, in.Version)
	if err != nil {
		return IssuedCredential{}, err
	}
	plans, err := s.loadPlanSet(ctx)
	if err != nil {
		return IssuedCredential{}, err
	}
	under, found := triable(plans.all, version.ID, in.Environment)
	if !found {
		return IssuedCredential{}, fault.New(fault.Conflict, "not_for_trial", "Visitors can't try this API. Sign in to use your own key.")
	}
	if err := account.CountVisitorKey(ctx, s.accounts, s.now()); err != nil {
		return IssuedCredential{}, err
	}
	return s.saveVisitorKey(ctx, VisitorKey{Product: product.ID, Version: version.ID, Plan: under.ID}, under)
}

// triable returns the first plan under which visitors may try the version in the environment.
func triable(plans []plan.Plan, version catalog.VersionID, environment string) (plan.Plan, bool) {
	var first plan.Plan
	for _, one := range plans {
		if one.Environment == environment && one.TriableFor(version) && (first.ID.IsZero() || one.Slug < first.Slug) {
			first = one
		}
	}
	return first, !first.ID.IsZero()
}

// saveVisitorKey completes a key and saves it. The gateways need not know: no client has tried the key before.
func (s *Service) saveVisitorKey(ctx context.Context, key VisitorKey, under plan.Plan) (IssuedCredential, error) {
	now := s.now()
	key.ID, key.ExpiresAt = id.New[CredentialID](now), now.Add(ticketValidity)
	issued := IssuedCredential{Credential: Credential{
		ID: key.ID, Environment: under.Environment, Kind: plan.Key, Format: plan.PrefixedKey, CreatedAt: now, ExpiresAt: key.ExpiresAt,
	}}
	var err error
	if issued.Material, err = s.renew(&issued.Credential); err != nil {
		return IssuedCredential{}, err
	}
	key.Lookup = issued.Credential.Lookup
	err = s.store.InTx(ctx, func(ctx context.Context) error {
		if err := s.store.Lock(ctx, visitorKeysLock); err != nil {
			return err
		}
		// The gateways may still be storing what they counted for keys that have just expired.
		if err := s.store.DropVisitorKeys(ctx, now.Add(-ticketValidity)); err != nil {
			return err
		}
		working, err := s.store.WorkingVisitorKeys(ctx, now)
		if err != nil {
			return err
		}
		if working >= mostVisitorKeys {
			busy := fault.New(fault.Limited, "visitor_keys_busy", "Many visitors are trying APIs right now. Try again in a few minutes, or sign in to use your own key.")
			busy.RetryAfter = time.Minute
			return busy
		}
		return s.store.SaveVisitorKey(ctx, key)
	})
	if err != nil {
		return IssuedCredential{}, err
	}
	return issued, nil
}

// visitorGrant is Grant for the key of a visitor. It admits no call if a visitor could not get this key now.
func (s *Service) visitorGrant(ctx context.Context, lookups [][]byte) (Grant, error) {
	key, err := s.store.VisitorKey(ctx, lookups)
	if err != nil {
		return Grant{}, err
	}
	if past(key.ExpiresAt, s.now()) {
		return Grant{}, fault.Missing("credential")
	}
	under, err := s.plans.Plan(ctx, key.Plan)
	if err != nil {
		return Grant{}, err
	}
	product, err := s.catalog.Product(ctx, key.Product)
	if err != nil {
		return Grant{}, err
	}
	settings, err := s.site.Settings(ctx)
	if err != nil {
		return Grant{}, err
	}
	grant := Grant{
		Credential: key.ID, Visitor: true, Environment: under.Environment, Kind: plan.Key, ExpiresAt: key.ExpiresAt,
		Tags: []event.Tag{
			event.TagOf(event.TagCredential, key.ID), event.TagOf(event.TagPlan, key.Plan), event.TagOf(event.TagProduct, key.Product),
			event.TagOf(event.TagVersion, key.Version), event.PublicMode,
		},
	}
	if product.VisibleTo(identity.Principal{}, settings.Public) && under.TriableFor(key.Version) {
		grant.Subscriptions = []GrantedSubscription{key.granted(under)}
	}
	return grant, nil
}

// granted returns what the key opens. The plan's limits per subscription apply to each key, those per team to all
// visitors together.
func (k VisitorKey) granted(under plan.Plan) GrantedSubscription {
	return GrantedSubscription{
		ID: SubscriptionID(k.ID), Plan: under.ID, Bound: true, Opens: []catalog.VersionID{k.Version},
		Scopes: under.Scopes, Scoped: len(under.Scopes) > 0, Limits: visitorLimits(under.Limits),
	}
}

// visitorLimits adds the bounds of all visitors to a plan's limits. Of two limits for the same time, the lower applies.
func visitorLimits(limits []plan.Limit) []plan.Limit {
	window := plan.Window{Kind: plan.Rate, Length: visitorWindow}
	added := []plan.Limit{
		{Meter: plan.Calls, Per: plan.PerSubscription, Amount: callsOfVisitor, Window: window},
		{Meter: plan.Calls, Per: plan.PerTeam, Amount: callsOfAllVisitors, Window: window},
	}
	for _, one := range limits {
		same := false
		for i := range added {
			if added[i].Per == one.Per && added[i].Window == one.Window {
				added[i].Amount, same = min(added[i].Amount, one.Amount), true
			}
		}
		if !same {
			added = append(added, one)
		}
	}
	return added
}
