package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

// catalogueSize is the number of products, plans and strategies in the staff lists.
const catalogueSize = 10_000

// measureCatalogue measures pages of the staff lists of the catalogue, and searches in them.
func measureCatalogue(ctx context.Context, settings settings) ([]figure, error) {
	return shelf{fill: shelve, lists: catalogueLists}.measure(ctx, settings)
}

func catalogueLists(ctx context.Context, db stocked) ([]list, error) {
	products := catalog.New(catalog.Config{Store: db.Catalog(), Events: db, Teams: db.Accounts(), Now: clock.Now})
	plans := plan.New(plan.Config{Store: db.Plans(), Catalog: db.Catalog(), Events: db, Now: clock.Now})
	admin := identity.With(ctx, identity.SystemPrincipal("bench"))
	var lists []list
	for _, search := range []struct {
		what, text string
		things     int
	}{{"staff list", "", catalogueSize}, {"search", "thing 99", 1}} {
		lists = append(lists,
			list{search.what + " of products", search.things, func(request page.Request) (int, error) {
				found, err := products.StaffProducts(admin, catalog.ProductFilter{Search: search.text}, request)
				return len(found.Items), err
			}},
			list{search.what + " of plans", search.things, func(request page.Request) (int, error) {
				found, err := plans.StaffPlans(admin, plan.Filter{Search: search.text}, request)
				return len(found.Items), err
			}},
			list{search.what + " of strategies", search.things, func(request page.Request) (int, error) {
				found, err := plans.StaffStrategies(admin, plan.Filter{Search: search.text}, request)
				return len(found.Items), err
			}})
	}
	return lists, nil
}

// shelve creates products with two versions each, and as many plans and strategies.
func shelve(ctx context.Context, db stocked) error {
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
