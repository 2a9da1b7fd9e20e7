package plan_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

const shelf = `
strategies:
  - {slug: standard, kind: key}
  - {slug: special, kind: key, headers: [x-special, X-API-KEY], query: [token]}
  - {slug: password, kind: basic}
  - {slug: unused, kind: key, default: true}
  - {slug: idle, kind: key}
products:
  - slug: open
    name: Open
    versions:
      - name: v1
        environments:
          production: {base_path: /open, upstream: "https://open.example"}
          sandbox: {base_path: /sandbox/open, upstream: "https://sandbox.example"}
          staging: {base_path: /staging/open, upstream: "https://staging.example"}
          passworded: {base_path: /password/open, upstream: "https://password.example"}
      - {name: v2, published: false, environments: {production: {base_path: /open/v2, upstream: "https://open.example"}}}
  - slug: acme
    name: For Acme
    audience: {teams: [Acme]}
    versions: [{name: v1, environments: {production: {base_path: /acme, upstream: "builtin:acme"}}}]
  - slug: draft
    name: Draft
    published: false
    versions: [{name: v1, environments: {production: {base_path: /draft, upstream: "https://draft.example"}}}]
plans:
  - {slug: a, name: A, environment: production, strategy: standard, opens: [open/v1, open/v2]}
  - {slug: b, name: B, environment: production, strategy: special, opens: [open/v1], keys: {in_query: true}}
  - {slug: c, name: C, environment: sandbox, strategy: special, opens: [open/v1]}
  - {slug: d, name: D, environment: passworded, strategy: password, opens: [open/v1]}
  - {slug: e, name: E, environment: production, strategy: standard, opens: [acme/v1], keys: {in_query: true}}
  - {slug: f, name: F, environment: production, strategy: standard, opens: [draft/v1]}
  - {slug: g, name: G, published: false, environment: production, strategy: standard, opens: [open/v1]}
  - {slug: h, name: H, environment: production, strategy: standard, opens: [open/v2]}
`

func stock(t *testing.T, kit *testkit.Kit) {
	t.Helper()
	manifest, findings, err := kit.Publish.Read(kit.As(kit.Staff), fstest.MapFS{"portico.yaml": {Data: []byte(shelf)}})
	if err != nil || openapi.HasErrors(findings) {
		t.Fatal(findings, err)
	}
	if _, err := kit.Publish.Apply(kit.As(kit.Staff), manifest); err != nil {
		t.Fatal(err)
	}
}

func TestRoutesNameTheHeadersAndParametersOfKeys(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		routes, err := kit.Plans.Routes(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, route := range routes {
			basic := map[bool]string{true: " basic"}[route.Basic]
			got[route.Endpoint.BasePath] = route.Endpoint.Upstream + " " + strings.Join(route.Headers, ",") + " ?" + strings.Join(route.Query, ",") + basic
		}
		want := map[string]string{
			"/open":          "https://open.example X-Api-Key,Ocp-Apim-Subscription-Key,X-Special ?token",
			"/sandbox/open":  "https://sandbox.example X-Special,X-Api-Key ?",
			"/staging/open":  "https://staging.example X-Api-Key,Ocp-Apim-Subscription-Key ?",
			"/password/open": "https://password.example  ? basic",
			"/acme":          "builtin:acme X-Api-Key,Ocp-Apim-Subscription-Key ?subscription-key",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPlansAreVisibleByAudience(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		stock(t, kit)
		all, err := kit.Plans.Plans(kit.As(kit.Staff))
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			name              string
			who               identity.Principal
			plans, strategies string
		}{
			{"visitor", kit.Visitor, "", ""},
			{"member of Acme", kit.Viewer, "abcde", "password special standard unused"},
			{"member of another team", kit.OtherOwner, "abcd", "password special standard unused"},
			{"support", kit.Support, "abcdefgh", "idle password special standard unused"},
		} {
			ctx := kit.As(test.who)
			plans, err := kit.Plans.Plans(ctx)
			if got := slugs(plans, func(p plan.Plan) string { return p.Slug }, ""); err != nil || got != test.plans {
				t.Errorf("%s sees plans %q, want %q, %v", test.name, got, test.plans, err)
			}
			strategies, err := kit.Plans.Strategies(ctx)
			if got := slugs(strategies, func(s plan.Strategy) string { return s.Slug }, " "); err != nil || got != test.strategies {
				t.Errorf("%s sees strategies %q, want %q, %v", test.name, got, test.strategies, err)
			}
			for _, one := range all {
				_, err := kit.Plans.Plan(ctx, one.ID)
				if may := strings.Contains(test.plans, one.Slug); may != (err == nil) || !may && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s opens %s: %v", test.name, one.Slug, err)
				}
			}
		}
	})
}

func slugs[T any](things []T, slug func(T) string, separator string) string {
	names := make([]string, len(things))
	for i, thing := range things {
		names[i] = slug(thing)
	}
	return strings.Join(names, separator)
}

func TestMinorDigits(t *testing.T) {
	for currency, want := range map[string]int{"EUR": 2, "JPY": 0, "KWD": 3} {
		if got := plan.MinorDigits(currency); got != want {
			t.Errorf("%s has %d decimals, want %d", currency, got, want)
		}
	}
}
