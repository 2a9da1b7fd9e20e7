package overview_test

import (
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/testkit"
)

// manifest has one plan with pairs of viewable keys and one with single keys that cannot be shown again.
const manifest = `
strategies:
  - {slug: key, name: API key, kind: key, default: true}
products:
  - slug: parcels
    name: Parcels
    versions:
      - name: "1"
        spec: one.yaml
        environments:
          production: {base_path: /parcels/v1, upstream: "https://parcels.example"}
plans:
  - {slug: pair, name: Pair, environment: production, strategy: key, opens: [parcels/1], approval: staff, keys: {format: hex, pair: true, viewable: true}}
  - {slug: once, name: Once, environment: production, strategy: key, opens: [parcels/1], approval: staff, keys: {format: prefixed}}
`

// subscribed gives Acme a subscription with keys to each plan of the manifest and returns them by the plans' slugs.
func subscribed(t *testing.T, kit *testkit.Kit) map[string]access.Granted {
	t.Helper()
	ctx := identity.With(t.Context(), identity.SystemPrincipal("test"))
	read, findings, err := kit.Publish.Read(ctx, fstest.MapFS{
		"portico.yaml": {Data: []byte(manifest)},
		"one.yaml":     {Data: []byte("openapi: 3.0.3\ninfo: {title: Parcels, version: '1'}\npaths: {/parcels: {get: {responses: {'200': {description: All.}}}}}\n")},
	})
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(err, findings)
	}
	if _, err := kit.Publish.Apply(ctx, read); err != nil {
		t.Fatal(err)
	}
	plans, err := kit.Plans.Plans(ctx)
	if err != nil {
		t.Fatal(err)
	}
	granted := map[string]access.Granted{}
	for _, under := range plans {
		if granted[under.Slug], err = kit.Access.GrantAccess(ctx, access.NewAccess{Team: kit.Acme.ID, Plan: under.ID}); err != nil {
			t.Fatal(err)
		}
	}
	once := granted["once"]
	issued, err := kit.Access.IssueCredential(kit.As(kit.Owner), access.NewCredential{Subscription: once.Subscription.ID, Name: "server"})
	if err != nil {
		t.Fatal(err)
	}
	once.Issued = append(once.Issued, issued)
	granted["once"] = once
	return granted
}
