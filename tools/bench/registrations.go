package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// Sizes of the measured portal: each application has five registrations, except for one that has many.
const (
	registeringTeams        = 500
	registeringApplications = 10_000
	largestTeam             = 2_000
	registeredPerOne        = 5
	keysPerOne              = 2
	mostRegistered          = 500
	registeredProducts      = 2_000
)

// registry is the filled portal, as the owner of the largest team sees it.
type registry struct {
	owner identity.Principal
	// versions holds one version of each product. Half of the team's applications are registered for the first one.
	versions []catalog.VersionID
	strategy plan.Strategy
	// widest is the application with the most registrations.
	widest access.ApplicationID
	// calls holds one call with each key until it is stored.
	calls usage.Batch
}

// measureRegistrations measures the lists of applications and registrations that a large team reads in a full portal.
func measureRegistrations(ctx context.Context, settings settings) ([]figure, error) {
	var made *registry // one for each database
	return shelf{
		fill: func(ctx context.Context, db stocked) error {
			made = &registry{}
			return made.fill(ctx, db)
		},
		lists: func(ctx context.Context, db stocked) ([]list, error) { return made.lists(ctx, db), nil },
	}.measure(ctx, settings)
}

func (r *registry) lists(ctx context.Context, db stocked) []list {
	settings := site.New(site.Config{Store: db.Site(), Events: db, Now: clock.Now})
	service := access.New(access.Config{
		Store: db.Access(), Plans: db.Plans(), Catalog: db.Catalog(), Accounts: db.Accounts(), Events: db, Ring: db.ring, Now: clock.Now,
		Site: settings,
	})
	composed := overview.New(overview.Config{
		Store: db.Overview(), Access: service, Usage: usage.New(usage.Config{Store: db.Usage()}), Now: clock.Now,
		Accounts: account.New(account.Config{Store: db.Accounts(), Events: db, Site: settings, Now: clock.Now}),
		Catalog:  catalog.New(catalog.Config{Store: db.Catalog(), Events: db, Site: settings, Teams: db.Accounts(), Now: clock.Now}),
	})
	owner := identity.With(ctx, r.owner)
	applications := func(filter access.ApplicationFilter) func(page.Request) (int, error) {
		return func(request page.Request) (int, error) {
			found, err := composed.TeamApplications(owner, filter, request)
			return len(found.Items), err
		}
	}
	choices := func(request page.Request) (int, error) {
		found, err := service.RegistrationChoices(owner, access.RegistrationChoiceFilter{Application: r.widest}, request)
		return len(found.Choices.Items), err
	}
	registrations := func(filter access.RegistrationFilter) func(page.Request) (int, error) {
		filter.Application = r.widest
		return func(request page.Request) (int, error) {
			found, err := service.Registrations(owner, filter, request)
			return len(found.Items), err
		}
	}
	ofVersion := func(filter access.VersionApplicationFilter) func(page.Request) (int, error) {
		filter.Version = r.versions[0]
		return func(request page.Request) (int, error) {
			found, err := service.VersionApplications(owner, filter, request)
			return len(found.Items), err
		}
	}
	requests := func(request page.Request) (int, error) {
		found, err := service.TeamRequests(owner, access.RequestFilter{}, request)
		return len(found.Items), err
	}
	home := func(page.Request) (int, error) {
		found, err := composed.Home(owner)
		return len(found.Applications.Items), err
	}
	front := func(page.Request) (int, error) {
		found, err := composed.Front(owner) // sees more than a visitor
		return len(found.Products.Items), err
	}
	approved := []access.SubscriptionState{access.Approved}
	return []list{
		{"home page of a team", 1, home},
		{"home page of a visitor", 1, front},
		{"applications of a team", largestTeam, applications(access.ApplicationFilter{})},
		{"applications by part of the name", largestTeam, applications(access.ApplicationFilter{Search: "tion"})},
		{"applications by name", 1, applications(access.ApplicationFilter{Name: "application 77"})},
		{"applications by strategy", largestTeam, applications(access.ApplicationFilter{Strategy: r.strategy.ID})},
		{"versions that an application may register for", registeredProducts - mostRegistered, choices},
		{"registrations of an application", mostRegistered, registrations(access.RegistrationFilter{})},
		{"registrations by state", mostRegistered, registrations(access.RegistrationFilter{States: approved})},
		{"registrations by part of the product", mostRegistered, registrations(access.RegistrationFilter{ProductNameContains: "duct"})},
		{"registrations by product", 1, registrations(access.RegistrationFilter{ProductName: "product 77"})},
		{"registrations by part of the version", mostRegistered, registrations(access.RegistrationFilter{VersionNameContains: "v"})},
		{"requests of a team", largestTeam, requests},
		{"applications of a version", largestTeam / 2, ofVersion(access.VersionApplicationFilter{})},
		{"applications of a version by state", largestTeam / 2, ofVersion(access.VersionApplicationFilter{States: approved})},
		{"unregistered applications", largestTeam / 2, ofVersion(access.VersionApplicationFilter{Unregistered: true})},
		{"unregistered applications by strategy", largestTeam / 2, ofVersion(access.VersionApplicationFilter{Unregistered: true, Strategies: []plan.StrategyID{r.strategy.ID}})},
	}
}

