package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/store"
)

// catalogueSize is how many products, plans and strategies the lists of the staff side hold.
const catalogueSize = 10_000

// measureCatalogue measures what the server does for a page of the catalogue's lists: the first, the last, and what a search
// finds.
func measureCatalogue(ctx context.Context, settings settings) (_ []figure, err error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	db, err := store.Open(ctx, store.Config{URL: "sqlite:" + filepath.Join(folder, "portico.db"), Now: clock.Now})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.InTx(ctx, func(ctx context.Context) error { return shelve(ctx, db) }); err != nil {
		return nil, err
	}
	products := catalog.New(catalog.Config{Store: db.Catalog(), Events: db, Teams: db.Accounts(), Now: clock.Now})
	plans := plan.New(plan.Config{Store: db.Plans(), Catalog: db.Catalog(), Events: db, Now: clock.Now})
	admin := identity.With(ctx, identity.Principal{Account: id.New[identity.AccountID](clock.Now()), Staff: identity.StaffAdmin})
	var figures []figure
	for _, list := range []struct {
		noun string
		read func(search string, request page.Request) error
	}{
		{"products", func(search string, request page.Request) error {
			_, err := products.StaffProducts(admin, catalog.ProductFilter{Search: search}, request)
			return err
		}},
		{"plans", func(search string, request page.Request) error {
			_, err := plans.StaffPlans(admin, plan.Filter{Search: search}, request)
			return err
		}},
		{"strategies", func(search string, request page.Request) error {
			_, err := plans.StaffStrategies(admin, plan.Filter{Search: search}, request)
			return err
		}},
	} {
		for _, wanted := range []struct {
			what, search string
			number       int
		}{{"first page", "", 1}, {"last page", "", catalogueSize / page.DefaultSize}, {"search", "thing 99", 1}} {
			took := figure{what: fmt.Sprintf("staff list of %d %s, %s", catalogueSize, list.noun, wanted.what), unit: " ms", most: 20}
			for range settings.rounds {
				began := time.Now()
				if err := list.read(wanted.search, page.Request{Number: wanted.number}); err != nil {
					return nil, err
				}
				took.rounds = append(took.rounds, float64(time.Since(began).Microseconds())/1000)
			}
			figures = append(figures, took)
		}
	}
	return figures, nil
}

// shelve fills the catalogue in bulk: each product has two versions, and each has a plan and a strategy beside it.
func shelve(ctx context.Context, db *store.DB) error {
	now := clock.Now()
	for i := range catalogueSize {
		slug, name := fmt.Sprintf("thing-%d", i), fmt.Sprintf("Thing %d", i)
		product := catalog.Product{ID: id.New[catalog.ProductID](now), Slug: slug, Name: name, Audience: catalog.SignedIn, ManagedBy: catalog.Staff}
		strategy := plan.Strategy{ID: id.New[plan.StrategyID](now), Slug: slug, Name: name, Kind: plan.Key, ManagedBy: catalog.Staff}
		offered := plan.Plan{ID: id.New[plan.ID](now), Slug: slug, Name: name, Environment: "production", Strategy: strategy.ID, ManagedBy: catalog.Staff}
		err := errors.Join(db.Catalog().SaveProduct(ctx, product), db.Plans().SaveStrategy(ctx, strategy))
		for position, name := range []string{"v1", "v2"} {
			version := catalog.Version{ID: id.New[catalog.VersionID](now), Product: product.ID, Name: name, Position: position, Published: true}
			offered.Opens = append(offered.Opens, version.ID)
			err = errors.Join(err, db.Catalog().SaveVersion(ctx, version))
		}
		if err := errors.Join(err, db.Plans().SavePlan(ctx, offered)); err != nil {
			return err
		}
	}
	return nil
}
