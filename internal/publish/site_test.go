package publish_test

import (
	"slices"
	"testing"

	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// TestSettingsOfTheSiteHaveOneOwnerEach checks that neither files nor staff change the other's settings.
func TestSettingsOfTheSiteHaveOneOwnerEach(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, folder(map[string]string{"portico.yaml": "site: {name: From files, public: true}"}))
		settings, err := kit.Site.SettingsToChange(kit.As(kit.Staff))
		if err != nil || !slices.Equal(settings.FromFiles, []string{"name", "public"}) {
			t.Fatalf("%v, %v", settings.FromFiles, err)
		}
		settings.Name = "From staff"
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); !fault.Is(err, fault.Conflict) {
			t.Errorf("staff change what the files own: %v", err)
		}
		settings.Name, settings.Support = "From files", "staff@demo.example"
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct{ files, want string }{
			{"site: {name: From files, public: true}", ""},
			{"site: {name: Other files}", "changed site site (name, owner)"},
			{"products: []", ""},
		} {
			if got := apply(t, kit, folder(map[string]string{"portico.yaml": step.files})); got != step.want {
				t.Errorf("applying %q says %q, want %q", step.files, got, step.want)
			}
		}
		settings, err = kit.Site.SettingsToChange(kit.As(kit.Staff))
		if err != nil || settings.Name != "Other files" || settings.Support != "staff@demo.example" || !settings.Public {
			t.Fatalf("the settings are %+v, %v", settings, err)
		}
		settings.Public = false
		if err := kit.Site.ChangeSettings(kit.As(kit.Staff), settings); err != nil {
			t.Errorf("staff change what the files have let go: %v", err)
		}
	})
}
