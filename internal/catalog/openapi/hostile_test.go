package openapi_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/testkit"
)

// inPaths returns a complete description with this path item, which begins on line 4.
func inPaths(item string) string {
	return "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths:\n" + item
}

// inSchemas returns a complete description with these named schemas, which begin on line 6.
func inSchemas(schemas string) string {
	return inPaths("  /a: {get: {responses: {'200': {description: ok}}}}\ncomponents:\n") + "  schemas:\n" + schemas
}

func manyNames(count int) string {
	var text strings.Builder
	for i := range count {
		fmt.Fprintf(&text, "x-%d: 0\n", i)
	}
	return text.String()
}

// badSpecs are descriptions with one mistake each, and where it must be reported.
var badSpecs = []struct {
	name, file, text string
	severity         openapi.Severity
	line, column     int
	message          string
}{
	// Texts that are no descriptions.
	{"empty", "a.yaml", "", openapi.Error, 0, 0, "file is empty"},
	{"blank", "a.yaml", " \n\n", openapi.Error, 0, 0, "file is empty"},
	{"comments only", "a.yaml", "# nothing\n", openapi.Error, 0, 0, "has no content"},
	{"a web page", "a.yaml", "<!doctype html><html></html>", openapi.Error, 0, 0, "web page"},
	{"a byte order mark alone", "a.json", "\uFEFF", openapi.Error, 0, 0, "file is empty"},
	{"NUL", "a.yaml", "openapi: 3.0.0\ninfo: a\x00b\n", openapi.Error, 2, 8, "control character U+0000"},
	{"escape character", "a.json", "{\n\"a\": \"\x1b\"}", openapi.Error, 2, 7, "control character U+001B"},
	{"not UTF-8", "a.json", "{\n  \"ü\": \"\xff\"}", openapi.Error, 2, 9, "byte 0xFF"},
	{"UTF-16", "a.json", "\xff\xfe{\x00}\x00", openapi.Error, 1, 1, "byte 0xFF"},
	{"truncated JSON", "a.json", "{\"openapi\": \"3.0.0\",\n \"info\": {\"title\": \"x", openapi.Error, 2, 22, "unexpected end"},
	{"wrong JSON", "a.json", "{\"openapi\": \"3.0.0\",\n \"info\": }", openapi.Error, 2, 10, "not valid JSON"},
	{"text after JSON", "a.json", "{}\n x", openapi.Error, 2, 2, "not valid JSON"},
	{"wrong YAML", "a.yaml", "openapi: 3.0.0\ninfo:\n  title: [a\npaths: {}\n", openapi.Error, 4, 1, "not valid YAML"},
	{"tab in YAML", "a.yaml", "openapi: 3.0.0\ninfo:\n\ttitle: a\n", openapi.Error, 3, 1, "not valid YAML"},
	{"a list", "a.json", " []", openapi.Error, 1, 2, "contains a list"},
	{"a word", "a.yaml", "hello", openapi.Error, 1, 1, "contains a string"},
	{"not OpenAPI", "a.json", `{"name": "package"}`, openapi.Error, 1, 1, `"openapi" is missing`},
	{"OpenAPI 4", "a.yaml", "info: {}\nopenapi: 4.0.0\n", openapi.Error, 2, 10, "is not supported"},
	{"Swagger 1", "a.yaml", "swagger: '1.2'\n", openapi.Error, 1, 10, "is not supported"},
	{"openapi is a list", "a.yaml", "openapi: [3.0.0]\n", openapi.Error, 1, 1, `"openapi" must be a version`},

	// Names.
	{"name twice in JSON", "a.json", "{\"openapi\": \"3.0.0\",\n  \"openapi\": \"3.0.0\"}", openapi.Error, 2, 3, "first used on line 1"},
	{"name twice in YAML", "a.yaml", "openapi: 3.0.0\ninfo: {}\nopenapi: 3.0.0\n", openapi.Error, 3, 1, "first used on line 1"},
	{"name twice among many", "a.yaml", "openapi: 3.0.0\n" + manyNames(20) + "x-7: 1\n", openapi.Error, 22, 1, "first used on line 9"},
	{"a list as name", "a.yaml", "openapi: 3.0.0\n? [a]\n: b\n", openapi.Error, 2, 3, "must be text"},

	// Aliases.
	{"unknown alias", "a.yaml", "openapi: 3.0.0\ninfo: *nowhere\n", openapi.Error, 2, 1, "unknown anchor"},
	{"alias of itself", "a.yaml", "openapi: 3.0.0\ninfo: &i\n  title: *i\n", openapi.Error, 3, 10, "is inside the value"},
	{"merge of itself", "a.yaml", "openapi: 3.0.0\ninfo: &i\n  <<: *i\n", openapi.Error, 3, 7, "is inside the value"},

	// References.
	{"reference to a file", "a.yaml", inPaths("  /a:\n    $ref: other.yaml#/a\n"), openapi.Error, 5, 11, "points outside this file"},
	{"reference to an absolute file", "a.yaml", inPaths("  /a:\n    $ref: /etc/passwd\n"), openapi.Error, 5, 11, "points outside this file"},
	{"reference to an address", "a.yaml", inPaths("  /a:\n    $ref: http://169.254.169.254/latest\n"), openapi.Error, 5, 11, "points outside this file"},
	{"reference to nothing", "a.yaml", inPaths("  /a:\n    $ref: '#/components/pathItems/A'\n"), openapi.Error, 5, 11, "is broken"},
	{"reference to an unknown anchor", "a.yaml", inSchemas("    A: {$ref: '#node'}\n"), openapi.Error, 7, 15, "is broken"},
	{"reference into a list", "a.yaml", inSchemas("    A: {$ref: '#/tags/9'}\n"), openapi.Error, 7, 15, "is broken"},
	{"reference to itself", "a.yaml", inSchemas("    A:\n      $ref: '#/components/schemas/A'\n"), openapi.Error, 8, 13, "is circular"},
	{
		"references in a circle", "a.yaml",
		inSchemas("    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n"), openapi.Error, 7, 15, "is circular",
	},
	{
		"allOf of itself", "a.yaml",
		inSchemas("    A:\n      allOf:\n        - $ref: '#/components/schemas/A'\n"), openapi.Error, 9, 11, "includes itself",
	},
	{
		"allOf in a circle", "a.yaml",
		inSchemas("    A: {allOf: [$ref: '#/components/schemas/B']}\n    B: {allOf: [$ref: '#/components/schemas/A']}\n"),
		openapi.Error, 8, 17, "includes itself",
	},

	// Shapes.
	{"info is a text", "a.yaml", "openapi: 3.0.0\ninfo: Weather\npaths: {}\n", openapi.Error, 2, 7, `"info" must be an object; this is a string`},
	{"paths is a list", "a.yaml", "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths:\n  - /a\n", openapi.Error, 3, 1, `"paths" must be an object; this is a list`},
	{"path without operations", "a.yaml", inPaths("  /a: none\n"), openapi.Error, 4, 7, "A path must be an object"},
	{"operation is a text", "a.yaml", inPaths("  /a:\n    get: none\n"), openapi.Error, 5, 10, "An operation must be an object"},
	{"no operations", "a.yaml", "openapi: 3.0.0\ninfo: {title: T, version: '1'}\npaths: {}\n", openapi.Error, 1, 1, "no operations or webhooks"},
	{
		"schemas alone", "a.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\ncomponents: {schemas: {A: {type: string}}}\n",
		openapi.Warning, 1, 1, "no operations or webhooks",
	},
	{"no title", "a.yaml", "openapi: 3.1.0\ninfo: {version: '1'}\npaths: {/a: {get: {responses: {'200': {description: ok}}}}}\n", openapi.Warning, 2, 1, "title or the version"},

	// Addresses.
	{"server that runs a script", "a.yaml", "servers:\n  - url: javascript:alert(1)\n" + inPaths("  /a: {get: {}}\n"), openapi.Error, 2, 10, "is unsafe"},
	{"server with a hidden scheme", "a.json", "{\"openapi\": \"3.1.0\", \"servers\": [\n{\"url\": \" java\\tscript:alert(1)\"}]}", openapi.Error, 2, 9, "is unsafe"},
	{
		"server variable that runs a script", "a.yaml",
		"servers:\n  - url: '{s}:alert(1)'\n    variables: {s: {default: https, enum: [https, JavaScript]}}\n" + inPaths("  /a: {get: {}}\n"),
		openapi.Error, 2, 10, "is unsafe",
	},
	{"contact that runs a script", "a.yaml", "openapi: 3.1.0\ninfo:\n  contact:\n    url: data:text/html,x\n", openapi.Error, 4, 10, "is unsafe"},
	{"server by file transfer", "a.yaml", "servers:\n  - url: ftp://a.example\n" + inPaths("  /a: {get: {}}\n"), openapi.Warning, 2, 10, "left out"},

	// Problems that give a warning.
	{
		"operationId twice", "a.yaml", inPaths("  /a:\n    get:\n      operationId: x\n    put:\n      operationId: x\n"),
		openapi.Warning, 8, 20, `already used by GET /a`,
	},
	{"paths alike", "a.yaml", inPaths("  /a/{b}: {get: {parameters: [{name: b, in: path}]}}\n  /a/{c}: {get: {parameters: [{name: c, in: path}]}}\n"), openapi.Warning, 5, 3, "matches the same calls"},
	{"path without slash", "a.yaml", inPaths("  a: {get: {}}\n"), openapi.Warning, 4, 3, "does not begin with a slash"},
	{"path parameter not declared", "a.yaml", inPaths("  /a/{b}:\n    get: {}\n"), openapi.Warning, 5, 5, "is not declared"},
	{"path parameter not in the path", "a.yaml", inPaths("  /a:\n    get:\n      parameters: [{name: b, in: path}]\n"), openapi.Warning, 5, 5, "is not part of the path"},
	{"security scheme not declared", "a.yaml", inPaths("  /a:\n    get:\n      security:\n        - key: []\n"), openapi.Warning, 7, 11, "is not declared"},
	{"unknown type", "a.yaml", inSchemas("    A:\n      type: text\n"), openapi.Warning, 8, 13, `type "text" is unknown`},
	{"wrong default", "a.yaml", inSchemas("    A:\n      type: integer\n      default: ten\n"), openapi.Warning, 9, 16, "it is a string, not integer"},
	{"wrong entry of enum", "a.yaml", inSchemas("    A:\n      type: string\n      enum: [a, 5]\n"), openapi.Warning, 9, 17, "it is a number, not string"},
	{"wrong format", "a.yaml", inSchemas("    A:\n      type: string\n      format: date\n      examples: [soon]\n"), openapi.Warning, 10, 18, "format date"},
	{
		"wrong part of an example", "a.json",
		"{\"openapi\": \"3.0.0\", \"info\": {\"title\": \"T\", \"version\": \"1\"}, \"paths\": {\"/a\": {\"get\": {\"responses\": {\"200\": {\"description\": \"ü\",\n" +
			" \"content\": {\"application/json\": {\n" +
			"  \"schema\": {\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": {\"n\": {\"type\": \"integer\", \"maximum\": 9}}}},\n" +
			"  \"example\": [{\"n\": 1}, {\"ü\": 1, \"n\": 10}]}}}}}}}}",
		openapi.Warning, 4, 39, "it is too large",
	},
	{"two documents", "a.yaml", inPaths("  /a: {get: {}}\n") + "---\na: b\n", openapi.Warning, 0, 0, "several YAML documents"},
}

func TestReadReportsMistakes(t *testing.T) {
	for _, test := range badSpecs {
		t.Run(test.name, func(t *testing.T) {
			_, findings := openapi.Read(t.Context(), test.file, []byte(test.text), openapi.Limits{})
			for _, found := range findings {
				if found.Severity == test.severity && found.Line == test.line && found.Column == test.column &&
					strings.Contains(found.Message, test.message) {
					if found.File != test.file || found.Advice == "" {
						t.Errorf("finding without a position, message or advice: %+v", found)
					}
					if test.severity == openapi.Warning && openapi.HasErrors(findings) {
						t.Errorf("got an error, want only a warning: %v", findings)
					}
					return
				}
			}
			t.Errorf("no %s at %d:%d saying %q in:\n%s", test.severity, test.line, test.column, test.message, joined(findings))
		})
	}
}

func joined(findings []openapi.Finding) string {
	var lines strings.Builder
	for _, found := range findings {
		fmt.Fprintln(&lines, found)
	}
	return lines.String()
}

// within fails the test if the work does not end in time. Without limits it would take hours.
func within(t *testing.T, name string, work func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		work()
	}()
	select {
	case <-done:
	case <-time.After(testkit.Patience):
		t.Fatalf("%q takes longer than %v", name, testkit.Patience)
	}
}

