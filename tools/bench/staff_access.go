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
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// listedThings is the number of requests, subscriptions and keys in the staff lists.
const listedThings = 10_000

// measureStaffAccess measures pages of the staff lists of requests, subscriptions and keys.
func measureStaffAccess(ctx context.Context, settings settings) ([]figure, error) {
	return shelf{fill: seedAccess, lists: accessLists}.measure(ctx, settings)
}

func accessLists(ctx context.Context, db stocked) ([]list, error) {
	service := overview.New(overview.Config{
		Store: db.Overview(), Usage: usage.New(usage.Config{Store: db.Usage()}), Now: clock.Now,
		Accounts: account.New(account.Config{Store: db.Accounts(), Events: db, Now: clock.Now}),
		Trail:    event.NewTrail(event.TrailConfig{Store: db, Now: clock.Now}),
		Outbox:   event.NewOutbox(event.OutboxConfig{Store: db, Events: db, Now: clock.Now}),
		Access: access.New(access.Config{
			Store: db.Access(), Plans: db.Plans(), Catalog: db.Catalog(), Accounts: db.Accounts(), Events: db, Ring: db.ring, Now: clock.Now,
		}),
	})
	staff := identity.With(ctx, identity.SystemPrincipal("bench"))
	requests := func(filter access.RequestFilter) func(page.Request) (int, error) {
		return func(request page.Request) (int, error) {
			found, err := service.Inbox(staff, filter, request)
			return len(found.Requests.Items), err
		}
	}
	subscriptions := func(filter access.SubscriptionFilter) func(page.Request) (int, error) {
		return func(request page.Request) (int, error) {
			found, err := service.SubscriptionList(staff, filter, request)
			return len(found.Lines.Items), err
		}
	}
	keys := func(filter access.CredentialFilter) func(page.Request) (int, error) {
		return func(request page.Request) (int, error) {
			found, err := service.KeyList(staff, filter, request)
			return len(found.Keys.Items), err
		}
	}
	home := func(page.Request) (int, error) {
		found, err := service.StaffHome(staff)
		return len(found.Requests) + len(found.Expiring.Items), err
	}
	return []list{
		{"overview of staff", 1, home},
		{"staff list of requests", listedThings, requests(access.RequestFilter{})},
		{"staff list of requests searched", listedThings, requests(access.RequestFilter{Search: "team"})},
		{"staff list of subscriptions", listedThings, subscriptions(access.SubscriptionFilter{})},
		{"staff list of subscriptions searched", listedThings, subscriptions(access.SubscriptionFilter{Search: "team", Environment: "production"})},
		{"staff list of keys", listedThings, keys(access.CredentialFilter{})},
		{"staff list of keys by prefix", listedThings, keys(access.CredentialFilter{Prefix: "pk_"})},
	}, nil
}

// seedAccess creates 1,000 teams with ten requests, subscriptions and keys each, and a minute of calls for each key.
func seedAccess(ctx context.Context, db stocked) error {
	now := clock.Now()
	strategy := plan.Strategy{ID: id.New[plan.StrategyID](now), Slug: "key", Kind: plan.Key, ManagedBy: catalog.Files}
	under := plan.Plan{ID: id.New[plan.ID](now), Slug: "plan", Name: "Plan", Environment: "production", Strategy: strategy.ID, ManagedBy: catalog.Files}
	if err := errors.Join(db.Plans().SaveStrategy(ctx, strategy), db.Plans().SavePlan(ctx, under)); err != nil {
		return err
	}
	var calls usage.Batch
	for number := range listedThings / 10 {
		team := account.Team{ID: id.New[identity.TeamID](now), Name: fmt.Sprint("Team ", number), CreatedAt: now}
		application := access.Application{ID: id.New[access.ApplicationID](now), Team: team.ID, Name: fmt.Sprint("Application ", number)}
		if err := errors.Join(db.Accounts().SaveTeam(ctx, team), db.Access().SaveApplication(ctx, application)); err != nil {
			return err
		}
		for i := range 10 {
			series, err := seedOne(ctx, db.Access(), application, under, i)
			if err != nil {
				return err
			}
			addCalls(&calls, series, 5)
		}
	}
	return addUsage(ctx, db.Usage(), calls)
}

func seedOne(ctx context.Context, to *store.Access, application access.Application, under plan.Plan, number int) (usage.Series, error) {
	now := clock.Now()
	request := access.Request{
		ID: id.New[access.RequestID](now), Application: application.ID, Team: application.Team, Wanted: []string{under.ID.Hex()},
		State: access.RequestApproved, Fields: map[string]string{"purpose": "To show parcels on a map."}, CreatedAt: now, DecidedAt: now,
	}
	if number%2 == 0 {
		request.State = access.RequestPending
	}
	subscription := access.Subscription{
		ID: id.New[access.SubscriptionID](now), Application: application.ID, Team: application.Team, Plan: under.ID,
		Request: request.ID, State: access.Approved, CreatedAt: now, UpdatedAt: now, ApprovedAt: now,
	}
	key := access.Credential{
		ID: id.New[access.CredentialID](now), Application: application.ID, Team: application.Team, Subscription: subscription.ID,
		Environment: "production", Kind: plan.Key, Format: plan.PrefixedKey, Prefix: "pk_prod_abcd", CreatedAt: now,
		ExpiresAt: now.AddDate(0, 0, 10*number),
	}
	key.Lookup = key.ID[:]
	series := usage.Series{
		Team: application.Team, Application: application.ID, Subscription: subscription.ID,
		Credential: key.ID, Version: id.New[catalog.VersionID](now), Environment: "production",
	}
	return series, errors.Join(to.SaveRequest(ctx, request), to.SaveSubscription(ctx, subscription), to.SaveCredential(ctx, key))
}
