package overview_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/testkit"
)

// shopManifest has a public API in two environments, one for signed-in people and one for another team.
const shopManifest = `
strategies:
  - {slug: key, name: API key, kind: key, default: true, headers: [X-Shop-Key]}
products:
  - slug: orders
    name: Orders
    audience: public
    versions:
      - {name: "1", spec: orders.yaml, DEPRECATED environments: {production: {base_path: /orders/v1, upstream: "https://orders.example"}}}
      - name: "2"
        spec: orders.yaml
        environments:
          production: {base_path: /orders/v2, upstream: "https://orders.example"}
          sandbox: {base_path: /orders/sandbox/v2, upstream: "https://orders.example"}
  - slug: members
    name: Members
    audience: signed-in
    versions: [{name: "1", spec: orders.yaml, environments: {production: {base_path: /members, upstream: "https://orders.example"}}}]
  - slug: secret
    name: Secret
    audience: {teams: [Globex]}
    versions: [{name: "1", spec: orders.yaml, environments: {sandbox: {base_path: /secret, upstream: "https://orders.example"}}}]
plans:
  - {slug: orders, name: Orders, environment: production, strategy: key, opens: [orders/1, orders/2], approval: staff, registrable: true, keys: {format: prefixed}}
  - {slug: try, name: Try, environment: sandbox, strategy: key, opens: [orders/2, secret/1], approval: automatic, keys: {format: prefixed}}
`

const shopDescription = `
openapi: 3.1.0
info: {title: Orders, version: "1"}
paths:
  /old:
    post: {deprecated: true, operationId: old, responses: {"200": {description: Old., content: {application/json: {example: {old: true}}}}}}
  /orders/{id}:
    get:
      operationId: readOrder
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: The order., content: {application/json: {example: {id: 1}}}}}
  /status:
    get: {operationId: readStatus, responses: {"200": {description: Up., content: {application/json: {example: {up: true}}}}}}
  /orders:
    post:
      operationId: placeOrder
      requestBody: {required: true, content: {application/json: {example: {item: book}}}}
      responses: {"201": {description: Placed., content: {application/json: {example: {id: 2}}}}}
webhooks:
  shipped: {post: {operationId: shipped, responses: {"200": {description: Noted.}}}}
`

// applyShop applies the manifest with the text change in place of DEPRECATED, which is a setting of the first version.
func applyShop(t *testing.T, kit *testkit.Kit, change string) {
	t.Helper()
	applyManifest(t, kit, strings.Replace(shopManifest, "DEPRECATED", change, 1))
}

func applyManifest(t *testing.T, kit *testkit.Kit, manifest string) {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	read, findings, err := kit.Publish.Read(ctx, fstest.MapFS{
		"portico.yaml": {Data: []byte(manifest)}, "orders.yaml": {Data: []byte(shopDescription)},
	})
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(err, findings)
	}
	if _, err := kit.Publish.Apply(ctx, read); err != nil {
		t.Fatal(err)
	}
}

func openToVisitors(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	settings, err := kit.Site.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	settings.Public = true
	if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
		t.Fatal(err)
	}
}

