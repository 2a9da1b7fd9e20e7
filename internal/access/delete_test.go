package access_test

import (
	"context"
	"slices"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/testkit"
)

// createStaffPlan stores a plan that staff manage, so that they may delete it.
func (w *world) createStaffPlan() plan.Plan {
	w.t.Helper()
	made := w.production
	made.ID, made.ManagedBy = id.New[plan.ID](w.Clock.Now()), catalog.Staff
	made.Slug = "made-" + made.ID.Hex()
	w.must(w.DB.Plans().SavePlan(w.t.Context(), made))
	return made
}

// createProduct creates a product with the published versions 1 and 2 as staff and returns its slug.
func (w *world) createProduct() string {
	w.t.Helper()
	ctx, slug := w.As(w.Staff), "made-"+id.New[plan.ID](w.Clock.Now()).Hex()
	_, err := w.Catalog.CreateProduct(ctx, catalog.ProductInput{Slug: slug, Name: "Made", Audience: catalog.SignedIn})
	w.must(err)
	for _, name := range []string{"1", "2"} {
		_, err := w.Catalog.CreateVersion(ctx, catalog.VersionInput{Product: slug, Name: name, Endpoints: []catalog.Endpoint{
			{Environment: "production", BasePath: "/" + slug + "/" + name, Upstream: "https://made.example", Refusals: "apim"},
		}})
		w.must(err)
		_, err = w.Catalog.PublishVersion(ctx, slug, name, true)
		w.must(err)
	}
	_, err = w.Catalog.PublishProduct(ctx, slug, true)
	w.must(err)
	return slug
}

// createPlan creates and publishes a plan as staff. The plan opens versions of a product.
func (w *world) createPlan(slug, product string, versions ...string) plan.Plan {
	w.t.Helper()
	in := plan.Input{Strategy: w.byKey.Slug, Plan: plan.Plan{
		Slug: slug, Name: "Plan " + slug, Environment: "production", Approval: plan.StaffApproval, Registrable: len(versions) == 1, Keys: plan.KeyPolicy{Format: plan.HexKey, Pair: true},
	}}
	for _, version := range versions {
		in.Opens = append(in.Opens, product+"/"+version)
	}
	_, err := w.Plans.CreatePlan(w.As(w.Staff), in)
	w.must(err)
	made, err := w.Plans.PublishPlan(w.As(w.Staff), slug, true)
	w.must(err)
	return made
}

func TestDeletingAVersionEndsSubscriptionsThatOpenNothingElse(t *testing.T) {
	for name, test := range map[string]struct {
		version string
		remove  func(w *world, ctx context.Context, slug string) error
		want    access.Deletion
		// keepsBoth reports whether the plan for both versions still opens one.
		keepsBoth bool
	}{
		"version": {"1", func(w *world, ctx context.Context, slug string) error { return w.Access.DeleteVersion(ctx, slug, "1") },
			access.Deletion{Emptied: []string{"Plan lone"}, Reach: access.Reach{Subscriptions: 4, Teams: 2, Keys: 6, Ending: 3}}, true},
		"product": {"", func(w *world, ctx context.Context, slug string) error { return w.Access.DeleteProduct(ctx, slug) },
			access.Deletion{Emptied: []string{"Plan both", "Plan lone"}, Reach: access.Reach{Subscriptions: 4, Teams: 2, Keys: 6, Ending: 4}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
				w := newWorld(t, kit)
				ctx, slug := w.As(w.Staff), w.createProduct()
				lone, both := w.createPlan("lone", slug, "1"), w.createPlan("both", slug, "1", "2")
				first, err := w.Catalog.StaffVersion(ctx, slug, "1")
				w.must(err)
				grant := func(in access.NewAccess) access.Granted {
					granted, err := w.Access.GrantAccess(ctx, in)
					w.must(err)
					return granted
				}
				alone := grant(access.NewAccess{Team: w.Acme.ID, Plan: lone.ID})
				narrowed := grant(access.NewAccess{Team: w.Acme.ID, Plan: both.ID, Version: first.Version.ID})
				wide := grant(access.NewAccess{Team: w.Globex.ID, Plan: both.ID})
				waiting, err := w.Access.RequestAccess(w.As(w.OtherOwner), access.Ask{Plans: []string{lone.ID.Hex()}})
				w.must(err)

				preview, err := w.Access.DeletionOfProduct(ctx, slug, test.version)
				if err != nil || preview.Reach != test.want.Reach || !slices.Equal(preview.Emptied, test.want.Emptied) {
					t.Errorf("got the preview %+v, %v, want %+v", preview, err, test.want)
				}
				w.must(test.remove(w, ctx, slug))

				for name, one := range map[string]struct {
					subscription access.SubscriptionID
					want         access.SubscriptionState
				}{
					"alone": {alone.Subscription.ID, access.Revoked}, "narrowed": {narrowed.Subscription.ID, access.Revoked},
					"waiting": {waiting.Subscriptions[0].ID, access.Cancelled},
					"wide":    {wide.Subscription.ID, map[bool]access.SubscriptionState{true: access.Approved, false: access.Revoked}[test.keepsBoth]},
				} {
					got, err := w.Access.Subscription(ctx, one.subscription)
					if err != nil || got.Subscription.State != one.want {
						t.Errorf("%s: got %s, %v, want %s", name, got.Subscription.State, err, one.want)
					}
				}
				if w.key(alone.Issued[0].Credential.ID).RevokedAt.IsZero() || w.key(wide.Issued[0].Credential.ID).RevokedAt.IsZero() != test.keepsBoth {
					t.Error("got keys that differ from their subscriptions, want them to end together")
				}

				left, err := w.Plans.StaffPlan(ctx, "lone")
				if err != nil || left.Plan.Published || !left.Plan.OpensNothing() {
					t.Errorf("got the emptied plan %+v, %v, want it unpublished and without versions", left.Plan, err)
				}
				trail, err := w.Trail.Records(ctx, event.TrailFilter{Object: event.TagOf(event.TagPlan, lone.ID)}, page.Request{Number: 1, Size: 1})
				w.must(err)
				if newest := trail.Items[0]; newest.Action != "plan.changed" || newest.Details["published.after"] != "false" {
					t.Errorf("got the newest audit record %+v, want plan.changed to unpublished", newest)
				}
				for verb, again := range map[string]func() error{
					"grant": func() error {
						_, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Globex.ID, Plan: lone.ID})
						return err
					},
					"publish": func() error { _, err := w.Plans.PublishPlan(ctx, "lone", true); return err },
				} {
					if err := again(); !fault.Is(err, fault.Conflict) || fault.From(err).Code != "plan_opens_nothing" {
						t.Errorf("%s the emptied plan: got %v, want plan_opens_nothing", verb, err)
					}
				}
				if err := test.remove(w, ctx, slug); !fault.Is(err, fault.NotFound) {
					t.Errorf("deleting it twice: got %v, want not found", err)
				}
			})
		})
	}
}

