package access

import (
	"cmp"
	"context"
	"slices"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
)

// SubscriptionLine is a subscription as the list of staff shows it.
type SubscriptionLine struct {
	// Subscription has the state of this moment.
	Subscription Subscription
	// Plan holds nothing but its id where it was deleted.
	Plan              plan.Plan
	Team, Application string
}

// SubscriptionLines lists the subscriptions of every team, those that their owners removed too.
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

// SubscriptionOverview is a subscription with everything that staff decide by.
type SubscriptionOverview struct {
	SubscriptionDetail
	Team string
	// Others are the plans that ChangePlan can move it under.
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

// versionNames are what people call the versions: the product's name and the version's.
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

// KeyLine is a key as the list of staff shows it: without its secret.
type KeyLine struct {
	Credential        Credential
	Status            Status
	Team, Application string
}

// KeyLines lists the keys of every team, without their secrets.
func (s *Service) KeyLines(ctx context.Context, filter CredentialFilter, request page.Request) (page.Page[KeyLine], error) {
	if err := identity.Require(ctx, identity.ViewAnyTeam); err != nil {
		return page.Page[KeyLine]{}, err
	}
	found, err := s.store.Credentials(ctx, filter, request)
	if err != nil {
		return page.Page[KeyLine]{}, err
	}
	lines, err := s.keyLines(ctx, found.Items)
	return page.Page[KeyLine]{Items: lines, Total: found.Total}, err
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

// masked is the credential without anything that its secret could be found by.
func (c Credential) masked() Credential {
	c.Lookup, c.Verifier, c.Sealed = nil, nil, nil
	return c
}

// KeyOverview is a key with whom it is known to.
type KeyOverview struct {
	KeyLine
	// CreatedBy is the address of who made it, empty where the product did.
	CreatedBy string
	Readers   []Reader
	// Rights are what the caller may do with the key.
	Rights Rights
	// Plan is what the subscription that it is bound to is under; zero where it is bound to none.
	Plan plan.Plan
}

// KeyOverview returns a key of any team, tickets too.
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
