package access

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// Proof is what a call authenticates with: its lookup values, one for each version of the key ring.
type Proof struct {
	Lookups [][]byte
}

// Grant returns what the gateway needs to know about the credential of the proof. It requires no permission, since the
// proof is one. If the credential will never work again (unknown, revoked, expired, of a deleted application), it
// returns not_found, which the gateway may cache until new keys are created. If the credential may work again later, it
// returns a grant that admits no call, with its tags.
func (s *Service) Grant(ctx context.Context, proof Proof) (Grant, error) {
	if len(proof.Lookups) == 0 {
		return Grant{}, fault.Missing("credential")
	}
	material, err := s.store.GrantMaterial(ctx, proof.Lookups)
	if fault.Is(err, fault.NotFound) {
		return s.visitorGrant(ctx, proof.Lookups)
	}
	if err != nil {
		return Grant{}, err
	}
	return grantOf(material, s.now())
}

func grantOf(material GrantMaterial, now time.Time) (Grant, error) {
	credential := material.Credential
	if !credential.Status(now).Works() || !material.Application.DeletedAt.IsZero() {
		return Grant{}, fault.Missing("credential")
	}
	grant := Grant{
		Credential: credential.ID, Application: credential.Application, Team: credential.Team,
		Account: material.Application.Account, TeamDisabled: material.TeamDisabled, Closed: !material.OwnerActive, Logged: material.Logged,
		Environment: credential.Environment, Kind: credential.Kind, Slot: credential.Slot, InQuery: credential.InQuery,
		Verifier: credential.Verifier, HashKey: credential.HashKey, Scopes: credential.Scopes,
		ExpiresAt: credential.ExpiresAt, GraceUntil: credential.GraceUntil, Tags: material.tags(),
	}
	if !grant.TeamDisabled && !grant.Closed {
		grant.Subscriptions = material.granted(now)
	}
	return grant, nil
}

// Holders returns the accounts that the credential depends on: the member who owns the application, and the holder of a
// ticket.
func (m GrantMaterial) Holders() []identity.AccountID {
	var holders []identity.AccountID
	if !m.Application.Account.IsZero() {
		holders = append(holders, m.Application.Account)
	}
	if m.Credential.Ticket && m.Credential.CreatedBy != m.Application.Account {
		holders = append(holders, m.Credential.CreatedBy)
	}
	return holders
}

// granted returns the subscriptions that the credential opens, in the order of the charging rule.
func (m GrantMaterial) granted(now time.Time) []GrantedSubscription {
	subscriptions := slices.SortedFunc(slices.Values(m.Subscriptions), func(a, b Subscription) int {
		return chargedBefore(a, b, m.Credential.Subscription)
	})
	var granted []GrantedSubscription
	for _, subscription := range subscriptions {
		if opened, ok := m.open(subscription, now); ok {
			granted = append(granted, opened)
		}
	}
	return granted
}