func TestDeletingAPlanRevokesItsSubscriptionsAndKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx := w.As(w.Staff)
		made := w.createStaffPlan()
		granted, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Acme.ID, Plan: made.ID})
		w.must(err)
		w.must(w.Access.DeletePlan(ctx, made.Slug))
		ended, err := w.Access.Subscription(ctx, granted.Subscription.ID)
		w.must(err)
		if ended.Subscription.State != access.Revoked || ended.Subscription.Reason == "" {
			t.Errorf("got the subscription %s with the reason %q, want revoked with a reason", ended.Subscription.State, ended.Subscription.Reason)
		}
		if key := w.key(granted.Issued[0].Credential.ID); key.RevokedAt.IsZero() {
			t.Error("got a working key, want it revoked")
		}
		if err := w.Access.DeletePlan(ctx, made.Slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting it twice: got %v, want not found", err)
		}
		if err := w.Access.DeletePlan(ctx, w.production.Slug); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting a plan that files manage: got %v, want a conflict", err)
		}
	})
}

// interruptedStore calls its function, named meanwhile, before its first transaction.
type interruptedStore struct {
	access.Store
	meanwhile *func()
}

func (s interruptedStore) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if meanwhile := *s.meanwhile; meanwhile != nil {
		*s.meanwhile = nil
		meanwhile()
	}
	return s.Store.InTx(ctx, do)
}

// TestADeletionSeesPlansEditedMeanwhile edits a plan after a deletion has listed what it affects. Then the plan opens
// only the deleted version.
func TestADeletionSeesPlansEditedMeanwhile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx, slug := w.As(w.Staff), w.createProduct()
		both := w.createPlan("both", slug, "1", "2")
		granted, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Acme.ID, Plan: both.ID})
		w.must(err)

		meanwhile := func() {
			found, err := w.Plans.StaffPlan(ctx, "both")
			w.must(err)
			_, err = w.Plans.UpdatePlan(ctx, plan.Input{Plan: found.Plan, Strategy: w.byKey.Slug, Opens: []string{slug + "/1"}})
			w.must(err)
		}
		service := access.New(access.Config{
			Store: interruptedStore{w.DB.Access(), &meanwhile}, Plans: w.DB.Plans(), Catalog: w.DB.Catalog(), Products: w.Catalog,
			Offering: w.Plans, Accounts: w.DB.Accounts(), Site: w.Site, Events: w.DB, Ring: w.Ring, Now: w.Clock.Now,
		})
		w.must(service.DeleteVersion(ctx, slug, "1"))

		if meanwhile != nil {
			t.Fatal("got no edit during the deletion: the test would prove nothing")
		}
		ended, err := w.Access.Subscription(ctx, granted.Subscription.ID)
		w.must(err)
		if ended.Subscription.State != access.Revoked {
			t.Errorf("got the subscription %s, want revoked", ended.Subscription.State)
		}
		left, err := w.Plans.StaffPlan(ctx, "both")
		w.must(err)
		if left.Plan.Published {
			t.Error("got a published plan that opens nothing, want it unpublished")
		}
	})
}
