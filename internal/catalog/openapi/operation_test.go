package openapi_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// named returns the type of a value with this named schema.
func named(name string) openapi.ValueType {
	page := strings.ToLower(name)
	return openapi.ValueType{Type: name, Ref: name, Page: page, Links: []openapi.TypeLink{{To: len(name), Page: page}}}
}

func TestOperationDetail(t *testing.T) {
	spec, _ := readFile(t, "testdata/weather.yaml")
	forecasts := openapi.Schema{
		Value: openapi.ValueType{
			Type: "array of Forecast", Ref: "Forecast", Page: "forecast", Links: []openapi.TypeLink{{From: 9, To: 17, Page: "forecast"}},
		},
		Rows: []openapi.SchemaRow{
			{Name: "at", Required: true, Description: "When", Value: openapi.ValueType{Type: "string", Format: "date-time"}},
			{Name: "kind", Required: true, Value: openapi.ValueType{Type: "string", Enum: []string{"sun", "rain", "snow"}}},
			{Name: "place", Value: named("Place")},
			{Depth: 1, Name: "name", Required: true, Value: openapi.ValueType{Type: "string", Constraints: []string{"at least 1 characters"}}},
			{Depth: 1, Name: "inside", Value: named("Place")},
			{Depth: 1, Name: "wind", Value: named("Wind")},
			{Name: "next", Description: "The weather at one hour", Value: named("Forecast")},
			{Name: "wind", Value: openapi.ValueType{
				Type: "one of: number, Wind", Links: []openapi.TypeLink{{From: 16, To: 20, Page: "wind"}},
			}},
			{Depth: 1, Name: "Wind", Variant: true, Value: named("Wind")},
			{Depth: 2, Name: "speed", Value: openapi.ValueType{Type: "number"}},
			{Depth: 2, Name: "from", Value: openapi.ValueType{Type: "integer", Constraints: []string{"at least 0", "at most 359"}}},
			{Name: "tags", Value: openapi.ValueType{Type: "map of string"}},
			{Name: "note", Value: openapi.ValueType{Type: "string or null", Constraints: []string{"at most 80 characters"}}},
		},
	}
	problem := openapi.Schema{
		Value: openapi.ValueType{Type: "object"},
		Rows:  []openapi.SchemaRow{{Name: "title", Value: openapi.ValueType{Type: "string"}}},
	}
	want := openapi.OperationDetail{
		Parameters: []openapi.Parameter{
			{
				Name: "units", In: "query", Example: "metric",
				Value: openapi.ValueType{Type: "string", Enum: []string{"metric", "imperial"}, Default: "metric"},
			},
			{
				Name: "hours", In: "query", Example: "24",
				Value: openapi.ValueType{Type: "integer or null", Constraints: []string{"at least 1", "less than 100"}},
			},
			{
				Name: "place", In: "path", Required: true, Description: "A place's id", Example: "oslo",
				Value: openapi.ValueType{Type: "string", Constraints: []string{"pattern ^[a-z]+$"}},
			},
		},
		Responses: []openapi.Response{
			{
				Status: "200", Description: "The forecasts",
				Headers: []openapi.Parameter{{
					Name: "RateLimit-Remaining", In: "header", Description: "Calls left", Value: openapi.ValueType{Type: "integer"},
				}},
				Content: []openapi.MediaType{{Name: "application/json", Schema: forecasts, Example: `[
  {
    "at": "2025-01-31T09:30:00Z",
    "kind": "sun",
    "place": {
      "name": "string",
      "wind": {
        "speed": 1,
        "from": 0
      }
    },
    "wind": 1,
    "tags": {},
    "note": "string"
  }
]`}},
			},
			{
				Status: "default", Description: "What went wrong",
				Content: []openapi.MediaType{{
					Name: "application/problem+json", Schema: problem, Example: "{\n  \"title\": \"string\"\n}",
				}},
			},
		},
		Security: []openapi.SecurityAlternative{{{Scheme: "key"}}},
	}
	if diff := cmp.Diff(want, spec.Operations[0].Detail); diff != "" {
		t.Error(diff)
	}
}