// chargedBefore compares by the charging rule: bound before unbound, narrowed before wide, then the oldest.
func chargedBefore(a, b Subscription, bound SubscriptionID) int {
	return cmp.Or(
		first(a.ID == bound, b.ID == bound),
		first(!a.Version.IsZero(), !b.Version.IsZero()),
		a.CreatedAt.Compare(b.CreatedAt),
		slices.Compare(a.ID[:], b.ID[:]),
	)
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// open returns what the credential gets from a subscription, and false if it gets nothing. The subscription must be
// approved, and its plan must have the credential's environment and kind. A bound credential opens only its own
// subscription.
func (m GrantMaterial) open(subscription Subscription, now time.Time) (GrantedSubscription, bool) {
	credential := m.Credential
	if subscription.StateAt(now) != Approved || subscription.Application != credential.Application {
		return GrantedSubscription{}, false
	}
	bound := credential.Subscription == subscription.ID
	if !bound && !credential.Subscription.IsZero() {
		return GrantedSubscription{}, false
	}
	under, found := m.plan(subscription.Plan)
	if !found || under.Environment != credential.Environment || !m.fits(under.Strategy) {
		return GrantedSubscription{}, false
	}
	opens := under.Opens
	if !subscription.Version.IsZero() {
		if !slices.Contains(opens, subscription.Version) {
			return GrantedSubscription{}, false
		}
		opens = []catalog.VersionID{subscription.Version}
	}
	granted := GrantedSubscription{
		ID: subscription.ID, Plan: under.ID, Family: under.Family, Bound: bound, Opens: opens, Limits: under.Limits, Price: under.Price, EndsAt: subscription.EndsAt,
	}
	granted.Scopes, granted.Scoped = common(under.Scopes, subscription.Scopes, credential.Scopes)
	return granted, true
}

func (m GrantMaterial) plan(id plan.ID) (plan.Plan, bool) {
	at := slices.IndexFunc(m.Plans, func(known plan.Plan) bool { return known.ID == id && known.DeletedAt.IsZero() })
	if at < 0 {
		return plan.Plan{}, false
	}
	return m.Plans[at], true
}

func (m GrantMaterial) fits(strategy plan.StrategyID) bool {
	return slices.ContainsFunc(m.Strategies, func(known plan.Strategy) bool {
		return known.ID == strategy && known.DeletedAt.IsZero() && known.Kind == m.Credential.Kind
	})
}

// common returns the intersection of the scope lists, and whether any list narrows. An empty list does not narrow.
func common(lists ...[]string) (scopes []string, scoped bool) {
	for _, list := range lists {
		switch {
		case len(list) == 0:
		case !scoped:
			scopes, scoped = slices.Clone(list), true
		default:
			scopes = slices.DeleteFunc(scopes, func(scope string) bool { return !slices.Contains(list, scope) })
		}
	}
	return scopes, scoped
}

// tags returns everything that the grant depends on. This includes objects whose change could extend the grant, such as
// a plan that moves to the credential's environment. A new subscription of the application carries the application's
// tag.
func (m GrantMaterial) tags() []event.Tag {
	tags := []event.Tag{
		event.TagOf(event.TagCredential, m.Credential.ID),
		event.TagOf(event.TagApplication, m.Credential.Application),
		event.TagOf(event.TagTeam, m.Credential.Team),
	}
	for _, holder := range m.Holders() {
		tags = append(tags, event.TagOf(event.TagAccount, holder))
	}
	for _, subscription := range m.Subscriptions {
		tags = append(tags, event.TagOf(event.TagSubscription, subscription.ID), event.TagOf(event.TagPlan, subscription.Plan))
	}
	for _, known := range m.Plans {
		tags = append(tags, event.TagOf(event.TagStrategy, known.Strategy))
		for _, version := range known.Opens {
			tags = append(tags, event.TagOf(event.TagVersion, version))
		}
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}

// Alive reports whether the credential itself works at the time: it is neither expired nor past its grace period.
func (g *Grant) Alive(now time.Time) bool { return !past(g.ExpiresAt, now) && !past(g.GraceUntil, now) }

// Charge returns the subscription that a call to the version is charged to, or nil. It is the first in order that opens
// the version, has not ended and grants every required scope. Charge does not allocate.
func (g *Grant) Charge(version catalog.VersionID, now time.Time, required []string) *GrantedSubscription {
	if g.Closed || g.TeamDisabled || !g.Alive(now) {
		return nil
	}
	for i := range g.Subscriptions {
		granted := &g.Subscriptions[i]
		if slices.Contains(granted.Opens, version) && !past(granted.EndsAt, now) && granted.grants(required) {
			return granted
		}
	}
	return nil
}

func (g *GrantedSubscription) grants(required []string) bool {
	if !g.Scoped {
		return true
	}
	for _, scope := range required {
		if !slices.Contains(g.Scopes, scope) {
			return false
		}
	}
	return true
}
