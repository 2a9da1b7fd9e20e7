package publish_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/testkit"
)

// staging calls meanwhile when a description is stored, which Apply does between its first check and its transaction.
type staging struct {
	catalog.Store
	meanwhile func()
}

func (s staging) StageSpec(ctx context.Context, spec openapi.Spec, findings []openapi.Finding) error {
	s.meanwhile()
	return s.Store.StageSpec(ctx, spec, findings)
}

// TestPruningRefusesAccessOpenedMeanwhile opens access after Apply's first check and before its transaction.
func TestPruningRefusesAccessOpenedMeanwhile(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, folder(map[string]string{"portico.yaml": twoVersions}))
		var granted access.Granted
		service := publish.New(publish.Config{
			Catalog: staging{kit.DB.Catalog(), func() { granted = subscribed(t, kit, "basic", "") }},
			Plans:   kit.DB.Plans(), Site: kit.DB.Site(), Teams: kit.DB.Accounts(), Access: kit.Access, Events: kit.DB, Now: kit.Clock.Now,
		})
		manifest := read(t, kit, folder(map[string]string{"weather.json": smallSpec, "portico.yaml": `
products:
  - {slug: climate, name: Climate, versions: [{name: v1, spec: weather.json}]}
`}))
		manifest.Prune = true
		before := contentsOf(t, kit)

		_, err := service.Apply(kit.As(kit.Staff), manifest)
		if err == nil || fault.From(err).Code != "access_open" {
			t.Errorf("Apply returned %v, want access_open", err)
		}
		if diff := cmp.Diff(before, contentsOf(t, kit)); diff != "" {
			t.Errorf("the catalogue changed: %s", diff)
		}
		if state := stateOf(t, kit, granted).State; state != access.Approved {
			t.Errorf("the subscription is %s, want approved", state)
		}
	})
}
