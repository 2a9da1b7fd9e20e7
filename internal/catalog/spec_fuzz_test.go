package catalog_test

import (
	"os"
	"testing"

	"github.com/portico-api/portico/internal/catalog"
)

// FuzzReadSpec feeds the reader anything: it must answer, and every answer must be usable.
func FuzzReadSpec(f *testing.F) {
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
	limits := catalog.SpecLimits{Bytes: 64 << 10, Values: 20_000, Findings: 50}
	f.Fuzz(func(t *testing.T, file string, text []byte) {
		spec, findings := catalog.ReadSpec(t.Context(), file, text, limits)
		for _, found := range findings {
			if found.Message == "" || found.Advice == "" || found.Line < 0 {
				t.Errorf("incomplete: %+v", found)
			}
		}
		if catalog.HasErrors(findings) {
			return
		}
		if len(spec.Operations)+len(spec.Webhooks)+len(spec.Schemas) == 0 {
			t.Error("nothing was read and nothing said")
		}
		replaced, err := catalog.SpecWithServer(text, spec.Format, "https://gate.example")
		if err != nil {
			t.Fatalf("a description that was read cannot be given a server: %v", err)
		}
		if again, findings := catalog.ReadSpec(t.Context(), file, replaced, catalog.SpecLimits{}); len(again.Operations) != len(spec.Operations) {
			t.Errorf("with a server it has %d operations instead of %d: %v\n%s", len(again.Operations), len(spec.Operations), findings, replaced)
		}
	})
}
