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

// ofStaff makes a plan that staff may delete.
func (w *world) ofStaff() plan.Plan {
	w.t.Helper()
	made := w.production
	made.ID, made.ManagedBy = id.New[plan.ID](w.Clock.Now()), catalog.Staff
	made.Slug = "made-" + made.ID.Hex()
	w.must(w.DB.Plans().SavePlan(w.t.Context(), made))
	return made
}

// made makes a product of staff's with the published versions 1 and 2, and answers its slug.
func (w *world) made() string {
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

// opening makes a published plan of staff's that opens versions of a product.
func (w *world) opening(slug, product string, versions ...string) plan.Plan {
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

func TestADeletedVersionTakesWithItWhatOpensNothingElse(t *testing.T) {
	for name, test := range map[string]struct {
		version string
		remove  func(w *world, ctx context.Context, slug string) error
		told    access.Deletion
		// Whether the plan of both versions goes on.
		goesOn bool
	}{
		"version": {"1", func(w *world, ctx context.Context, slug string) error { return w.Access.DeleteVersion(ctx, slug, "1") },
			access.Deletion{Emptied: []string{"Plan lone"}, Reach: access.Reach{Subscriptions: 4, Teams: 2, Keys: 6, Ending: 3}}, true},
		"product": {"", func(w *world, ctx context.Context, slug string) error { return w.Access.DeleteProduct(ctx, slug) },
			access.Deletion{Emptied: []string{"Plan both", "Plan lone"}, Reach: access.Reach{Subscriptions: 4, Teams: 2, Keys: 6, Ending: 4}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
				w := newWorld(t, kit)
				ctx, slug := w.As(w.Staff), w.made()
				lone, both := w.opening("lone", slug, "1"), w.opening("both", slug, "1", "2")
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

				told, err := w.Access.DeletionOfProduct(ctx, slug, test.version)
				if err != nil || told.Reach != test.told.Reach || !slices.Equal(told.Emptied, test.told.Emptied) {
					t.Errorf("told %+v, want %+v, %v", told, test.told, err)
				}
				w.must(test.remove(w, ctx, slug))

				for name, one := range map[string]struct {
					subscription access.SubscriptionID
					want         access.SubscriptionState
				}{
					"alone": {alone.Subscription.ID, access.Revoked}, "narrowed": {narrowed.Subscription.ID, access.Revoked},
					"waiting": {waiting.Subscriptions[0].ID, access.Cancelled},
					"wide":    {wide.Subscription.ID, map[bool]access.SubscriptionState{true: access.Approved, false: access.Revoked}[test.goesOn]},
				} {
					got, err := w.Access.Subscription(ctx, one.subscription)
					if err != nil || got.Subscription.State != one.want {
						t.Errorf("%s is %s, want %s, %v", name, got.Subscription.State, one.want, err)
					}
				}
				if w.key(alone.Issued[0].Credential.ID).RevokedAt.IsZero() || w.key(wide.Issued[0].Credential.ID).RevokedAt.IsZero() != test.goesOn {
					t.Error("keys do not end with their subscriptions")
				}

				left, err := w.Plans.StaffPlan(ctx, "lone")
				if err != nil || left.Plan.Published || !left.Plan.OpensNothing() {
					t.Errorf("the emptied plan is %+v, %v", left.Plan, err)
				}
				trail, err := w.Trail.Records(ctx, event.TrailFilter{Object: event.TagOf(event.TagPlan, lone.ID)}, page.Request{Number: 1, Size: 1})
				w.must(err)
				if newest := trail.Items[0]; newest.Action != "plan.changed" || newest.Details["published.after"] != "false" {
					t.Errorf("the trail of the plan ends with %+v", newest)
				}
				for verb, again := range map[string]func() error{
					"grant": func() error {
						_, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Globex.ID, Plan: lone.ID})
						return err
					},
					"publish": func() error { _, err := w.Plans.PublishPlan(ctx, "lone", true); return err },
				} {
					if err := again(); !fault.Is(err, fault.Conflict) || fault.From(err).Code != "plan_opens_nothing" {
						t.Errorf("%s the emptied plan: %v", verb, err)
					}
				}
				if err := test.remove(w, ctx, slug); !fault.Is(err, fault.NotFound) {
					t.Errorf("deleting it twice: %v", err)
				}
			})
		})
	}
}

func TestADeletedPlanEndsItsSubscriptionsAndTheirKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx := w.As(w.Staff)
		made := w.ofStaff()
		granted, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Acme.ID, Plan: made.ID})
		w.must(err)
		w.must(w.Access.DeletePlan(ctx, made.Slug))
		ended, err := w.Access.Subscription(ctx, granted.Subscription.ID)
		w.must(err)
		if ended.Subscription.State != access.Revoked || ended.Subscription.Reason == "" {
			t.Errorf("the subscription is %s because %q", ended.Subscription.State, ended.Subscription.Reason)
		}
		if key := w.key(granted.Issued[0].Credential.ID); key.RevokedAt.IsZero() {
			t.Error("the key still works")
		}
		if err := w.Access.DeletePlan(ctx, made.Slug); !fault.Is(err, fault.NotFound) {
			t.Errorf("deleting it twice: %v", err)
		}
		if err := w.Access.DeletePlan(ctx, w.production.Slug); !fault.Is(err, fault.Conflict) {
			t.Errorf("deleting what files manage: %v", err)
		}
	})
}

// interrupted calls meanwhile before its first transaction.
type interrupted struct {
	access.Store
	meanwhile *func()
}

func (s interrupted) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if meanwhile := *s.meanwhile; meanwhile != nil {
		*s.meanwhile = nil
		meanwhile()
	}
	return s.Store.InTx(ctx, do)
}

// TestADeletionLooksAgainInItsTransaction edits a plan after a deletion has listed what it affects. The plan now opens
// the deleted version alone.
func TestADeletionLooksAgainInItsTransaction(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		w := newWorld(t, kit)
		ctx, slug := w.As(w.Staff), w.made()
		both := w.opening("both", slug, "1", "2")
		granted, err := w.Access.GrantAccess(ctx, access.NewAccess{Team: w.Acme.ID, Plan: both.ID})
		w.must(err)

		meanwhile := func() {
			found, err := w.Plans.StaffPlan(ctx, "both")
			w.must(err)
			_, err = w.Plans.UpdatePlan(ctx, plan.Input{Plan: found.Plan, Strategy: w.byKey.Slug, Opens: []string{slug + "/1"}})
			w.must(err)
		}
		service := access.New(access.Config{
			Store: interrupted{w.DB.Access(), &meanwhile}, Plans: w.DB.Plans(), Catalog: w.DB.Catalog(), Products: w.Catalog,
			Offering: w.Plans, Accounts: w.DB.Accounts(), Site: w.Site, Events: w.DB, Ring: w.Ring, Now: w.Clock.Now,
		})
		w.must(service.DeleteVersion(ctx, slug, "1"))

		if meanwhile != nil {
			t.Fatal("the plan was not edited during the deletion")
		}
		ended, err := w.Access.Subscription(ctx, granted.Subscription.ID)
		w.must(err)
		if ended.Subscription.State != access.Revoked {
			t.Errorf("the subscription is %s, want revoked", ended.Subscription.State)
		}
		left, err := w.Plans.StaffPlan(ctx, "both")
		w.must(err)
		if left.Plan.Published {
			t.Error("the plan is still offered, although it opens nothing")
		}
	})
}
