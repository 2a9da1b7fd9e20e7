package catalog_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
)

func TestSpecWithServer(t *testing.T) {
	for _, test := range []struct {
		name      string
		format    catalog.Format
		text, got string
	}{
		{
			"JSON, replaced", catalog.JSON,
			"{\n  \"openapi\": \"3.0.0\",\n  \"servers\" : [{\"url\": \"/a\"}, {\"url\": \"/b\"}],\n  \"x\":  [1,2]\n}\n",
			"{\n  \"openapi\": \"3.0.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}],\n  \"x\":  [1,2]\n}\n",
		},
		{"JSON, put in", catalog.JSON, `{"openapi":"3.0.0"}`, `{"openapi":"3.0.0","servers": [{"url": "https://gate.example/w"}]}`},
		{"JSON with a mark", catalog.JSON, "\uFEFF" + `{"openapi":"3.0.0"}`, `{"openapi":"3.0.0","servers": [{"url": "https://gate.example/w"}]}`},
		{
			"Swagger 2", catalog.JSON, `{"swagger":"2.0","schemes":["http"],"paths":{},"host":"a.example"}`,
			`{"swagger":"2.0","host": "gate.example","basePath": "/w","schemes": ["https"],"paths":{}}`,
		},
		{
			"YAML, replaced", catalog.YAML,
			"# About\nopenapi: 3.1.0\nservers:\n# live\n- url: /a\n\n  # test\n- url: /b\n\n# Paths\npaths: {} # none\n",
			"# About\nservers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\n\n# Paths\npaths: {} # none\n",
		},
		{
			"YAML, last", catalog.YAML, "openapi: 3.1.0\r\nservers:\r\n  - url: /a",
			"servers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\r\n",
		},
		{
			"YAML, last before an end", catalog.YAML, "openapi: 3.1.0\nservers: []\n",
			"servers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\n",
		},
		{"YAML, put in", catalog.YAML, "---\nopenapi: 3.1.0\n", "---\nservers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\n"},
		{
			"YAML, alias to what goes", catalog.YAML, "openapi: 3.1.0\nservers: &s [{url: /a}]\nx-s: *s\n",
			"{\n  \"openapi\": \"3.1.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}],\n  \"x-s\": [\n    {\n      \"url\": \"/a\"\n    }\n  ]\n}\n",
		},
		{
			"YAML in braces", catalog.YAML, "{openapi: 3.1.0, servers: []}",
			"{\n  \"openapi\": \"3.1.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}]\n}\n",
		},
		{
			"YAML with other line breaks", catalog.YAML, "openapi: 3.1.0\nx: \"a\u2028b\"\nservers: []\n",
			"{\n  \"openapi\": \"3.1.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}],\n  \"x\": \"a\u2028b\"\n}\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := catalog.SpecWithServer([]byte(test.text), test.format, "https://gate.example/w")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.got, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSpecWithServerKeepsTheRest(t *testing.T) {
	for _, name := range []string{"testdata/weather.yaml", "testdata/weather.swagger.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := catalog.ReadSpec(t.Context(), name, text, catalog.SpecLimits{})
		replaced, err := catalog.SpecWithServer(text, before.Format, `https://gate.example/"a"`)
		if err != nil {
			t.Fatal(err)
		}
		after, findings := catalog.ReadSpec(t.Context(), name, replaced, catalog.SpecLimits{})
		if catalog.HasErrors(findings) {
			t.Fatal(joined(findings))
		}
		if len(after.Servers) != 1 || !strings.HasPrefix(after.Servers[0].URL, "https://gate.example/") {
			t.Errorf("servers %v", after.Servers)
		}
		if diff := cmp.Diff(before.Operations, after.Operations); diff != "" {
			t.Error(diff)
		}
	}
}

func TestSpecWithServerRefusesWhatIsNoDescription(t *testing.T) {
	for _, text := range []string{"", "[]", "{", "{}"} {
		if _, err := catalog.SpecWithServer([]byte(text), catalog.JSON, "/"); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
