package publish_test

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/site"
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
			t.Errorf("staff change a setting that the files have released: %v", err)
		}
	})
}

// TestPicturesOfFiles applies pictures, which staff then cannot change, and compares, exports and releases them.
func TestPicturesOfFiles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		var pixels bytes.Buffer
		if err := png.Encode(&pixels, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
			t.Fatal(err)
		}
		files := map[string]string{
			"portico.yaml": "site: {logo: a/logo.svg, favicon: icon.png, cover: ''}", "a/logo.svg": drawn("one"), "icon.png": pixels.String() + "evil",
		}
		step := func(want string) {
			t.Helper()
			if got := apply(t, kit, folder(files)); got != want {
				t.Errorf("applying says %q, want %q", got, want)
			}
		}
		step("changed site site (logo, favicon, owner)")
		step("")
		files["a/logo.svg"] = drawn("two")
		step("changed site site (logo)")
		for slot, want := range map[site.ImageSlot]string{site.LogoSlot: drawn("two"), site.FaviconSlot: "\x89PNG"} {
			if _, content, err := kit.Site.Image(kit.As(kit.Visitor), slot); err != nil || !strings.HasPrefix(string(content), want) || strings.Contains(string(content), "evil") {
				t.Errorf("%s shows %q, %v", slot, content, err)
			}
		}
		read := func() ([]byte, error) { return []byte(drawn("staff")), nil }
		if err := kit.Site.ChangeImage(kit.As(kit.Staff), site.NewImage{Slot: site.LogoSlot, Read: read}); !fault.Is(err, fault.Conflict) {
			t.Errorf("staff change the picture of the files: %v", err)
		}
		if err := kit.Site.RemoveImage(kit.As(kit.Staff), site.FaviconSlot); !fault.Is(err, fault.Conflict) {
			t.Errorf("staff remove the picture of the files: %v", err)
		}
		exported := export(t, kit, "")
		if got := string(exported["images/logo.svg"].Data); got != drawn("two") || exported["images/favicon.png"] == nil {
			t.Errorf("the export has the logo %q", got)
		}
		if got := apply(t, kit, exported); got != "" {
			t.Errorf("applying the export says %q", got)
		}
		files["portico.yaml"] = "site: {name: Kept}"
		step("changed site site (name, owner)")
		if err := kit.Site.RemoveImage(kit.As(kit.Staff), site.FaviconSlot); err != nil {
			t.Errorf("staff remove a picture that the files have released: %v", err)
		}
	})
}

func TestBadPicturesOfFilesAreRefused(t *testing.T) {
	kit := testkit.New(t)
	for written, want := range map[string]string{
		"none.png": "There is no file none.png.", "../x.png": "leads outside the folder", "page.html": "is neither PNG, JPEG, WebP nor SVG", "empty.svg": "is missing",
	} {
		files := folder(map[string]string{"portico.yaml": "site: {logo: " + written + "}", "page.html": "<html></html>", "empty.svg": ""})
		_, findings, err := kit.Publish.Read(kit.As(kit.Staff), files)
		if err != nil || len(findings) != 1 || !strings.Contains(findings[0].Message, want) {
			t.Errorf("%s: %v, %v; want %s", written, findings, err, want)
		}
	}
}

// TestFilesThatChangeThePublicModeTellTheGateways checks that keys of visitors end when files make the portal private.
func TestFilesThatChangeThePublicModeTellTheGateways(t *testing.T) {
	kit := testkit.New(t)
	for _, step := range []struct {
		files string
		want  bool
	}{{"site: {public: true}", true}, {"site: {public: true, name: Other}", false}, {"site: {public: false, name: Other}", true}} {
		before, err := kit.DB.ChangePosition(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		apply(t, kit, folder(map[string]string{"portico.yaml": step.files}))
		changes, err := kit.DB.ChangesSince(t.Context(), before, 10)
		told := slices.ContainsFunc(changes, func(change event.Change) bool { return slices.Contains(change.Tags, event.PublicMode) })
		if err != nil || told != step.want {
			t.Errorf("after applying %q: got notified %t, %v, want %t", step.files, told, err, step.want)
		}
	}
}