// fill creates registrable products, and teams with registered applications.
func (r *registry) fill(ctx context.Context, db stocked) error {
	now := clock.Now()
	r.strategy = plan.Strategy{ID: id.New[plan.StrategyID](now), Slug: "key", Name: "Key", Kind: plan.Key, Default: true, ManagedBy: catalog.Files}
	if err := db.Plans().SaveStrategy(ctx, r.strategy); err != nil {
		return err
	}
	var plans []plan.ID
	for number := range registeredProducts {
		under, err := r.publish(ctx, db, number)
		if err != nil {
			return err
		}
		plans = append(plans, under)
	}
	applications := registeringApplications
	for number := range registeringTeams {
		team := account.Team{ID: id.New[identity.TeamID](now), Name: fmt.Sprint("Team ", number), CreatedAt: now}
		if err := db.Accounts().SaveTeam(ctx, team); err != nil {
			return err
		}
		size := (registeringApplications - largestTeam) / (registeringTeams - 1)
		switch number {
		case 0:
			size = largestTeam
			r.owner = identity.Principal{Account: id.New[identity.AccountID](now), Team: team.ID, Role: identity.Owner}
			if err := r.hire(ctx, db, team.ID); err != nil {
				return err
			}
		case registeringTeams - 1:
			size = applications
		}
		applications -= size
		for one := range size {
			if err := r.register(ctx, db.Access(), team.ID, one, plans); err != nil {
				return err
			}
		}
	}
	return addUsage(ctx, db.Usage(), r.calls)
}

// hire creates the owner's account.
func (r *registry) hire(ctx context.Context, db stocked, team identity.TeamID) error {
	now := clock.Now()
	owner := account.Account{ID: r.owner.Account, Email: "owner@company.example", Name: "Owner", State: account.Active, HomeTeam: team, CreatedAt: now}
	member := account.Member{Account: owner.ID, Team: team, Role: identity.Owner, JoinedAt: now}
	return errors.Join(db.Accounts().SaveAccount(ctx, owner), db.Accounts().SaveMember(ctx, member))
}

func (r *registry) publish(ctx context.Context, db stocked, number int) (plan.ID, error) {
	now := clock.Now()
	product := catalog.Product{
		ID: id.New[catalog.ProductID](now), Slug: fmt.Sprint("product-", number), Name: fmt.Sprint("Product ", number),
		Description: "Parcels, from the door to the door.", Audience: catalog.SignedIn, Published: true, ManagedBy: catalog.Files,
	}
	version := catalog.Version{ID: id.New[catalog.VersionID](now), Product: product.ID, Name: "v1", Published: true, Deprecated: number%20 == 0}
	under := plan.Plan{
		ID: id.New[plan.ID](now), Slug: product.Slug, Name: product.Name, Environment: "production", Strategy: r.strategy.ID,
		Opens: []catalog.VersionID{version.ID}, Registrable: true, Published: true, ManagedBy: catalog.Files,
	}
	r.versions = append(r.versions, version.ID)
	published := event.Audit{Action: "version.created", Object: event.TagOf(event.TagVersion, version.ID), Details: map[string]string{"by": "portico.yaml"}}
	return under.ID, errors.Join(db.Audit(ctx, published), db.Catalog().SaveProduct(ctx, product), db.Catalog().SaveVersion(ctx, version), db.Plans().SavePlan(ctx, under))
}

// register creates an application with its registrations. The first one has the most.
func (r *registry) register(ctx context.Context, to *store.Access, team identity.TeamID, number int, plans []plan.ID) error {
	now := clock.Now()
	made := access.Application{
		ID: id.New[access.ApplicationID](now), Team: team, Name: fmt.Sprint("Application ", number), Strategy: r.strategy.ID, CreatedAt: now, UpdatedAt: now,
	}
	if err := to.SaveApplication(ctx, made); err != nil {
		return err
	}
	asked := access.Request{
		ID: id.New[access.RequestID](now), Application: made.ID, Team: team, Wanted: []string{plans[number%len(plans)].Hex()},
		Version: r.versions[number%len(plans)], State: access.RequestApproved, CreatedAt: now, DecidedAt: now,
	}
	if err := to.SaveRequest(ctx, asked); err != nil {
		return err
	}
	if err := r.giveKeys(ctx, to, made); err != nil {
		return err
	}
	count := registeredPerOne
	if r.widest.IsZero() {
		r.widest, count = made.ID, mostRegistered
	}
	for i := range count {
		at := i
		if count == registeredPerOne && i+number%2 > 0 {
			at = 1 + (number*registeredPerOne+i)%(registeredProducts-1)
		}
		err := to.SaveSubscription(ctx, access.Subscription{
			ID: id.New[access.SubscriptionID](now), Application: made.ID, Team: team, Plan: plans[at], Version: r.versions[at],
			State: access.Approved, CreatedAt: now, UpdatedAt: now, ApprovedAt: now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// giveKeys creates the keys of an application, with one call each.
func (r *registry) giveKeys(ctx context.Context, to *store.Access, of access.Application) error {
	now := clock.Now()
	for i := range keysPerOne {
		key := access.Credential{
			ID: id.New[access.CredentialID](now), Application: of.ID, Team: of.Team, Environment: "production",
			Kind: plan.Key, Format: plan.PrefixedKey, Prefix: "pk_prod_abcd", CreatedAt: now,
			ExpiresAt: now.AddDate(0, 0, 10+60*i),
		}
		key.Lookup = key.ID[:]
		if err := to.SaveCredential(ctx, key); err != nil {
			return err
		}
		addCalls(&r.calls, usage.Series{
			Team: of.Team, Application: of.ID, Subscription: id.New[access.SubscriptionID](now),
			Credential: key.ID, Version: r.versions[0], Environment: key.Environment,
		}, 1)
	}
	return nil
}
