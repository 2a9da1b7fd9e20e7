package catalog_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

// staged stages a description with this root and returns what it suggests.
func staged(t *testing.T, kit *testkit.Kit, root string) catalog.Staged {
	t.Helper()
	text := `{"openapi":"3.1.0",` + root + `,"paths":{"/now":{"get":{"responses":{"200":{"description":"Now."}}}}}}`
	uploaded, err := kit.Catalog.StageSpec(kit.As(kit.Staff), opening("a.json", strings.NewReader(text)))
	if err != nil {
		t.Fatal(err, uploaded.Findings)
	}
	found, err := kit.Catalog.Staged(kit.As(kit.Staff), uploaded.Spec.Digest, uploaded.File)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDescriptionSuggestsAnAPI(t *testing.T) {
	kit := testkit.New(t)
	made(t, kit, "weather-data", "/weather-data")
	for _, test := range []struct{ info, name, slug, version, summary string }{
		{`"info":{"title":"Weather Data","version":"2.4.1","summary":"All weather."}`, "Weather Data", "weather-data-2", "v2", "All weather."},
		{`"info":{"title":" Tides\n(sea) ","version":"2026-03-01","description":"High and low.\n\nMore."}`, "Tides (sea)", "tides-sea", "2026-03-01", "High and low."},
		{`"info":{"title":"Ærø","version":"1","description":"# Head\n\nMore."}`, "Ærø", "r", "v1", ""},
		{`"info":{"title":"天気","version":"not a name"}`, "天気", "", "v1", ""},
	} {
		got := staged(t, kit, test.info).Proposed
		want := [4]string{test.name, test.slug, test.version, test.summary}
		if have := [4]string{got.Name, got.Slug, got.Version, got.Description}; have != want {
			t.Errorf("%s suggests %q, want %q", test.info, have, want)
		}
	}
}

func TestServersSuggestEndpoints(t *testing.T) {
	const upstream = "https://api.example"
	for name, test := range map[string]struct {
		servers []openapi.Server
		want    []string
	}{
		"none":      {nil, []string{"production /a/v1 "}},
		"relative":  {[]openapi.Server{{URL: "/v1"}}, []string{"production /a/v1 "}},
		"variables": {[]openapi.Server{{URL: "https://{tenant}.example"}}, []string{"production /a/v1 "}},
		"both": {[]openapi.Server{{URL: "https://sandbox.example/"}, {URL: upstream + "/"}, {URL: "https://other.example"}},
			[]string{"production /a/v1 " + upstream, "sandbox /a/sandbox/v1 https://sandbox.example"}},
		"described": {[]openapi.Server{{URL: upstream}, {URL: "https://b.example", Description: "For tests"}},
			[]string{"production /a/v1 " + upstream, "sandbox /a/sandbox/v1 https://b.example"}},
	} {
		var got []string
		for _, endpoint := range catalog.ProposedEndpoints("a", "v1", test.servers) {
			got = append(got, endpoint.Environment+" "+endpoint.BasePath+" "+endpoint.Upstream)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestAPIIsCreatedFromAStagedDescription(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		ctx := kit.As(kit.Staff)
		in := staged(t, kit, `"info":{"title":"Tides","version":"1.0.0"}`).Proposed
		wrong := in
		wrong.Slug, wrong.Version = "No slug", "no name"
		if _, _, err := kit.Catalog.CreateAPI(ctx, wrong); len(fault.From(err).Fields) != 2 {
			t.Errorf("a wrong slug and version: %v", err)
		}
		product, version, err := kit.Catalog.CreateAPI(ctx, in)
		if err != nil || product.Published || version.Published || product.ManagedBy != catalog.Staff {
			t.Fatalf("%+v %+v %v", product, version, err)
		}
		found, err := kit.Catalog.StaffVersion(ctx, "tides", "v1")
		if err != nil || found.Version.Spec != in.Digest || found.Version.File != "a.json" {
			t.Errorf("%+v %v", found.Version, err)
		}
		if _, _, err := kit.Catalog.CreateAPI(ctx, in); !fault.Is(err, fault.Conflict) {
			t.Errorf("the slug again: %v", err)
		}
	})
}

func TestUnusedDescriptionIsForgotten(t *testing.T) {
	kit := testkit.New(t)
	ctx := kit.As(kit.Staff)
	in := staged(t, kit, `"info":{"title":"Tides","version":"1"}`).Proposed
	kit.Clock.Advance(catalog.UnusedAfter + time.Minute)
	staged(t, kit, `"info":{"title":"Others","version":"1"}`)
	if _, err := kit.Catalog.Staged(ctx, in.Digest, in.File); !fault.Is(err, fault.NotFound) {
		t.Errorf("after an hour: %v", err)
	}
	if _, _, err := kit.Catalog.CreateAPI(ctx, in); !fault.Is(err, fault.Conflict) {
		t.Errorf("an API from it: %v", err)
	}
	if _, err := kit.Catalog.StaffProduct(ctx, "tides"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a product without its version was kept: %v", err)
	}
}

func TestStagingRefusesWhatUploadsRefuse(t *testing.T) {
	kit := testkit.New(t)
	for text, kind := range map[string]fault.Kind{"": fault.Invalid, `{"openapi":"3.1.0",`: fault.Invalid} {
		if _, err := kit.Catalog.StageSpec(kit.As(kit.Staff), opening("a.json", strings.NewReader(text))); !fault.Is(err, kind) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := kit.Catalog.StageSpec(kit.As(kit.Staff), func() (string, io.Reader, error) { return "", nil, io.ErrUnexpectedEOF }); err == nil {
		t.Error("a file that cannot be opened is accepted")
	}
}
