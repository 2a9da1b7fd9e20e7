package access

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// SubscriptionLine is a row of the staff's list of subscriptions.
type SubscriptionLine struct {
	// Subscription has its current state.
	Subscription Subscription
	// Plan has only an ID if the plan was deleted.
	Plan              plan.Plan
	Team, Application string
}

// SubscriptionLines lists the subscriptions of all teams, including removed ones.
func (s *Service) SubscriptionLines(ctx context.Context, filter SubscriptionFilter, request page.Request) (page.Page[SubscriptionLine], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[SubscriptionLine]{}, err
	}
	filter.Removed, filter.At = true, s.now()
	found, err := s.store.Subscriptions(ctx, filter, request)
	if err != nil {
		return page.Page[SubscriptionLine]{}, err
	}
	names, err := s.store.Names(ctx, Named{
		Teams:        ofEach(found.Items, func(one Subscription) identity.TeamID { return one.Team }),
		Applications: ofEach(found.Items, func(one Subscription) ApplicationID { return one.Application }),
	})
	if err != nil {
		return page.Page[SubscriptionLine]{}, err
	}
	known, err := s.loadPlansByID(ctx)
	if err != nil {
		return page.Page[SubscriptionLine]{}, err
	}
	lines := make([]SubscriptionLine, len(found.Items))
	for i, one := range found.Items {
		one.State = one.StateAt(s.now())
		under, exists := known[one.Plan]
		if !exists {
			under.ID = one.Plan
		}
		lines[i] = SubscriptionLine{Subscription: one, Plan: under, Team: names.Teams[one.Team], Application: names.Applications[one.Application]}
	}
	return page.Page[SubscriptionLine]{Items: lines, Total: found.Total}, nil
}

// CountSubscriptions counts the subscriptions of all teams that match a filter, by state. It ignores the filter's
// states.
func (s *Service) CountSubscriptions(ctx context.Context, filter SubscriptionFilter) (map[SubscriptionState]int, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return nil, err
	}
	filter.Removed, filter.At, filter.States = true, s.now(), nil
	return s.store.CountSubscriptions(ctx, filter)
}

// SubscriptionOverview is a subscription with what staff need for decisions.
type SubscriptionOverview struct {
	SubscriptionDetail
	Team string
	// Others are the plans that ChangePlan accepts for it.
	Others []plan.Plan
	// Versions are the names of the versions that the plan and the others open.
	Versions map[catalog.VersionID]string
}

// SubscriptionOverview returns a subscription of any team.
func (s *Service) SubscriptionOverview(ctx context.Context, id SubscriptionID) (SubscriptionOverview, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return SubscriptionOverview{}, err
	}
	subscription, _, err := s.loadSubscription(ctx, identity.ViewTeam, id)
	if err != nil {
		return SubscriptionOverview{}, err
	}
	all, err := s.plans.Plans(ctx)
	if err != nil {
		return SubscriptionOverview{}, err
	}
	details, err := s.details(ctx, []Subscription{subscription}, plansByID(all))
	if err != nil {
		return SubscriptionOverview{}, err
	}
	detail := details[0]
	overview := SubscriptionOverview{SubscriptionDetail: detail}
	names, err := s.store.Names(ctx, Named{Teams: []identity.TeamID{detail.Subscription.Team}})
	if err != nil {
		return SubscriptionOverview{}, err
	}
	overview.Team = names.Teams[detail.Subscription.Team]
	for _, other := range all {
		if other.ID != detail.Plan.ID && replaces(other, detail.Plan) && !other.OpensNothing() {
			overview.Others = append(overview.Others, other)
		}
	}
	overview.Versions, err = s.versionNames(ctx)
	return overview, err
}

// versionNames returns the full names of versions: the product's name and the version's.
func (s *Service) versionNames(ctx context.Context) (map[catalog.VersionID]string, error) {
	products, err := s.catalog.Products(ctx)
	if err != nil {
		return nil, err
	}
	called := map[catalog.ProductID]string{}
	for _, product := range products {
		called[product.ID] = product.Name
	}
	versions, err := s.catalog.Versions(ctx)
	names := map[catalog.VersionID]string{}
	for _, version := range versions {
		names[version.ID] = cmp.Or(called[version.Product], "a deleted product") + " " + version.Name
	}
	return names, err
}

// KeyLine is a row of the staff's list of keys, without the secret.
type KeyLine struct {
	Credential        Credential
	Status            Status
	Team, Application string
}

// KeyPart is a part of the staff's list of keys; the empty one is the whole list.
type KeyPart string

// The parts of the list of keys.
const (
	KeysExpiring KeyPart = "expiring"
	KeysRotating KeyPart = "rotating"
	KeysUnused   KeyPart = "unused"
	KeysRevoked  KeyPart = "revoked"
)

// KeyParts lists the parts of the list of keys.
func KeyParts() []KeyPart { return []KeyPart{KeysExpiring, KeysRotating, KeysUnused, KeysRevoked} }

