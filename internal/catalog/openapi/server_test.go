package openapi_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

func TestWithServer(t *testing.T) {
	for _, test := range []struct {
		name      string
		format    openapi.Format
		text, got string
	}{
		{
			"JSON, replaced", openapi.JSON,
			"{\n  \"openapi\": \"3.0.0\",\n  \"servers\" : [{\"url\": \"/a\"}, {\"url\": \"/b\"}],\n  \"x\":  [1,2]\n}\n",
			"{\n  \"openapi\": \"3.0.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}],\n  \"x\":  [1,2]\n}\n",
		},
		{"JSON, put in", openapi.JSON, `{"openapi":"3.0.0"}`, `{"openapi":"3.0.0","servers": [{"url": "https://gate.example/w"}]}`},
		{"JSON with a mark", openapi.JSON, "\uFEFF" + `{"openapi":"3.0.0"}`, `{"openapi":"3.0.0","servers": [{"url": "https://gate.example/w"}]}`},
		{
			"Swagger 2", openapi.JSON, `{"swagger":"2.0","schemes":["http"],"paths":{},"host":"a.example"}`,
			`{"swagger":"2.0","host": "gate.example","basePath": "/w","schemes": ["https"],"paths":{}}`,
		},
		{
			"YAML, replaced", openapi.YAML,
			"# About\nopenapi: 3.1.0\nservers:\n# live\n- url: /a\n\n  # test\n- url: /b\n\n# Paths\npaths: {} # none\n",
			"# About\nservers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\n\n# Paths\npaths: {} # none\n",
		},
		{
			"YAML, last", openapi.YAML, "openapi: 3.1.0\r\nservers:\r\n  - url: /a",
			"servers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\r\n",
		},
		{
			"YAML, last before an end", openapi.YAML, "openapi: 3.1.0\nservers: []\n",
			"servers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\n",
		},
		{"YAML, put in", openapi.YAML, "---\nopenapi: 3.1.0\n", "---\nservers: [{\"url\": \"https://gate.example/w\"}]\nopenapi: 3.1.0\n"},
		{
			"YAML, alias to a removed part", openapi.YAML, "openapi: 3.1.0\nservers: &s [{url: /a}]\nx-s: *s\n",
			"{\n  \"openapi\": \"3.1.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}],\n  \"x-s\": [\n    {\n      \"url\": \"/a\"\n    }\n  ]\n}\n",
		},
		{
			"YAML in braces", openapi.YAML, "{openapi: 3.1.0, servers: []}",
			"{\n  \"openapi\": \"3.1.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}]\n}\n",
		},
		{
			"YAML with other line breaks", openapi.YAML, "openapi: 3.1.0\nx: \"a\u2028b\"\nservers: []\n",
			"{\n  \"openapi\": \"3.1.0\",\n  \"servers\": [{\"url\": \"https://gate.example/w\"}],\n  \"x\": \"a\u2028b\"\n}\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := openapi.WithServer([]byte(test.text), test.format, "https://gate.example/w")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.got, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWithServerKeepsTheRest(t *testing.T) {
	for _, name := range []string{"testdata/weather.yaml", "testdata/weather.swagger.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := openapi.Read(t.Context(), name, text, openapi.Limits{})
		replaced, err := openapi.WithServer(text, before.Format, `https://gate.example/"a"`)
		if err != nil {
			t.Fatal(err)
		}
		after, findings := openapi.Read(t.Context(), name, replaced, openapi.Limits{})
		if openapi.HasErrors(findings) {
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

func TestWithServerRejectsOtherTexts(t *testing.T) {
	for _, text := range []string{"", "[]", "{", "{}"} {
		if _, err := openapi.WithServer([]byte(text), openapi.JSON, "/"); err == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