// laughs returns a YAML bomb. Each line multiplies the one before it by nine.
func laughs(lines int) string {
	text := "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nx-0: &x0 [ha]\n"
	for i := 1; i <= lines; i++ {
		alias := fmt.Sprintf("*x%d,", i-1)
		text += fmt.Sprintf("x-%d: &x%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(alias, 9), ","))
	}
	return text
}

func TestReadStaysWithinItsLimits(t *testing.T) {
	var chain, fan strings.Builder
	for i := range 2_000 {
		fmt.Fprintf(&chain, "    A%d: {allOf: [$ref: '#/components/schemas/A%d']}\n", i, i+1)
	}
	for i := range 60 { // 2 to the power of 60 ways through
		fmt.Fprintf(&fan, "    A%d: {allOf: [{$ref: '#/components/schemas/A%d'}, {$ref: '#/components/schemas/A%d'}], "+
			"anyOf: [{$ref: '#/components/schemas/A%d'}, {$ref: '#/components/schemas/A%d'}], default: {}}\n", i, i+1, i+1, i+1, i+1)
	}
	operations := "  /a:\n    get: {}\n    put: {}\n    post: {}\n"
	for _, test := range []struct {
		name, text, message string
		limits              openapi.Limits
	}{
		{"bytes", strings.Repeat(" ", 100), "larger than 99 bytes", openapi.Limits{Bytes: 99}},
		{"aliases", laughs(20), "has more than", openapi.Limits{}},
		{"values of YAML", "a: [" + strings.Repeat("1,", 2_000_000) + "1]", "has more than", openapi.Limits{}},
		{"values of JSON", "[" + strings.Repeat("1,", 2_000_000) + "1]", "has more than", openapi.Limits{}},
		{"depth of JSON", strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000), "nest deeper than", openapi.Limits{}},
		{"utter depth of JSON", strings.Repeat(`{"a":`, 1_000_000), "not valid JSON", openapi.Limits{}},
		{"depth of YAML", strings.Repeat("- ", 5_000), "nest deeper than", openapi.Limits{}},
		{"utter depth of YAML", strings.Repeat("- ", 400_000), "not valid YAML", openapi.Limits{}},
		{"utter depth of YAML brackets", "a: " + strings.Repeat("[", 900_000), "not valid YAML", openapi.Limits{}},
		{"operations", inPaths(operations), "more than 2 operations", openapi.Limits{Operations: 2}},
		{"schemas", inSchemas("    A: {}\n    B: {}\n"), "more than 1 named schemas", openapi.Limits{Schemas: 1}},
		{"inclusion", inSchemas(chain.String() + "    A2000: {}\n"), "include one another", openapi.Limits{}},
		{"fan-out", inSchemas(fan.String() + "    A60: {}\n"), "", openapi.Limits{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.name, func() {
				_, findings := openapi.Read(t.Context(), "a.txt", []byte(test.text), test.limits)
				if !strings.Contains(joined(findings), test.message) {
					t.Errorf("no finding contains %q: %v", test.message, findings)
				}
			})
		})
	}
}

