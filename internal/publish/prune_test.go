package publish_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/testkit"
)

const nothing = "products: []"

// twoVersions is a portal with two versions, one of which can be removed.
const twoVersions = `
strategies:
  - {slug: api-key, name: API key, kind: key, default: true}
products:
  - slug: weather
    name: Weather
    versions:
      - {name: v1, environments: {production: {base_path: /weather/v1, upstream: "https://upstream.example"}}}
      - {name: v2, environments: {production: {base_path: /weather/v2, upstream: "https://upstream.example"}}}
plans:
  - {slug: basic, name: Basic, environment: production, strategy: api-key, opens: [weather/v1, weather/v2], registrable: true}
`

// pruned applies a folder of one file and deletes what the file does not name.
func pruned(t *testing.T, kit *testkit.Kit, text string, closeAccess bool) (string, error) {
	t.Helper()
	manifest := read(t, kit, folder(map[string]string{"portico.yaml": text}))
	manifest.Prune, manifest.CloseAccess = true, closeAccess
	changes, err := kit.Publish.Apply(kit.As(kit.Staff), manifest)
	return told(changes), err
}

// planned returns what pruned would change.
func planned(t *testing.T, kit *testkit.Kit, text string) string {
	t.Helper()
	manifest := read(t, kit, folder(map[string]string{"portico.yaml": text}))
	manifest.Prune = true
	changes, err := kit.Publish.Plan(kit.As(kit.Staff), manifest)
	if err != nil {
		t.Fatal(err)
	}
	return told(changes)
}

// subscribed gives Acme access under a plan, limited to a version if one is named.
func subscribed(t *testing.T, kit *testkit.Kit, slug, version string) access.Granted {
	t.Helper()
	in := access.NewAccess{Team: kit.Acme.ID, Version: contentsOf(t, kit).Versions[version].ID}
	in.Plan = contentsOf(t, kit).Plans[slug].ID
	granted, err := kit.Access.GrantAccess(kit.As(kit.Staff), in)
	if err != nil {
		t.Fatal(err)
	}
	return granted
}

func stateOf(t *testing.T, kit *testkit.Kit, granted access.Granted) access.Subscription {
	t.Helper()
	found, err := kit.DB.Access().Subscription(t.Context(), granted.Subscription.ID)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestPruningDeletesObjectsThatLeftTheFiles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		want := "removed strategy api-key\nremoved product weather\nremoved document weather/errors\nremoved document weather/start\n" +
			"removed version weather/v1\nremoved plan basic"
		if got := planned(t, kit, nothing); got != want {
			t.Error(cmp.Diff(want, got))
		}
		if routes, err := kit.Plans.Routes(t.Context()); err != nil || len(routes) != 1 {
			t.Errorf("planning left %d routes, %v", len(routes), err)
		}
		var heard []event.Tag
		kit.DB.OnChange(func(change event.Change) { heard = append(heard, change.Tags...) })
		if got, err := pruned(t, kit, nothing, false); got != want || err != nil {
			t.Error(cmp.Diff(want, got), err)
		}
		if !slices.Contains(heard, event.Routes) || len(heard) != 5 {
			t.Errorf("the gateways hear %v", heard)
		}
		if routes, err := kit.Plans.Routes(t.Context()); err != nil || len(routes) != 0 {
			t.Errorf("%d routes are left, %v", len(routes), err)
		}
		if diff := cmp.Diff(contentsOf(t, empty(t, kit)), contentsOf(t, kit)); diff != "" {
			t.Error(diff)
		}
		if kit.Rows(t, "document") != 0 || kit.Rows(t, "product") != 1 {
			t.Error("want the pages deleted and a tombstone of the product")
		}
		audited := kit.Rows(t, "audit")
		if got, err := pruned(t, kit, nothing, false); got != "" || err != nil || kit.Rows(t, "audit") != audited {
			t.Errorf("again: %s, %v", got, err)
		}
		apply(t, kit, weatherFolder(weather))
	})
}

func TestPruningEndsAccessOnlyIfAllowed(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		granted := subscribed(t, kit, "basic", "")
		const affected = "ended subscription basic of Acme, Default application (approved)"
		if got := planned(t, kit, nothing); !strings.HasSuffix(got, "\n"+affected) {
			t.Errorf("planned: %s", got)
		}
		before := snapshot(t, kit)
		_, err := pruned(t, kit, nothing, false)
		refusal := fault.From(err)
		if refusal.Code != "access_open" || !strings.Contains(strings.Join(strings.Fields(refusal.Public), " "), affected) {
			t.Fatalf("refused: %v", err)
		}
		if diff := cmp.Diff(before, snapshot(t, kit)); diff != "" {
			t.Error(diff)
		}
		if got, err := pruned(t, kit, nothing, true); err != nil || !strings.HasSuffix(got, affected) {
			t.Fatal(got, err)
		}
		if ended := stateOf(t, kit, granted); ended.State != access.Revoked || ended.Reason == "" {
			t.Errorf("the subscription is %s, %q", ended.State, ended.Reason)
		}
		if got, err := pruned(t, kit, nothing, true); got != "" || err != nil {
			t.Errorf("again: %s, %v", got, err)
		}
	})
}

func TestPruningAVersionKeepsTheOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, folder(map[string]string{"portico.yaml": twoVersions}))
		wide, narrow, kept := subscribed(t, kit, "basic", ""), subscribed(t, kit, "basic", "weather/v1"), subscribed(t, kit, "basic", "weather/v2")
		in := access.Ask{Plans: []string{contentsOf(t, kit).Plans["basic"].ID.Hex()}, Version: contentsOf(t, kit).Versions["weather/v1"].ID}
		asked, err := kit.Access.RequestAccess(kit.As(kit.OtherOwner), in)
		if err != nil {
			t.Fatal(err)
		}
		first := `      - {name: v1, environments: {production: {base_path: /weather/v1, upstream: "https://upstream.example"}}}` + "\n"
		one := strings.NewReplacer(first, "", "[weather/v1, ", "[").Replace(twoVersions)
		if _, err := pruned(t, kit, one, false); fault.From(err).Code != "access_open" {
			t.Fatalf("refused: %v", err)
		}
		got, err := pruned(t, kit, one, true)
		if err != nil || strings.Count(got, "ended subscription") != 2 || strings.Count(got, "narrowed subscription") != 1 {
			t.Fatal(got, err)
		}
		for name, row := range map[string]struct {
			granted access.Granted
			want    access.SubscriptionState
		}{"wide": {wide, access.Approved}, "narrow": {narrow, access.Revoked}, "kept": {kept, access.Approved}} {
			if state := stateOf(t, kit, row.granted).State; state != row.want {
				t.Errorf("%s is %s", name, state)
			}
		}
		request, err := kit.Access.Request(kit.As(kit.Staff), asked.Request.ID)
		if err != nil || request.State != access.RequestWithdrawn {
			t.Errorf("the request that lost its subscription is %s, %v", request.State, err)
		}
	})
}

// TestPruningFreesNamesForTheSameApply reuses the base path and the default flag of deleted objects in the same apply.
func TestPruningFreesNamesForTheSameApply(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, folder(map[string]string{"portico.yaml": twoVersions}))
		successor := strings.NewReplacer("api-key", "other-key", "slug: weather", "slug: climate", "weather/v1,", "climate/v1,", "weather/v2]", "climate/v2]",
			"slug: basic", "slug: other").Replace(twoVersions)
		if _, err := pruned(t, kit, successor, false); err != nil {
			t.Fatal(err)
		}
		routes, err := kit.Plans.Routes(t.Context())
		if err != nil || len(routes) != 2 {
			t.Errorf("routes: %v %v", routes, err)
		}
	})
}

func TestPruningKeepsWhatStaffCreated(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, folder(map[string]string{"portico.yaml": twoVersions}))
		there := contentsOf(t, kit)
		ours := plan.Plan{
			ID: id.New[plan.ID](testkit.Start), Slug: "ours", Name: "Ours", Environment: "production", Published: true,
			Strategy: there.Strategies["api-key"].ID, Opens: []catalog.VersionID{there.Versions["weather/v1"].ID},
			ManagedBy: catalog.Staff, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		if err := kit.DB.Plans().SavePlan(t.Context(), ours); err != nil {
			t.Fatal(err)
		}
		if _, err := pruned(t, kit, nothing, true); fault.From(err).Code != "in_use_by_staff" {
			t.Errorf("pruning a version that a plan of staff opens: %v", err)
		}
		ours.DeletedAt = testkit.Start
		if err := kit.DB.Plans().SavePlan(t.Context(), ours); err != nil {
			t.Fatal(err)
		}
		theirs := catalog.Product{
			ID: id.New[catalog.ProductID](testkit.Start), Slug: "theirs", Name: "Theirs", Audience: catalog.SignedIn,
			ManagedBy: catalog.Staff, CreatedAt: testkit.Start, UpdatedAt: testkit.Start,
		}
		if err := kit.DB.Catalog().SaveProduct(t.Context(), theirs); err != nil {
			t.Fatal(err)
		}
		if _, err := pruned(t, kit, nothing, true); err != nil {
			t.Fatal(err)
		}
		if left := contentsOf(t, kit); len(left.Products) != 1 || left.Products["theirs"].ID != theirs.ID || len(left.Plans) != 0 {
			t.Errorf("left: %+v", left)
		}
	})
}