// KeyBounds are the times that decide to which part of the list a key belongs.
type KeyBounds struct {
	// ExpiringUntil is the latest end of an expiring key, UnusedSince the latest use of an unused one.
	Now, ExpiringUntil, UnusedSince time.Time
}

// BoundsOf returns the bounds at a time.
func BoundsOf(now time.Time) KeyBounds {
	return KeyBounds{Now: now, ExpiringUntil: now.Add(expiringWithin), UnusedSince: now.Add(-unusedFor)}
}

// Has reports whether a key belongs to the part. The zero time stands for a key that was never used.
func (p KeyPart) Has(key Credential, lastUsed, now time.Time) bool {
	switch status := key.Status(now); p {
	case KeysExpiring:
		return status == StatusExpiring
	case KeysRotating:
		return status == StatusGrace
	case KeysUnused:
		since := BoundsOf(now).UnusedSince
		return status.Works() && !key.CreatedAt.After(since) && !lastUsed.After(since)
	case KeysRevoked:
		return status == StatusRevoked
	}
	return true
}

// KeyLines lists the keys of all teams, without their secrets.
func (s *Service) KeyLines(ctx context.Context, filter CredentialFilter, request page.Request) (page.Page[KeyLine], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[KeyLine]{}, err
	}
	filter.At = s.now()
	found, err := s.store.Credentials(ctx, filter, request)
	if err != nil {
		return page.Page[KeyLine]{}, err
	}
	lines, err := s.keyLines(ctx, found.Items)
	return page.Page[KeyLine]{Items: lines, Total: found.Total}, err
}

// CountKeys counts the keys of all teams that match a filter: all of them, and those in each part of the list.
func (s *Service) CountKeys(ctx context.Context, filter CredentialFilter) (map[KeyPart]int, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return nil, err
	}
	counts := map[KeyPart]int{}
	for _, filter.Part = range append(KeyParts(), "") {
		var err error
		filter.At = s.now()
		if counts[filter.Part], err = s.store.CountCredentials(ctx, filter); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// KeysToRevoke returns keys that the caller may revoke, without their secrets.
func (s *Service) KeysToRevoke(ctx context.Context, ids []CredentialID) ([]KeyLine, error) {
	keys := make([]Credential, len(ids))
	for i, id := range ids {
		var err error
		if keys[i], _, err = s.loadCredential(ctx, identity.ManageCredentials, id); err != nil {
			return nil, err
		}
	}
	return s.keyLines(ctx, keys)
}

func (s *Service) keyLines(ctx context.Context, keys []Credential) ([]KeyLine, error) {
	names, err := s.store.Names(ctx, Named{
		Teams:        ofEach(keys, func(one Credential) identity.TeamID { return one.Team }),
		Applications: ofEach(keys, func(one Credential) ApplicationID { return one.Application }),
	})
	lines := make([]KeyLine, len(keys))
	for i, key := range keys {
		lines[i] = KeyLine{
			Credential: key.masked(), Status: key.Status(s.now()), Team: names.Teams[key.Team], Application: names.Applications[key.Application],
		}
	}
	return lines, err
}

// masked returns the credential without the fields that help to find its secret.
func (c Credential) masked() Credential {
	c.Lookup, c.Verifier, c.Sealed = nil, nil, nil
	return c
}

// KeyOverview is a key with the people who know it.
type KeyOverview struct {
	KeyLine
	// CreatedBy is the e-mail address of its creator; empty if the product created it.
	CreatedBy string
	Readers   []Reader
	// Rights are what the caller may do with the key.
	Rights Rights
	// Plan is the plan of the subscription that the key is bound to; zero for an unbound key.
	Plan plan.Plan
}

// KeyOverview returns a key of any team, including tickets.
func (s *Service) KeyOverview(ctx context.Context, id CredentialID) (KeyOverview, error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return KeyOverview{}, err
	}
	key, err := s.store.Credential(ctx, id)
	if err != nil {
		return KeyOverview{}, err
	}
	lines, err := s.keyLines(ctx, []Credential{key})
	if err != nil {
		return KeyOverview{}, err
	}
	overview := KeyOverview{KeyLine: lines[0]}
	applications, err := s.store.ApplicationsByID(ctx, []ApplicationID{key.Application})
	if err != nil {
		return KeyOverview{}, err
	}
	rights, err := s.rights(ctx, applications, []Credential{key})
	if err != nil {
		return KeyOverview{}, err
	}
	overview.Rights = rights[id]
	if overview.Readers, err = s.store.Readers(ctx, id); err != nil {
		return KeyOverview{}, err
	}
	names, err := s.store.Names(ctx, Named{Accounts: slices.DeleteFunc([]identity.AccountID{key.CreatedBy}, identity.AccountID.IsZero)})
	overview.CreatedBy = names.Accounts[key.CreatedBy]
	if err != nil || key.Subscription.IsZero() {
		return overview, err
	}
	bound, err := s.store.Subscription(ctx, key.Subscription)
	if err != nil {
		return overview, err
	}
	known, err := s.loadPlansByID(ctx)
	overview.Plan = known[bound.Plan]
	return overview, err
}
