package demo_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

// A change of the catalogue takes effect at the gateway before its call returns.
func TestAChangeOfTheCatalogueIsEffectiveWhenItsCallReturns(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		node := installed.start(t)
		staff := node.asStaff(t)
		products, plans := node.services.Catalog, node.services.Plans
		parcels, err := products.StaffVersion(staff, "parcels", "2")
		if err != nil {
			t.Fatal(err)
		}
		at := func(basePath string) catalog.VersionInput {
			return catalog.VersionInput{Product: "made", Name: "v1", Endpoints: []catalog.Endpoint{{
				Environment: "production", BasePath: basePath, Upstream: parcels.Version.Endpoints[0].Upstream, Refusals: "apim",
			}}}
		}
		key := ""
		for _, step := range []struct {
			name string
			make func(ctx context.Context) error
			path string
			want int
		}{
			{"create a product", func(ctx context.Context) error {
				return done(products.CreateProduct(ctx, catalog.ProductInput{Slug: "made", Name: "Made", Audience: catalog.SignedIn}))
			}, "/made", http.StatusNotFound},
			{"create a version", func(ctx context.Context) error { return done(products.CreateVersion(ctx, at("/made"))) }, "/made", http.StatusNotFound},
			{"publish the version", func(ctx context.Context) error { return done(products.PublishVersion(ctx, "made", "v1", true)) }, "/made", http.StatusNotFound},
			{"publish the product", func(ctx context.Context) error { return done(products.PublishProduct(ctx, "made", true)) }, "/made", http.StatusUnauthorized},
			{"create a plan and grant it", func(ctx context.Context) error {
				made, err := plans.CreatePlan(ctx, plan.Input{Strategy: "key", Opens: []string{"made/v1"}, Plan: plan.Plan{
					Slug: "made", Name: "Made", Environment: "production", Approval: plan.StaffApproval, Keys: plan.KeyPolicy{Format: plan.HexKey, Pair: true},
				}})
				if err != nil {
					return err
				}
				granted, err := node.services.Access.GrantAccess(ctx, access.NewAccess{Team: node.subscription(t, "acme-production").Subscription.Team, Plan: made.ID})
				if err == nil {
					key = granted.Issued[0].Secret
				}
				return err
			}, "/made", http.StatusOK},
			{"move it: the new path", func(ctx context.Context) error { return done(products.UpdateVersion(ctx, at("/moved"))) }, "/moved", http.StatusOK},
			{"move it: the old path", func(context.Context) error { return nil }, "/made", http.StatusNotFound},
			{"unpublish the version", func(ctx context.Context) error { return done(products.PublishVersion(ctx, "made", "v1", false)) }, "/moved", http.StatusNotFound},
			{"publish it again", func(ctx context.Context) error { return done(products.PublishVersion(ctx, "made", "v1", true)) }, "/moved", http.StatusOK},
			{"delete the plan", func(ctx context.Context) error { return node.services.Access.DeletePlan(ctx, "made") }, "/moved", http.StatusUnauthorized},
			{"delete the product", func(ctx context.Context) error { return products.DeleteProduct(ctx, "made") }, "/moved", http.StatusNotFound},
		} {
			if err := step.make(staff); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if status := node.call(t, step.path+"/status", key); status != step.want {
				t.Errorf("%s: the next call returns %d, want %d", step.name, status, step.want)
			}
		}
	})
}

func done[T any](_ T, err error) error { return err }
