package openapi_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

func readFile(t *testing.T, name string) (openapi.Spec, []openapi.Finding) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return openapi.Read(t.Context(), name, text, openapi.Limits{})
}

func TestReadRoot(t *testing.T) {
	spec, findings := readFile(t, "testdata/weather.yaml")
	if len(findings) > 0 {
		t.Fatalf("findings: %v", findings)
	}
	want := openapi.Spec{
		Digest: spec.Digest, Format: openapi.YAML, OpenAPI: "3.1.0",
		Title: "Weather", Version: "2.1", Summary: "Forecasts for anywhere",
		Description: "Forecasts by **place** and hour.\n",
		Contact:     openapi.Contact{Name: "Support", URL: "https://weather.example/support", Email: "help@weather.example"},
		License:     openapi.Link{Text: "Apache 2.0"},
		Servers:     []openapi.Server{{URL: "https://{region}.weather.example/v2", Description: "Production"}},
		Tags:        []openapi.Tag{{Name: "forecasts", Description: "What the weather will be"}},
		SecuritySchemes: []openapi.SecurityScheme{
			{Name: "key", Type: "apiKey", In: "header", Parameter: "X-Api-Key"},
			{Name: "oauth", Type: "oauth2", Flows: []openapi.OAuthFlow{{
				Kind: "clientCredentials", TokenURL: "https://weather.example/token", Scopes: []string{"read", "write"},
				Meanings: map[string]string{"read": "Read", "write": "Write"},
			}}},
		},
		Schemas: []openapi.SchemaEntry{
			{Name: "Forecast", Slug: "forecast", Type: "object", Description: "The weather at one hour"},
			{Name: "Place", Slug: "place", Type: "object"},
			{Name: "Named", Slug: "named", Type: "object"},
			{Name: "Wind", Slug: "wind", Type: "object"},
		},
		Operations: spec.Operations, Webhooks: spec.Webhooks, SchemaDetails: spec.SchemaDetails, Text: spec.Text,
	}
	if diff := cmp.Diff(want, spec); diff != "" {
		t.Error(diff)
	}
	if len(spec.Digest) != 64 {
		t.Errorf("digest %q", spec.Digest)
	}
}

func TestReadOperations(t *testing.T) {
	spec, _ := readFile(t, "testdata/weather.yaml")
	type line struct {
		Ordinal            int
		Method, Path, Slug string
		Webhook            bool
	}
	var got []line
	for _, o := range slices.Concat(spec.Operations, spec.Webhooks) {
		got = append(got, line{o.Ordinal, o.Method, o.Path, o.Slug, o.Webhook})
	}
	want := []line{
		{0, "GET", "/places/{place}/forecasts", "list-forecasts", false},
		{1, "POST", "/places/{place}/forecasts", "create-forecast", false},
		{2, "GET", "/status", "get-status", false},
		{3, "POST", "forecastChanged", "forecast-changed", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestReadSwagger2(t *testing.T) {
	spec, findings := readFile(t, "testdata/weather.swagger.json")
	if spec.OpenAPI != "2.0" || spec.Title != "Old weather" || spec.Format != openapi.JSON {
		t.Errorf("read %q %q %q", spec.OpenAPI, spec.Title, spec.Format)
	}
	if diff := cmp.Diff([]openapi.Server{{URL: "https://old.weather.example/v1"}}, spec.Servers); diff != "" {
		t.Error(diff)
	}
	var slugs []string
	for _, operation := range spec.Operations {
		slugs = append(slugs, operation.Slug)
	}
	if diff := cmp.Diff([]string{"put-zone", "get-zones-zone", "get-alerts"}, slugs); diff != "" {
		t.Errorf("operations are not in the order of the file: %s", diff)
	}
	put := spec.Operations[0].Detail
	if put.RequestBody == nil || !put.RequestBody.Required || put.RequestBody.Content[0].Schema.Value.Ref != "Zone" {
		t.Errorf("request body %+v", put.RequestBody)
	}
	wantFindings := []openapi.Finding{
		{
			Severity: openapi.Warning, File: "testdata/weather.swagger.json", Line: 24, Column: 74,
			Pointer: "/paths/~1zones~1{zone}/get/parameters/1/default",
			Message: "The default does not match its schema: it is a string, not integer.",
			Advice:  "Correct the default, or the schema.",
		},
		{
			Severity: openapi.Warning, File: "testdata/weather.swagger.json", Line: 36, Column: 60,
			Pointer: "/definitions/Zone/properties/name/example",
			Message: "The example does not match its schema: it is a number, not string.",
			Advice:  "Correct the example, or the schema.",
		},
	}
	if diff := cmp.Diff(wantFindings, findings); diff != "" {
		t.Error(diff)
	}
}

func TestReadTagGroups(t *testing.T) {
	text := `{"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {"tags": ["a"], "responses": {}}}},
		"x-tagGroups": [{"name": "First", "tags": ["a", "b"]}, {"name": "", "tags": ["c"]}, {"name": "Empty"}, 3]}`
	spec, _ := openapi.Read(t.Context(), "spec.json", []byte(text), openapi.Limits{})
	if len(spec.TagGroups) != 1 || spec.TagGroups[0].Name != "First" || strings.Join(spec.TagGroups[0].Tags, " ") != "a b" {
		t.Errorf("the tag groups are %v", spec.TagGroups)
	}
}