func TestReadAcceptsUnusualDescriptions(t *testing.T) {
	for _, test := range []struct{ name, file, text string }{
		{"a byte order mark", "a.json", "\uFEFF" + `{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {}}}}`},
		{"JSON in a YAML file", "a.yaml", `{"openapi": "3.1.0", "info": {"title": "T", "version": "1"}, "paths": {"/a": {"get": {}}}}`},
		{"YAML in braces", "a.yaml", `{openapi: 3.1.0, info: {title: T, version: 1}, paths: {/a: {get: {}}}}`},
		{"numbers for texts", "a.yaml", "openapi: 3.1\ninfo: {title: 7, version: 1.0}\npaths: {/a: {get: {}}}\n"},
		{"merge keys", "a.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nx-o: &o {summary: S, responses: {}}\npaths: {/a: {get: {<<: *o}, put: {<<: [*o], summary: P}}}\n"},
		{"data like references", "a.yaml", inSchemas("    A: {example: {$ref: other.yaml}, x-a: {$ref: http://a.example}, properties: {$ref: {type: string}, default: {type: string}}}\n")},
		{"webhooks alone", "a.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\nwebhooks: {w: {post: {}}}\n"},
		{"a recursive schema", "a.yaml", inSchemas("    A: {properties: {a: {$ref: '#/components/schemas/A'}}, example: {a: {a: {}}}}\n")},
		{"an alternative of itself", "a.yaml", inSchemas("    A: {oneOf: [$ref: '#/components/schemas/B']}\n    B: {allOf: [$ref: '#/components/schemas/A'], default: {}}\n")},
		{"an anchor", "a.yaml", inSchemas("    A: {$ref: '#node'}\n    B: {$anchor: node, type: string}\n")},
		{"an escaped reference", "a.yaml", inSchemas("    a/b~c d: {type: string}\n    B: {$ref: '#/components/schemas/a~1b~0c%20d'}\n")},
		{"const and null", "a.yaml", inSchemas("    A: {type: [string, 'null'], default: null}\n    B: {const: 5, default: 5.0}\n    C: true\n")},
		{"nullable", "a.yaml", strings.Replace(inSchemas("    A: {type: string, nullable: true, enum: [a], default: null}\n"), "3.1.0", "3.0.3", 1)},
		{"write-only properties", "a.yaml", inSchemas("    A: {required: [p], properties: {p: {type: string, writeOnly: true}}, example: {}}\n")},
		{"patterns Go does not know", "a.yaml", inSchemas("    A: {type: string, pattern: '^(?!x)', example: x}\n")},
		{"octal, hexadecimal, infinite", "a.yaml", inSchemas("    A: {type: integer, enum: [0o17, 0x1F, 1_000]}\n    B: {type: string, default: .inf}\n")},
		{"relative server", "a.yaml", "servers: [{url: /v1}, {url: '{base}/v1', variables: {base: {default: 'https://a.example'}}}]\n" + inPaths("  /a: {get: {}}\n")},
	} {
		t.Run(test.name, func(t *testing.T) {
			spec, findings := openapi.Read(t.Context(), test.file, []byte(test.text), openapi.Limits{})
			if len(findings) > 0 || spec.Title == "" || len(spec.Operations)+len(spec.Webhooks) == 0 {
				t.Errorf("%q with %d operations:\n%s", spec.Title, len(spec.Operations), joined(findings))
			}
		})
	}
}

func TestReadStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, findings := openapi.Read(ctx, "a.yaml", []byte(inPaths("  /a: {get: {}}\n")), openapi.Limits{})
	if !openapi.HasErrors(findings) {
		t.Error("Read reports no error after it was interrupted")
	}
}

func TestReadLimitsItsFindings(t *testing.T) {
	text := inPaths("")
	for i := range 30 {
		text += fmt.Sprintf("  p%d: {get: {}}\n", i)
	}
	_, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{Findings: 10})
	if len(findings) != 11 || !strings.HasPrefix(findings[10].Message, "20 more") {
		t.Errorf("%d findings:\n%s", len(findings), joined(findings))
	}
}
