package openapi_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// readOperation reads the first operation of a description with one path.
func readOperation(t *testing.T, text string) (openapi.Spec, openapi.OperationDetail) {
	t.Helper()
	spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{})
	if openapi.HasErrors(findings) || len(spec.Operations) == 0 {
		t.Fatal(joined(findings))
	}
	return spec, spec.Operations[0].Detail
}

func TestSerializationOfParameters(t *testing.T) {
	_, detail := readOperation(t, inPaths(`  /a:
    get:
      parameters:
        - {name: usual, in: query, style: form, explode: true, schema: {type: array}}
        - {name: joined, in: query, explode: false, schema: {type: array}}
        - {name: pipes, in: query, style: pipeDelimited, schema: {type: array}}
        - {name: deep, in: query, style: deepObject, explode: true, schema: {type: object}}
        - {name: header, in: header, schema: {type: array}}
        - {name: exploded, in: header, explode: true, schema: {type: object}}
        - {name: json, in: query, content: {application/json: {schema: {type: object}, example: {a: 1}}}}
`))
	type spelled struct {
		Style   string
		Explode bool
		Content string
		Example string
	}
	got := map[string]spelled{}
	for _, p := range detail.Parameters {
		got[p.Name] = spelled{p.Style, p.Explode, p.Content, p.Example}
	}
	want := map[string]spelled{
		"usual": {}, "joined": {Style: "form"}, "pipes": {Style: "pipeDelimited"}, "deep": {Style: "deepObject", Explode: true},
		"header": {}, "exploded": {Style: "simple", Explode: true}, "json": {Content: "application/json", Example: `{"a":1}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCallbacks(t *testing.T) {
	_, detail := readOperation(t, inPaths(`  /a:
    post:
      callbacks:
        done: {$ref: '#/components/callbacks/Done'}
        both:
          '{$request.query.url}':
            parameters: [{name: X-Try, in: header, schema: {type: integer}}]
            put: {summary: Put it, deprecated: true, requestBody: {required: true, content: {application/json: {schema: {$ref: '#/components/schemas/E'}}}}}
            delete: {responses: {'204': {description: Gone}}}
          x-note: {get: {}}
`)+`components:
  callbacks: {Done: {'{$request.body#/url}': {post: {description: It is done., callbacks: {more: {a: {get: {}}}}}}}}
  schemas: {E: {type: object, properties: {id: {type: string}}}}
`)
	want := []openapi.ReturnCall{
		{Callback: "done", Expression: "{$request.body#/url}", Method: "POST", Description: "It is done."},
		{
			Callback: "both", Expression: "{$request.query.url}", Method: "PUT", Summary: "Put it", Deprecated: true,
			Parameters: []openapi.Parameter{{Name: "X-Try", In: "header", Value: openapi.ValueType{Type: "integer"}}},
			RequestBody: &openapi.RequestBody{Required: true, Content: []openapi.MediaType{{
				Name: "application/json", Example: "{\n  \"id\": \"string\"\n}",
				Schema: openapi.Schema{Value: named("E"), Rows: []openapi.SchemaRow{{Name: "id", Value: openapi.ValueType{Type: "string"}}}},
			}}},
		},
		{
			Callback: "both", Expression: "{$request.query.url}", Method: "DELETE",
			Parameters: []openapi.Parameter{{Name: "X-Try", In: "header", Value: openapi.ValueType{Type: "integer"}}},
			Responses:  []openapi.Response{{Status: "204", Description: "Gone"}},
		},
	}
	if diff := cmp.Diff(want, detail.ReturnCalls); diff != "" {
		t.Error(diff)
	}
}

func TestCallbacksAreLimited(t *testing.T) {
	text := "  /a:\n    post:\n      callbacks:\n"
	for i := range 30 {
		text += "        c" + strings.Repeat("x", i) + ": {'{$url}': {post: {}}}\n"
	}
	if _, detail := readOperation(t, inPaths(text)); len(detail.ReturnCalls) != 20 || detail.OmittedCalls != 10 {
		t.Errorf("%d calls and %d omitted", len(detail.ReturnCalls), detail.OmittedCalls)
	}
}

func TestSeveralExamples(t *testing.T) {
	_, detail := readOperation(t, inPaths(`  /a:
    post:
      requestBody:
        content:
          application/json:
            examples:
              small: {summary: A small one, description: Is **small**, value: {a: 1}}
              shared: {$ref: '#/components/examples/Shared'}
              away: {externalValue: 'https://example.com/big.json'}
              nothing: {summary: Nothing}
      responses:
        '200': {description: ok, content: {application/json: {examples: {only: {value: 7}}}}}
        '201': {description: ok, content: {text/plain: {examples: {a: {value: "one\n"}, b: {value: "two"}}}}}
`)+"components: {examples: {Shared: {value: [2]}}}\n")
	body := detail.RequestBody.Content[0]
	want := []openapi.Example{
		{Name: "small", Summary: "A small one", Description: "Is **small**", Text: "{\n  \"a\": 1\n}"},
		{Name: "shared", Text: "[\n  2\n]"},
		{Name: "away", URL: "https://example.com/big.json"},
	}
	if diff := cmp.Diff(want, body.Examples); diff != "" || body.Example != want[0].Text {
		t.Errorf("%s\n%s", body.Example, diff)
	}
	if only := detail.Responses[0].Content[0]; only.Example != "7" || len(only.Examples) != 0 {
		t.Errorf("a single example is %+v", only)
	}
	if texts := detail.Responses[1].Content[0].Examples; len(texts) != 2 || texts[0].Text != "one\n" {
		t.Errorf("text examples are %+v", texts)
	}
}

func TestUnsafeAddressesOfExamplesAreErrors(t *testing.T) {
	text := inPaths("  /a: {post: {requestBody: {content: {a/b: {examples: {x: {externalValue: 'javascript:alert(1)'}}}}}}}\n")
	if _, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{}); !openapi.HasErrors(findings) {
		t.Error("an unsafe address of an example is accepted")
	}
	text = inPaths("  /a: {servers: [{url: 'javascript:alert(1)'}], post: {}}\n")
	if _, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{}); !openapi.HasErrors(findings) {
		t.Error("an unsafe server of a path is accepted")
	}
}

func TestLongExamplesAreStoredWhole(t *testing.T) {
	body := "{items: [" + strings.Repeat("word, ", 3_000) + "last]}"
	spec, detail := readOperation(t, inPaths(`  /a:
    post:
      requestBody: {content: {application/json: {example: &long `+body+`}}}
      responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/A'}}}}}
`)+"components: {schemas: {A: {example: *long}}}\n")
	media := detail.RequestBody.Content[0]
	if len(media.Example) > 8<<10+len("\n…") || !strings.HasSuffix(media.Example, "\n…") || media.Whole != 1 {
		t.Errorf("%d bytes, whole %d", len(media.Example), media.Whole)
	}
	if len(spec.LongExamples) == 0 || !strings.HasSuffix(spec.LongExamples[0].Text, "\"last\"\n  ]\n}") || spec.LongExamples[0].Number != 1 {
		t.Fatalf("%d long examples", len(spec.LongExamples))
	}
	answer := detail.Responses[0].Content[0]
	if detail := spec.SchemaDetails[0]; detail.Whole == 0 || detail.Whole != answer.Whole || len(spec.LongExamples) != detail.Whole {
		t.Errorf("the schema has the long example %d, the response %d, of %d", detail.Whole, answer.Whole, len(spec.LongExamples))
	}
}

func TestLongExamplesAreLimited(t *testing.T) {
	text := inPaths("")
	for i := range 30 {
		text += "  /a" + strings.Repeat("x", i) + ": {post: {requestBody: {content: {text/plain: {example: " + strings.Repeat("y", 1_000_000) + "}}}}}\n"
	}
	spec, _ := readOperation(t, text)
	all, kept := 0, 0
	for _, example := range spec.LongExamples {
		all += len(example.Text)
	}
	for _, operation := range spec.Operations {
		media := operation.Detail.RequestBody.Content[0]
		if len(media.Example) > 9<<10 || !strings.HasSuffix(media.Example, "…") {
			t.Errorf("an example with %d bytes is shown", len(media.Example))
		}
		if media.Whole > 0 {
			kept++
		}
	}
	if all > 18<<20 || kept < 16 || kept != len(spec.LongExamples) {
		t.Errorf("%d bytes in %d long examples, %d referenced", all, len(spec.LongExamples), kept)
	}
}

func TestOtherPartsOfAnOperation(t *testing.T) {
	spec, detail := readOperation(t, inPaths(`  /a:
    servers: [{url: 'https://uploads.example', description: For files}]
    post:
      requestBody:
        content:
          multipart/form-data:
            schema: {type: object, properties: {file: {type: string, format: binary}, note: {type: string}}}
            encoding: {file: {contentType: 'image/png, image/jpeg', headers: {X-Part: {schema: {type: string}}}}, note: {style: form}}
      responses:
        '201': {description: Made, links: {read: {operationId: readIt, description: Read it}, gone: {operationId: none}, empty: {}}}
  /b: {get: {operationId: readIt, servers: [], responses: {'200': {description: ok}}}}
`))
	if diff := cmp.Diff([]openapi.Server{{URL: "https://uploads.example", Description: "For files"}}, detail.Servers); diff != "" {
		t.Error(diff)
	}
	wantParts := []openapi.PartEncoding{{Name: "file", ContentType: "image/png, image/jpeg", Headers: []string{"X-Part"}}}
	if diff := cmp.Diff(wantParts, detail.RequestBody.Content[0].Parts); diff != "" {
		t.Error(diff)
	}
	wantLinks := []openapi.ResponseLink{
		{Name: "read", Description: "Read it", Operation: "readIt", Slug: "read-it"}, {Name: "gone", Operation: "none"},
	}
	if diff := cmp.Diff(wantLinks, detail.Responses[0].Links); diff != "" {
		t.Error(diff)
	}
	if spec.Operations[1].Detail.Servers != nil {
		t.Error("an operation without its own servers has some")
	}
}

func TestOperationsAreLimited(t *testing.T) {
	var responses strings.Builder
	for i := range 40 {
		responses.WriteString("        '" + string(rune('a'+i%26)) + strings.Repeat("x", i/26) + "': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/X'}}}}\n")
	}
	_, detail := readOperation(t, inPaths("  /a:\n    get:\n      responses:\n"+responses.String())+"components:\n  schemas:\n"+wide(290, strings.Repeat("d", 200)))
	rows, omitted := 0, 0
	for _, response := range detail.Responses {
		rows += len(response.Content[0].Schema.Rows)
		omitted += response.Content[0].Schema.Omitted
		if response.Content[0].Schema.Value.Page != "x" {
			t.Error("an omitted schema has no page")
		}
	}
	if rows == 0 || rows > 290*4 || rows+omitted != 290*40 {
		t.Errorf("%d rows and %d omitted", rows, omitted)
	}
}