func TestOperationDetailOfAWrite(t *testing.T) {
	spec, _ := readFile(t, "testdata/weather.yaml")
	create := spec.Operations[1]
	if !create.Deprecated {
		t.Error("the operation is not deprecated")
	}
	detail := create.Detail
	if detail.Parameters[0].Name != "place" || detail.Parameters[1].Description != "from the path" {
		t.Errorf("parameters of the path: %+v", detail.Parameters)
	}
	wantSecurity := []openapi.SecurityAlternative{
		{},
		{{Scheme: "oauth", Scopes: []string{"write", "read"}}, {Scheme: "key"}},
	}
	if diff := cmp.Diff(wantSecurity, detail.Security); diff != "" {
		t.Error(diff)
	}
	wantCalls := []openapi.ReturnCall{{
		Callback: "changed", Expression: "{$request.body#/url}", Method: "POST",
		Responses: []openapi.Response{{Status: "200", Description: "Seen"}},
	}}
	if diff := cmp.Diff(wantCalls, detail.ReturnCalls); diff != "" {
		t.Error(diff)
	}
	body := detail.RequestBody
	if body == nil || !body.Required || !strings.Contains(body.Content[0].Example, `"name": "Oslo"`) {
		t.Errorf("request body %+v", body)
	}
	if example := spec.Operations[2].Detail.Responses[0].Content[0].Example; example != "fine\n" {
		t.Errorf("a text example is %q", example)
	}
}

func TestSchemaRowsAndExamplesAreLimited(t *testing.T) {
	var properties strings.Builder
	for i := range 400 {
		fmt.Fprintf(&properties, "p%d: {type: string, example: %s}, ", i, strings.Repeat("x", 50))
	}
	text := inPaths("  /a: {post: {requestBody: {content: {application/json: {schema: {properties: {" + properties.String() + "}}}}}}}\n")
	spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{})
	if len(findings) > 0 {
		t.Fatal(joined(findings))
	}
	content := spec.Operations[0].Detail.RequestBody.Content[0]
	if len(content.Schema.Rows) != 300 || content.Schema.Omitted != 100 {
		t.Errorf("%d rows, %d omitted", len(content.Schema.Rows), content.Schema.Omitted)
	}
	if len(content.Example) > 8<<10+len("\n…") || !strings.HasSuffix(content.Example, "\",\n…") {
		t.Errorf("an example of %d bytes ends in %q", len(content.Example), content.Example[len(content.Example)-20:])
	}
}

func TestSlugs(t *testing.T) {
	for _, test := range []struct{ operationID, path, want string }{
		{"listPets", "/pets", "list-pets"},
		{"repos/get", "/repos", "repos-get"},
		{"GET_USER__byID", "/u", "get-user-by-id"},
		{"getHTTPStatus", "/s", "get-httpstatus"},
		{"  ", "/pets/{petId}", "get-pets-pet-id"},
		{"", "/", "get"},
		{"", "/über", "get-ber"},
		{"", "/天气", "get-1"},
		{"../../etc", "/x", "etc"},
	} {
		text := fmt.Sprintf("openapi: 3.1.0\npaths: {%q: {get: {operationId: %q}}}\n", test.path, test.operationID)
		spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{})
		if len(spec.Operations) != 1 {
			t.Fatal(joined(findings))
		}
		if got := spec.Operations[0].Slug; got != test.want {
			t.Errorf("the slug of %q %s is %q, want %q", test.operationID, test.path, got, test.want)
		}
	}
}

var slugShape = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func TestSlugsAreUniqueAndValid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := "openapi: 3.1.0\npaths:\n"
		operationIDs := rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a", "A", "a-2", "a 2", "é"})), 1, 20).Draw(t, "ids")
		for i, operationID := range operationIDs {
			text += fmt.Sprintf("  /%d: {get: {operationId: %q}}\n", i, strings.ToValidUTF8(operationID, ""))
		}
		spec, _ := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{})
		seen := map[string]bool{}
		for _, operation := range spec.Operations {
			if seen[operation.Slug] || !slugShape.MatchString(operation.Slug) || len(operation.Slug) > 100 {
				t.Errorf("invalid or duplicate slug %q of %q", operation.Slug, operation.OperationID)
			}
			seen[operation.Slug] = true
		}
	})
}
