package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/gateway"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/usage"
)

// limits are a rate limit and a quota that are counted but never reached.
var limits = []plan.Limit{
	{Meter: plan.Calls, Per: plan.PerSubscription, Amount: 1_000_000, Window: plan.Window{Kind: plan.Rate, Length: time.Second}},
	{Meter: plan.Calls, Per: plan.PerSubscription, Amount: 1 << 50, Window: plan.Window{Kind: plan.Month}},
}

// portal answers the measured gateway: with grants from memory, because a warm gateway loads none, and with a real
// database for the change log and the usage.
type portal struct {
	*store.DB
	*usage.Service

	route  plan.Route
	grants map[[32]byte]access.Grant
}

func (p *portal) Routes(context.Context) ([]plan.Route, error) { return []plan.Route{p.route}, nil }

func (p *portal) Grant(_ context.Context, proof access.Proof) (access.Grant, error) {
	for _, lookup := range proof.Lookups {
		if found, known := p.grants[[32]byte(lookup)]; known {
			return found, nil
		}
	}
	return access.Grant{}, fault.Missing("credential")
}

// newGateway returns a gateway on a new database with this number of keys, and a function that stops it.
func newGateway(ctx context.Context, upstream string, keys int) (http.Handler, func() error, error) {
	directory, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, nil, err
	}
	ring, err := sealed.Generate(filepath.Join(directory, "keyring"), clock.Now())
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(directory))
	}
	db, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(directory, "portico.db"), Now: clock.Now, Ring: ring})
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(directory))
	}
	hasher := access.Hasher(ring)
	asked := newPortal(db, hasher, upstream, keys)
	made, err := gateway.New(gateway.Config{
		Routes: asked, Grants: asked, Changes: asked, Usage: asked, Hasher: hasher, Now: clock.Now,
		Ledgers: filepath.Join(directory, "ledgers"),
		Logger:  slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close(), os.RemoveAll(directory))
	}
	running, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- made.Run(running) }()
	for made.Ready() != nil && ctx.Err() == nil {
		time.Sleep(time.Millisecond)
	}
	return made, func() error {
		end()
		return errors.Join(<-ended, made.Close(context.WithoutCancel(ctx)), db.Close(), os.RemoveAll(directory))
	}, nil
}

func newPortal(db *store.DB, hasher *sealed.Hasher, upstream string, keys int) *portal {
	now := clock.Now()
	made := &portal{
		DB: db, Service: usage.New(usage.Config{Store: db.Usage()}), grants: map[[32]byte]access.Grant{},
		route: plan.Route{Version: id.New[catalog.VersionID](now), ProductSlug: "bench", VersionName: "1", Endpoint: catalog.Endpoint{
			Environment: "production", BasePath: "/bench/v1", Upstream: "http://" + upstream,
		}},
	}
	for number := range keys {
		granted := access.Grant{
			Credential: id.New[access.CredentialID](now), Application: id.New[access.ApplicationID](now),
			Team: id.New[identity.TeamID](now), Environment: "production", Kind: plan.Key,
			Subscriptions: []access.GrantedSubscription{{
				ID: id.New[access.SubscriptionID](now), Plan: id.New[plan.ID](now), Opens: []catalog.VersionID{made.route.Version}, Limits: limits,
			}},
		}
		granted.Tags = []event.Tag{
			event.TagOf(event.TagCredential, granted.Credential), event.TagOf(event.TagApplication, granted.Application),
			event.TagOf(event.TagTeam, granted.Team), event.TagOf(event.TagVersion, made.route.Version),
		}
		made.grants[access.LookupOf(hasher, hasher.Current(), plan.Key, []byte(keyOf(number)))] = granted
	}
	return made
}
