package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// missing names the steps at which the version lacks something.
func (w *world) missing(product, version string) []access.LaunchStep {
	w.t.Helper()
	found, err := w.Access.Launch(w.As(w.Staff), product, version)
	w.must(err)
	var steps []access.LaunchStep
	for _, step := range access.LaunchSteps() {
		if !found.Has(step) {
			steps = append(steps, step)
		}
	}
	return steps
}

func TestLaunchSaysWhatIsMissing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx := w.As(w.Staff)
		expect := func(version string, want ...access.LaunchStep) {
			t.Helper()
			if diff := cmp.Diff(want, w.missing("tides", version)); diff != "" {
				t.Error(diff)
			}
		}
		_, err := w.Catalog.CreateProduct(ctx, catalog.ProductInput{Slug: "tides", Name: "Tides", Audience: catalog.SignedIn})
		w.must(err)
		expect("", access.LaunchSteps()...)
		_, err = w.Catalog.CreateVersion(ctx, catalog.VersionInput{Product: "tides", Name: "v1", Endpoints: []catalog.Endpoint{
			{Environment: "production", BasePath: "/tides/v1", Upstream: "https://tides.example", Refusals: "apim"},
			{Environment: "sandbox", BasePath: "/tides/sandbox/v1", Upstream: "https://tides.example", Refusals: "apim"},
		}})
		w.must(err)
		expect("", access.LaunchDescription, access.LaunchPlan, access.LaunchPublish)
		_, err = w.Plans.CreatePlan(ctx, plan.Input{Strategy: w.byKey.Slug, Opens: []string{"tides/v1"}, Plan: plan.Plan{
			Slug: "tides", Name: "Tides", Environment: "production", Approval: plan.Automatic, Keys: plan.KeyPolicy{Format: plan.HexKey},
		}})
		w.must(err)
		expect("v1", access.LaunchDescription, access.LaunchPublish)
		found, err := w.Access.Launch(ctx, "tides", "v1")
		w.must(err)
		if diff := cmp.Diff([]string{"sandbox"}, found.Planless()); diff != "" {
			t.Error(diff)
		}
		w.must(w.Access.PublishVersion(ctx, access.Publication{Product: "tides", Version: "v1", Plans: []string{"tides"}}))
		expect("v1", access.LaunchDescription)
		page := w.productPage(w.Owner, "tides")
		if offerNames(page) != "Tides key v1" {
			t.Errorf("developers see the plans %q", offerNames(page))
		}
	})
}

func TestPublishingIsAllOrNothing(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ctx, slug := w.As(w.Staff), w.createProduct()
		w.createPlan("elsewhere", slug, "1")
		_, err := w.Catalog.PublishProduct(ctx, slug, false)
		w.must(err)
		_, err = w.Plans.PublishPlan(ctx, "elsewhere", false)
		w.must(err)
		for _, wrong := range []string{"elsewhere", "none"} {
			if err := w.Access.PublishVersion(ctx, access.Publication{Product: slug, Version: "2", Plans: []string{wrong}}); err == nil {
				t.Errorf("the plan %s does not open the version, but is published with it", wrong)
			}
		}
		found, err := w.Catalog.StaffProduct(ctx, slug)
		w.must(err)
		other, err := w.Plans.StaffPlan(ctx, "elsewhere")
		w.must(err)
		if found.Product.Published || other.Plan.Published {
			t.Error("a part was published although another was rejected")
		}
		w.wantError(w.Access.PublishVersion(ctx, access.Publication{Product: "weather", Version: "1"}), fault.Conflict, "managed_by_files")
	})
}
