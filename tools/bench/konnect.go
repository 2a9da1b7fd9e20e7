package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/site"
)

// konnectProducts is the number of products that clients list, each with versions and pages. Only one of many teams may
// see half of them.
const (
	konnectProducts = 2000
	konnectVersions = 3
	konnectTeams    = 499
)

// editionReader is a member of the team that may see all products.
var editionReader = identity.Principal{Account: identity.AccountID{1}, Team: identity.TeamID{1}, Role: identity.Member}

// measureKonnect measures the product lists of the Konnect Portal API.
func measureKonnect(ctx context.Context, settings settings) ([]figure, error) {
	return shelf{fill: publishMany, lists: editionLists}.measure(ctx, settings)
}

func editionLists(ctx context.Context, db stocked) ([]list, error) {
	service := catalog.New(catalog.Config{
		Store: db.Catalog(), Events: db, Now: clock.Now, Site: site.New(site.Config{Store: db.Site(), Events: db, Now: clock.Now}),
	})
	as := identity.With(ctx, editionReader)
	editions := func(what string, things int, filter catalog.EditionFilter) list {
		return list{what, things, func(request page.Request) (int, error) {
			found, err := service.Editions(as, filter, request)
			return len(found.Items), err
		}}
	}
	found := func(what string, things int, text string) list {
		return list{what, things, func(request page.Request) (int, error) {
			found, err := service.FindEditions(as, catalog.SearchQuery{Text: text, Page: request})
			return len(found.Items), err
		}}
	}
	return []list{
		editions("clients' list of products", konnectProducts, catalog.EditionFilter{}),
		editions("clients' list of products by part of the name", konnectProducts, catalog.EditionFilter{NameContains: "duct"}),
		editions("clients' list of products by part of the description", konnectProducts, catalog.EditionFilter{DescriptionContains: "door"}),
		found("clients' search for all products", konnectProducts, ""),
		found("clients' search for one product", 1, "777"),
		found("clients' search for a word in every product", konnectProducts, "parcels"),
	}, nil
}

// publishMany fills the catalogue with products that the reader may see.
func publishMany(ctx context.Context, db stocked) error {
	now := clock.Now()
	if err := db.Accounts().SaveTeam(ctx, account.Team{ID: editionReader.Team, Name: "Readers", CreatedAt: now}); err != nil {
		return err
	}
	teams := []catalog.TeamRights{{Team: editionReader.Team, Register: true, Documentation: true}}
	for range konnectTeams {
		teams = append(teams, catalog.TeamRights{Team: id.New[identity.TeamID](now), Register: true})
	}
	for number := range konnectProducts {
		product := catalog.Product{
			ID: id.New[catalog.ProductID](now), Slug: fmt.Sprint("product-", number), Name: fmt.Sprint("Product ", number),
			Description: "Parcels, from door to door.", Audience: catalog.SignedIn, Published: true, ManagedBy: catalog.Files, CreatedAt: now,
		}
		if number%2 == 0 {
			product.Audience, product.Teams = catalog.Teams, teams
		}
		err := db.Catalog().SaveProduct(ctx, product)
		for position := range konnectVersions {
			err = errors.Join(err, db.Catalog().SaveVersion(ctx, catalog.Version{
				ID: id.New[catalog.VersionID](now), Product: product.ID, Name: fmt.Sprint("v", position), Position: position, Published: true,
			}))
		}
		err = errors.Join(err, db.Catalog().SaveDocument(ctx, catalog.Document{
			ID: id.New[catalog.DocumentID](now), Product: product.ID, Slug: "start", Title: "Start", Markdown: "Here.",
		}))
		if err != nil {
			return err
		}
	}
	return nil
}
