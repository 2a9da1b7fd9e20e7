package openapi_test

import (
	"os"
	"slices"
	"testing"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// FuzzRead reads arbitrary text: Read must return, and its results must be consistent.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"testdata/weather.yaml", "testdata/weather.swagger.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, text)
	}
	for _, bad := range badSpecs {
		f.Add(bad.file, []byte(bad.text))
	}
	for _, text := range []string{
		"swagger: '2.0'\npaths: {/a: {get: {parameters: [null, {in: body}], responses: {'200': null}}}}\n",
		inSchemas("    A: {discriminator: {propertyName: a, mapping: {b: '#', c: 5}}, oneOf: [{$ref: '#/components/schemas/A'}], patternProperties: {x: {$ref: '#'}}}\n"),
		inSchemas("    A: {additionalProperties: {$ref: '#/components/schemas/A'}, allOf: [{items: {$ref: '#/components/schemas/A'}}], not: {not: {}}}\n    '': 5\n"),
		inPaths("  /a: {post: {callbacks: {a: {b: {$ref: '#/paths/~1a'}}, c: {$ref: '#/paths'}}, requestBody: {content: {a/b: {encoding: {c: {headers: 5}}, examples: {d: {value: 1}, e: 5}}}}}}\n"),
		"swagger: '2.0'\npaths: {/a: null}\ndefinitions: {A: null}\n",
		"openapi: 3.1.0\npaths: {/a: {get: {parameters: 5, responses: {'200': 5}, requestBody: {content: [5]}}}}\n",
		"openapi: 3.1.0\npaths: {/a: {$ref: '#'}}\n",
		"openapi: 3.1.0\npaths: {$ref: '#/paths'}\n",
		"openapi: 3.1.0\ncomponents: {schemas: {A: true, B: false, C: {type: [], enum: [], items: {$ref: '#/components/schemas/C'}}}}\n",
		"openapi: 3.1.0\npaths: {/a: {get: {x: &a [*a]}}}\n",
		"? ? ? ?\n", "a: !!binary x\n", "a: !!int x\n", "- &a\n- *a\n", "%YAML 9.9\n---\n", "a: 0x1F\nb: .inf\nc: 1_0\n",
	} {
		f.Add("a.yaml", []byte(text))
	}
	limits := openapi.Limits{Bytes: 64 << 10, Values: 20_000, Findings: 50}
	f.Fuzz(func(t *testing.T, file string, text []byte) {
		spec, findings := openapi.Read(t.Context(), file, text, limits)
		for _, found := range findings {
			if found.Message == "" || found.Advice == "" || found.Line < 0 {
				t.Errorf("finding without a message or advice: %+v", found)
			}
		}
		if openapi.HasErrors(findings) {
			return
		}
		if len(spec.Operations)+len(spec.Webhooks)+len(spec.Schemas) == 0 {
			t.Error("Read returned neither operations nor an error")
		}
		checkReference(t, spec)
		replaced, err := openapi.WithServer(text, spec.Format, "https://gate.example")
		if err != nil {
			t.Fatalf("WithServer fails on a valid description: %v", err)
		}
		if again, findings := openapi.Read(t.Context(), file, replaced, openapi.Limits{}); len(again.Operations) != len(spec.Operations) {
			t.Errorf("after WithServer there are %d operations, want %d: %v\n%s", len(again.Operations), len(spec.Operations), findings, replaced)
		}
	})
}

// checkReference checks the properties that the pages of the reference rely on.
func checkReference(t *testing.T, spec openapi.Spec) {
	if len(spec.SchemaDetails) != len(spec.Schemas) {
		t.Fatalf("%d pages for %d schemas", len(spec.SchemaDetails), len(spec.Schemas))
	}
	pages := map[string]bool{}
	for _, entry := range spec.Schemas {
		if entry.Slug == "" || pages[entry.Slug] {
			t.Errorf("the page of schema %q has the slug %q", entry.Name, entry.Slug)
		}
		pages[entry.Slug] = true
	}
	checkType := func(value openapi.ValueType) {
		end := 0
		for _, link := range value.Links {
			if link.From < end || link.To <= link.From || link.To > len(value.Type) || !pages[link.Page] {
				t.Errorf("the link %+v is outside the text %q", link, value.Type)
			}
			end = link.To
		}
		if value.Page != "" && !pages[value.Page] {
			t.Errorf("there is no page %q", value.Page)
		}
	}
	checkSchema := func(schema openapi.Schema) {
		checkType(schema.Value)
		depth := 0
		for _, row := range schema.Rows {
			if row.Depth > depth {
				t.Errorf("the row %q has depth %d after depth %d", row.Name, row.Depth, depth-1)
			}
			depth = row.Depth + 1
			checkType(row.Value)
		}
	}
	for _, detail := range spec.SchemaDetails {
		checkSchema(detail.Schema)
	}
	for _, operation := range slices.Concat(spec.Operations, spec.Webhooks) {
		for _, response := range operation.Detail.Responses {
			for _, media := range response.Content {
				checkSchema(media.Schema)
				if media.Whole < 0 || media.Whole > len(spec.LongExamples) {
					t.Errorf("there is no long example %d; there are %d", media.Whole, len(spec.LongExamples))
				}
			}
		}
	}
}
