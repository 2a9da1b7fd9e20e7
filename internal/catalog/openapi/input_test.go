package openapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// inputOf reads an operation with these members and returns its input.
func inputOf(t *testing.T, members, components string) map[string]any {
	t.Helper()
	text := fmt.Sprintf(`{"openapi":"3.0.3","info":{"title":"T","version":"1"},"paths":{"/a/{id}":{"post":{%s,
		"responses": {"200":{"description":"Fine."}}}}},"components":{"schemas":{%s}}}`, members, components)
	spec, findings := openapi.Read(t.Context(), "a.json", []byte(text), openapi.Limits{})
	if openapi.HasErrors(findings) {
		t.Fatal(joined(findings))
	}
	var input map[string]any
	if err := json.Unmarshal(spec.Operations[0].Input, &input); err != nil {
		t.Fatalf("%v\n%s", err, spec.Operations[0].Input)
	}
	return input
}

func TestInputIsJSONSchema(t *testing.T) {
	for name, row := range map[string]struct{ schema, want string }{
		"plain":                 {`{"type":"string","minLength":1,"format":"date","xml":{"name":"x"},"example":"a"}`, `{"type":"string","minLength":1,"format":"date"}`},
		"nullable":              {`{"type":"integer","nullable":true}`, `{"type":["integer","null"]}`},
		"nullable enum":         {`{"type":"string","nullable":true,"enum":["a"]}`, `{"type":["string","null"],"enum":["a",null]}`},
		"nullable reference":    {`{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Pet"}]}`, `{"anyOf":[{"type":"null"},{"allOf":[{"$ref":"#/$defs/1"}]}]}`},
		"exclusive bound":       {`{"type":"number","minimum":1,"exclusiveMinimum":true,"maximum":3,"exclusiveMaximum":false}`, `{"type":"number","exclusiveMinimum":1,"maximum":3}`},
		"newer bound":           {`{"type":"number","exclusiveMaximum":3}`, `{"type":"number","exclusiveMaximum":3}`},
		"nested":                {`{"type":"object","required":["a"],"properties":{"a":{"type":"array","items":{"type":"boolean"}}}}`, `{"type":"object","required":["a"],"properties":{"a":{"type":"array","items":{"type":"boolean"}}}}`},
		"map":                   {`{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Pet"}}`, `{"type":"object","additionalProperties":{"$ref":"#/$defs/1"}}`},
		"empty choice":          {`{"oneOf":[]}`, `{}`},
		"keyword of wrong kind": {`{"type":"string","minLength":"many","required":true,"properties":[]}`, `{"type":"string"}`},
	} {
		input := inputOf(t, `"requestBody":{"content":{"application/json":{"schema":`+row.schema+`}}}`, `"Pet":{"type":"object"}`)
		got := input["bodies"].([]any)[0].(map[string]any)["schema"]
		var want any
		if err := json.Unmarshal([]byte(row.want), &want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestInputHasSerializationOfParameters(t *testing.T) {
	input := inputOf(t, `"parameters":[
		{"name":"filter","in":"query","style":"deepObject","explode":true,"schema":{"type":"object"},"example":{"a":1}},
		{"name":"q","in":"query","required":true,"description":"Words","content":{"application/json":{"schema":{"type":"array"}}}},
		{"name":"q","in":"query","schema":{"type":"string"}},
		{"in":"query","schema":{"type":"string"}}],
		"requestBody":{"required":true,"content":{"multipart/form-data":{
			"schema":{"type":"object","properties":{"file":{"type":"string","format":"binary"}}},
			"encoding":{"file":{"contentType":"image/png"}}}}}`, "")
	want := map[string]any{
		"parameters": []any{
			map[string]any{"name": "filter", "in": "query", "style": "deepObject", "explode": true, "schema": map[string]any{"type": "object"}, "example": map[string]any{"a": 1.0}},
			map[string]any{"name": "q", "in": "query", "required": true, "description": "Words", "mediaType": "application/json", "schema": map[string]any{"type": "array"}},
			map[string]any{"name": "id", "in": "path", "required": true, "schema": true},
		},
		"bodyRequired": true,
		"bodies": []any{map[string]any{
			"mediaType": "multipart/form-data",
			"schema":    map[string]any{"type": "object", "properties": map[string]any{"file": map[string]any{"type": "string", "format": "binary"}}},
			"encoding":  map[string]any{"file": "image/png"},
		}},
		"$defs": map[string]any{},
	}
	if diff := cmp.Diff(want, input); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestInputOfRecursiveSchemas(t *testing.T) {
	input := inputOf(t, `"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Pet"}}}}`,
		`"Pet":{"type":"object","properties":{"friends":{"type":"array","items":{"$ref":"#/components/schemas/Pet"}},"home":{"$ref":"#/components/schemas/Home"}}},
		 "Home":{"type":"object","properties":{"of":{"$ref":"#/components/schemas/Pet"}}}`)
	if defs := input["$defs"].(map[string]any); len(defs) != 2 {
		t.Errorf("%d definitions, want 2: %v", len(defs), defs)
	}
	body := input["bodies"].([]any)[0].(map[string]any)
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("input.json", map[string]any{"$defs": input["$defs"], "allOf": []any{body["schema"]}}); err != nil {
		t.Fatal(err)
	}
	schema := compiler.MustCompile("input.json")
	for text, valid := range map[string]bool{`{"friends":[{"home":{"of":{}}}]}`: true, `{"friends":[{"home":{"of":7}}]}`: false} {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); (err == nil) != valid {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestInputIsLimited(t *testing.T) {
	var properties []string
	for i := range 4_000 {
		properties = append(properties, fmt.Sprintf(`"property-%d":{"type":"string","description":%q}`, i, strings.Repeat("long ", 100)))
	}
	values := strings.Repeat(`"`+strings.Repeat("v", 1000)+`",`, 1000) + `"v"`
	input := inputOf(t, `"parameters":[{"name":"e","in":"query","schema":{"type":"string","enum":[`+values+`],"default":"v"}}],
		"requestBody":{"content":{"application/json":{"schema":{"type":"object","properties":{`+strings.Join(properties, ",")+`}}}}}`, "")
	text, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 300<<10 {
		t.Errorf("the input has %d bytes", len(text))
	}
	parameter := input["parameters"].([]any)[0].(map[string]any)
	if diff := cmp.Diff(map[string]any{"type": "string", "default": "v"}, parameter["schema"]); diff != "" {
		t.Errorf("input with an enum that is too long (-want +got):\n%s", diff)
	}
}

func TestInputsOfGitHub(t *testing.T) {
	spec, _ := openapi.Read(t.Context(), "api.github.com.json", githubDocument(t), openapi.Limits{})
	total, longest := 0, 0
	for _, operation := range spec.Operations {
		if len(operation.Input) > 0 && !json.Valid(operation.Input) {
			t.Errorf("the input of %s %s is not JSON", operation.Method, operation.Path)
		}
		total, longest = total+len(operation.Input), max(longest, len(operation.Input))
	}
	if longest > 200<<10 || total > 16<<20 {
		t.Errorf("inputs of %d KiB, the longest of %d KiB", total>>10, longest>>10)
	}
	t.Logf("inputs of %d KiB, the longest of %d KiB", total>>10, longest>>10)
}
