package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// listedThings is how many requests, subscriptions and keys the lists of staff are measured with.
const listedThings = 10_000

// accessList is one list of staff; it tells how many things it is of.
type accessList struct {
	what string
	list func(ctx context.Context, request page.Request) (int, error)
}

// measureStaffAccess measures what the server does for the first and the last page of what staff see of access, on SQLite
// and, where PORTICO_BENCH_POSTGRES names an empty database, on PostgreSQL.
func measureStaffAccess(ctx context.Context, settings settings) ([]figure, error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	figures, err := measureAccessLists(ctx, settings, "SQLite", "sqlite:"+filepath.Join(folder, "portico.db"))
	if address := os.Getenv("PORTICO_BENCH_POSTGRES"); err == nil && address != "" {
		var more []figure
		more, err = measureAccessLists(ctx, settings, "PostgreSQL", address)
		figures = append(figures, more...)
	}
	return figures, err
}

func measureAccessLists(ctx context.Context, settings settings, name, url string) (_ []figure, err error) {
	ring, err := ring()
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(ctx, url)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.InTx(ctx, func(ctx context.Context) error { return seedAccess(ctx, db) }); err != nil {
		return nil, err
	}
	service := usage.New(usage.Config{Store: db.Usage(), Now: clock.Now, Access: access.New(access.Config{
		Store: db.Access(), Plans: db.Plans(), Catalog: db.Catalog(), Accounts: db.Accounts(), Events: db, Ring: ring, Now: clock.Now,
	})})
	staff := identity.With(ctx, identity.SystemPrincipal("bench"))
	var figures []figure
	for _, one := range accessLists(service) {
		for _, at := range []struct {
			what   string
			number int
		}{{"first", 1}, {"last", listedThings / page.DefaultSize}} {
			took := figure{what: fmt.Sprintf("%s of %d on %s, %s page", one.what, listedThings, name, at.what), unit: " ms", most: 20}
			for range settings.rounds {
				began := time.Now()
				total, err := one.list(staff, page.Request{Number: at.number})
				if err != nil {
					return nil, err
				}
				took.rounds = append(took.rounds, float64(time.Since(began).Microseconds())/1000)
				if total != listedThings {
					return nil, fmt.Errorf("%s lists %d", one.what, total)
				}
			}
			figures = append(figures, took)
		}
	}
	return figures, nil
}

func accessLists(service *usage.Service) []accessList {
	return []accessList{
		{"requests", func(ctx context.Context, request page.Request) (int, error) {
			found, err := service.Inbox(ctx, access.RequestFilter{}, request)
			return found.Requests.Total, err
		}},
		{"requests searched", func(ctx context.Context, request page.Request) (int, error) {
			found, err := service.Inbox(ctx, access.RequestFilter{Search: "team"}, request)
			return found.Requests.Total, err
		}},
		{"subscriptions", func(ctx context.Context, request page.Request) (int, error) {
			found, err := service.SubscriptionList(ctx, access.SubscriptionFilter{}, request)
			return found.Lines.Total, err
		}},
		{"subscriptions searched", func(ctx context.Context, request page.Request) (int, error) {
			found, err := service.SubscriptionList(ctx, access.SubscriptionFilter{Search: "team", Environment: "production"}, request)
			return found.Lines.Total, err
		}},
		{"keys", func(ctx context.Context, request page.Request) (int, error) {
			found, err := service.KeyList(ctx, access.CredentialFilter{}, request)
			return found.Keys.Total, err
		}},
		{"keys by prefix", func(ctx context.Context, request page.Request) (int, error) {
			found, err := service.KeyList(ctx, access.CredentialFilter{Prefix: "pk_"}, request)
			return found.Keys.Total, err
		}},
	}
}

// seedAccess makes a thousand teams with ten of everything each, and a minute of calls for every key.
func seedAccess(ctx context.Context, db *store.DB) error {
	now := clock.Now()
	strategy := plan.Strategy{ID: id.New[plan.StrategyID](now), Slug: "key", Kind: plan.Key, ManagedBy: catalog.Files}
	under := plan.Plan{ID: id.New[plan.ID](now), Slug: "plan", Name: "Plan", Environment: "production", Strategy: strategy.ID, ManagedBy: catalog.Files}
	if err := errors.Join(db.Plans().SaveStrategy(ctx, strategy), db.Plans().SavePlan(ctx, under)); err != nil {
		return err
	}
	var minutes []usage.Minute
	for number := range listedThings / 10 {
		team := account.Team{ID: id.New[identity.TeamID](now), Name: fmt.Sprint("Team ", number), CreatedAt: now}
		application := access.Application{ID: id.New[access.ApplicationID](now), Team: team.ID, Name: fmt.Sprint("Application ", number)}
		if err := errors.Join(db.Accounts().SaveTeam(ctx, team), db.Access().SaveApplication(ctx, application)); err != nil {
			return err
		}
		for i := range 10 {
			minute, err := seedOne(ctx, db.Access(), application, under, i)
			if err != nil {
				return err
			}
			minutes = append(minutes, minute)
		}
	}
	for ; len(minutes) > 0; minutes = minutes[500:] {
		if err := db.Usage().AddUsage(ctx, minutes[:500], nil); err != nil {
			return err
		}
	}
	return nil
}

func seedOne(ctx context.Context, to *store.Access, application access.Application, under plan.Plan, number int) (usage.Minute, error) {
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
	}
	key.Lookup = key.ID[:]
	minute := usage.Minute{
		At: now.Truncate(time.Minute), Team: application.Team, Application: application.ID, Subscription: subscription.ID,
		Credential: key.ID, Version: id.New[catalog.VersionID](now), Environment: "production", Calls: 5, LastAt: now,
	}
	return minute, errors.Join(to.SaveRequest(ctx, request), to.SaveSubscription(ctx, subscription), to.SaveCredential(ctx, key))
}