func TestFrontShowsVisitorsOnlyWhatIsPublic(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		applyShop(t, kit, "")
		look := func() overview.Front {
			t.Helper()
			front, err := kit.Overview.Front(kit.As(kit.Visitor))
			if err != nil {
				t.Fatal(err)
			}
			return front
		}
		if front := look(); front.Products.Total != 0 || front.FirstCall != nil || front.Changes != nil {
			t.Errorf("a private portal shows %+v", front)
		}
		openToVisitors(t, kit)
		kit.Clock.Advance(time.Hour)
		applyShop(t, kit, "deprecated: true,")
		front := look()
		if front.Products.Total != 1 || front.Products.Items[0].Product.Slug != "orders" || front.Products.Items[0].Version.Name != "2" {
			t.Fatalf("visitors see %+v", front.Products)
		}
		shown := front.Products.Items[0]
		var slugs []string
		for _, operation := range shown.Operations {
			slugs = append(slugs, operation.Slug)
		}
		if diff := cmp.Diff([]string{"read-order", "read-status", "place-order"}, slugs); diff != "" || shown.Count != 4 || shown.Events != 1 {
			t.Errorf("%d operations and %d events: %s", shown.Count, shown.Events, diff)
		}
		call := front.FirstCall
		if call == nil || call.Operation.Slug != "place-order" || call.Endpoint.BasePath != "/orders/sandbox/v2" || call.Scheme.Header != "X-Shop-Key" {
			t.Errorf("the first call is %+v", call)
		}
		type change struct {
			Kind    catalog.ChangeKind
			Version string
			At      time.Time
		}
		var changes []change
		for _, one := range front.Changes {
			changes = append(changes, change{one.Kind, one.Product.Slug + "/" + one.Version.Name, one.At})
		}
		published := testkit.Start
		want := []change{
			{catalog.VersionDeprecated, "orders/1", published.Add(time.Hour)},
			{catalog.VersionPublished, "orders/2", published}, {catalog.VersionPublished, "orders/1", published},
		}
		if diff := cmp.Diff(want, changes); diff != "" {
			t.Error(diff)
		}
	})
}

// TestFirstCallIsOneThatVisitorsCanRun opens another API's sandbox for trial, of which a request only reads.
func TestFirstCallIsOneThatVisitorsCanRun(t *testing.T) {
	kit := testkit.New(t)
	applyShop(t, kit, "")
	openToVisitors(t, kit)
	front, err := kit.Overview.Front(kit.As(kit.Visitor))
	if err != nil || front.FirstCall.Trial {
		t.Fatal(err, front.FirstCall)
	}
	manifest := strings.Replace(strings.Replace(shopManifest, "DEPRECATED", "", 1), "opens: [orders/2, secret/1], approval: automatic", "opens: [orders/2, secret/1], approval: automatic, trial: true", 1)
	applyManifest(t, kit, manifest)
	front, err = kit.Overview.Front(kit.As(kit.Visitor))
	if err != nil || !front.FirstCall.Trial || front.FirstCall.Operation.Slug != "place-order" || front.FirstCall.Scheme.Header != "X-Shop-Key" {
		t.Errorf("%v, %+v", err, front.FirstCall)
	}
	if members, err := kit.Overview.Front(kit.As(kit.Owner)); err != nil || members.FirstCall.Trial {
		t.Errorf("a member gets a visitor's key: %v, %+v", err, members.FirstCall)
	}
	for i := range front.Products.Items { // nothing there sends anything
		front.Products.Items[i].Write = ""
	}
	noTrial := front.Products.Items[0]
	noTrial.Version.ID, noTrial.Write = catalog.VersionID{}, "place-order"
	call, err := overview.FirstCallOf(kit.As(kit.Visitor), kit.Overview, append([]catalog.Showcased{noTrial}, front.Products.Items...))
	if err != nil || !call.Trial || call.Operation.Slug != "read-status" {
		t.Errorf("%v, %+v", err, call)
	}
}

func TestFirstCallInProductionOnlyReads(t *testing.T) {
	kit := testkit.New(t)
	applyShop(t, kit, "")
	front, err := kit.Overview.Front(kit.As(kit.Owner)) // sees Members and Orders
	if err != nil || front.Products.Total != 2 || !front.FirstCall.Sandbox() {
		t.Fatal(err, front)
	}
	for i := range front.Products.Items {
		front.Products.Items[i].Version.Endpoints = front.Products.Items[i].Version.Endpoints[:1]
	}
	call, err := overview.FirstCallOf(kit.As(kit.Owner), kit.Overview, front.Products.Items)
	if err != nil || call == nil || call.Operation.Slug != "read-status" || call.Sandbox() {
		t.Errorf("in production the first call is %+v, %v", call, err)
	}
}
