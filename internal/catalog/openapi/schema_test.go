package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

// detailOf reads named schemas and returns the detail of one.
func detailOf(t *testing.T, schemas, slug string) openapi.SchemaDetail {
	t.Helper()
	spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(inSchemas(schemas)), openapi.Limits{})
	if openapi.HasErrors(findings) {
		t.Fatal(joined(findings))
	}
	for _, detail := range spec.SchemaDetails {
		if detail.Slug == slug {
			return detail
		}
	}
	t.Fatalf("no schema %q among %+v", slug, spec.Schemas)
	return openapi.SchemaDetail{}
}

// told returns a schema as text, one line per row.
func told(schema openapi.Schema) string {
	lines := []string{valueText(schema.Value)}
	for _, row := range schema.Rows {
		line := strings.Repeat("  ", row.Depth)
		switch {
		case row.Variant && row.Any:
			line += "any of "
		case row.Variant:
			line += "one of "
		case row.Rest:
			line += "rest "
		}
		line += row.Name + ": " + valueText(row.Value)
		for mark, set := range map[string]bool{"!": row.Required, " deprecated": row.Deprecated, " read": row.ReadOnly, " write": row.WriteOnly} {
			if set {
				line += mark
			}
		}
		if row.Omitted > 0 {
			line += fmt.Sprintf(" and %d more", row.Omitted)
		}
		lines = append(lines, line)
	}
	if schema.Omitted > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", schema.Omitted))
	}
	return strings.Join(lines, "\n")
}

// valueText returns a value as text, with brackets around names that have pages.
func valueText(value openapi.ValueType) string {
	text, end := "", 0
	for _, link := range value.Links {
		text += value.Type[end:link.From] + "[" + value.Type[link.From:link.To] + "]"
		end = link.To
	}
	text += value.Type[end:]
	for _, part := range append(value.Constraints, value.Enum...) {
		text += " | " + part
	}
	for _, included := range value.Includes {
		text += " + " + included.Page
	}
	if value.Discriminator != nil {
		text += " by " + value.Discriminator.Property
		for _, choice := range value.Discriminator.Choices {
			text += fmt.Sprintf(" %s=%s(%s)", choice.Value, choice.Schema.Name, choice.Schema.Page)
		}
	}
	return text
}

func TestSchemas(t *testing.T) {
	const pets = `
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {claws: {type: integer}}}]}
    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}], properties: {tail: {type: boolean}}}
`
	for _, test := range []struct{ name, schema, want string }{
		{"allOf names what it includes", "X: {allOf: [{$ref: '#/components/schemas/Cat'}, {properties: {kind: {type: integer}}}]}",
			"object + cat\nkind: integer!\nclaws: integer"},
		{"another name for a schema", "X: {allOf: [{$ref: '#/components/schemas/Pet'}]}", "[Pet]\nkind: string!"},
		{"oneOf with mapping", "X: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], " +
			"discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', hound: Dog, gone: Nothing}}}",
			"one of: [Cat], [Dog] by kind cat=Cat(cat) hound=Dog(dog) gone=Nothing()\n" +
				"one of Cat: [Cat]\n  kind: string!\n  claws: integer\none of Dog: [Dog]\n  kind: string!\n  tail: boolean"},
		{"oneOf whose names decide", "X: {oneOf: [{$ref: '#/components/schemas/Cat'}], discriminator: {propertyName: kind}}",
			"[Cat] by kind Cat=Cat(cat)\none of Cat: [Cat]\n  kind: string!\n  claws: integer"},
		{"anyOf of unnamed ones", "X: {anyOf: [{title: By id, properties: {id: {type: integer}}}, {type: string}]}",
			"any of: object, string\nany of By id: object\n  id: integer"},
		{"alternatives inside allOf", "X: {allOf: [{properties: {a: {}}}, {oneOf: [{$ref: '#/components/schemas/Pet'}]}]}",
			"object\na: any\none of Pet: [Pet]\n  kind: string!"},
		{"null among alternatives", "X: {properties: {a: {oneOf: [{$ref: '#/components/schemas/Pet'}, {type: 'null'}]}, b: {anyOf: [{type: integer}, {type: string}, {type: 'null'}]}}}",
			"object\na: [Pet] or null\n  one of Pet: [Pet]\n    kind: string!\nb: any of: integer, string or null"},
		{"nullable", "X: {properties: {a: {type: string, nullable: true}, b: {type: [integer, 'null']}}}", "object\na: string or null\nb: integer or null"},
		{"const", "X: {properties: {a: {const: fixed}}}", "object\na: string | fixed"},
		{"maps and lists of lists", "X: {properties: {m: {additionalProperties: {$ref: '#/components/schemas/Pet'}}, l: {type: array, items: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}",
			"object\nm: map of [Pet]\n  kind: string!\nl: array of array of [Pet]\n  kind: string!"},
		{"the other properties", "X: {properties: {a: {}}, patternProperties: {'^x-': {type: string}}, additionalProperties: {$ref: '#/components/schemas/Pet'}}",
			"object\na: any\nrest ^x-: string\nrest : [Pet]\n  kind: string!"},
		{"no other properties", "X: {properties: {a: {}}, additionalProperties: false}", "object | no other properties\na: any"},
		{"flags", "X: {properties: {a: {readOnly: true}, b: {writeOnly: true}, c: {deprecated: true}, d: {$ref: '#/components/schemas/Pet', deprecated: true}}}",
			"object\na: any read\nb: any write\nc: any deprecated\nd: [Pet] deprecated\n  kind: string!"},
		{"not", "X: {type: string, not: {enum: [a, b]}}", "string | not: a, b"},
		{"what depends", "X: {type: object, if: {}, then: {}, dependentRequired: {a: [b, c]}, dependentSchemas: {d: {}}}",
			"object | a requires b, c | more requirements if d is present | conditional (if, then, else): see the description"},
		{"lists in detail", "X: {type: array, prefixItems: [{type: string}, {$ref: '#/components/schemas/Pet'}], contains: {type: integer}, uniqueItems: true}",
			"array of any | unique items | contains: integer | begins with: string, Pet"},
		{"names", "X: {type: object, propertyNames: {pattern: '^a'}, minProperties: 1}", "object | at least 1 properties | names are: any, pattern ^a"},
		{"content", "X: {type: string, contentEncoding: base64, contentMediaType: image/png}", "string | encoded as base64 | holds image/png"},
		{"recursion by a list", "X: {properties: {below: {type: array, items: {$ref: '#/components/schemas/X'}}}}", "object\nbelow: array of [X]"},
		{"recursion by a map", "X: {properties: {below: {additionalProperties: {$ref: '#/components/schemas/X'}}}}", "object\nbelow: map of [X]"},
		{"recursion by an alternative", "X: {oneOf: [{$ref: '#/components/schemas/X'}, {type: string}]}", "one of: [X], string\none of X: [X]"},
		{"unnamed structures go on", "X: {properties: {a: {properties: {b: {properties: {c: {properties: {d: {}}}}}}}}}",
			"object\na: object\n  b: object\n    c: object\n      d: any"},
		{"named ones end after two levels", "X: {properties: {a: {properties: {b: {$ref: '#/components/schemas/Pet'}}}}}", "object\na: object\n  b: [Pet]"},
		{"a list that is named", "X: {properties: {a: {$ref: '#/components/schemas/Y'}}}\n    Y: {type: array, items: {type: string}}", "object\na: array of string"},
		{"nothing and anything", "X: {properties: {a: true, b: false}}", "object\na: any\nb: nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			detail := detailOf(t, pets+"    "+test.schema+"\n", "x")
			if diff := cmp.Diff(test.want, told(detail.Schema)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSchemaSlugs(t *testing.T) {
	spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(inSchemas(
		"    Pet: {description: One}\n    pet: {}\n    'a/b~c': {$ref: '#/components/schemas/Pet'}\n    '动物': {deprecated: true}\n    '': {}\n    ' ': {}\n")), openapi.Limits{})
	if openapi.HasErrors(findings) {
		t.Fatal(joined(findings))
	}
	var got []string
	for i, entry := range spec.Schemas {
		got = append(got, entry.Slug)
		if spec.SchemaDetails[i].Slug != entry.Slug {
			t.Errorf("the detail of %q has the slug %q", entry.Name, spec.SchemaDetails[i].Slug)
		}
	}
	if diff := cmp.Diff([]string{"pet", "pet-2", "a-b-c", "schema-4", "schema-5", "schema-6"}, got); diff != "" {
		t.Error(diff)
	}
	if !spec.Schemas[3].Deprecated || spec.SchemaDetails[2].Description != "One" {
		t.Errorf("%+v\n%+v", spec.Schemas, spec.SchemaDetails)
	}
}

func TestSchemaUses(t *testing.T) {
	text := inPaths(`  /a:
    parameters: [{name: p, in: query, schema: {$ref: '#/components/schemas/Color'}}]
    get: {responses: {'200': {$ref: '#/components/responses/Shared'}}}
    post:
      requestBody: {content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}}
      callbacks: {c: {'{$url}': {post: {requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Event'}}}}}}}}
`) + `components:
  responses: {Shared: {description: A pet, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}, example: {$ref: '#/components/schemas/Unused'}}}}}
  schemas:
    Pet: {properties: {color: {$ref: '#/components/schemas/Color'}, mother: {$ref: '#/components/schemas/Pet'}}}
    Color: {type: string}
    Event: {properties: {pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
    Unused: {type: string}
`
	spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{})
	if openapi.HasErrors(findings) {
		t.Fatal(joined(findings))
	}
	got := map[string]string{}
	for _, detail := range spec.SchemaDetails {
		got[detail.Slug] = fmt.Sprint(detail.OperationsCount, detail.Operations, detail.PartOfCount, detail.PartOf)
	}
	want := map[string]string{
		"pet": "2 [get-a post-a] 1 [event]", "color": "2 [get-a post-a] 1 [pet]", "event": "1 [post-a] 0 []", "unused": "0 [] 0 []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSchemaUsesAreLimited(t *testing.T) {
	var paths strings.Builder
	for i := range 60 {
		fmt.Fprintf(&paths, "  /a%d: {get: {responses: {'200': {description: ok, content: {a/b: {schema: {$ref: '#/components/schemas/A'}}}}}}}\n", i)
	}
	spec, _ := openapi.Read(t.Context(), "a.yaml", []byte(inPaths(paths.String())+"components: {schemas: {A: {}}}\n"), openapi.Limits{})
	if detail := spec.SchemaDetails[0]; len(detail.Operations) != 50 || detail.OperationsCount != 60 {
		t.Errorf("%d of %d operations are listed", len(detail.Operations), detail.OperationsCount)
	}
}

// wide returns a schema with many properties.
func wide(count int, text string) string {
	var properties strings.Builder
	for i := range count {
		fmt.Fprintf(&properties, "p%d: {type: string, description: %s}, ", i, text)
	}
	return "    X: {properties: {" + properties.String() + "}}\n"
}

// deep returns a schema with many unnamed levels.
func deep(levels int) string {
	return "    X: " + strings.Repeat("{properties: {p: ", levels) + "{type: string}" + strings.Repeat("}}", levels) + "\n"
}

func TestLargeSchemasAreLimited(t *testing.T) {
	fan := ""
	for i := range 40 {
		fan += fmt.Sprintf("    A%d: {oneOf: [{$ref: '#/components/schemas/A%d'}, {properties: {x: {$ref: '#/components/schemas/A%d'}}}], properties: {y: {$ref: '#/components/schemas/A%d'}}}\n",
			i, (i+1)%40, (i+2)%40, (i+3)%40)
	}
	long := strings.Repeat("n", 10<<10)
	for _, test := range []struct {
		name, schemas string
		rows, omitted int
	}{
		{"4,000 properties", wide(4_000, "short"), 300, 3_700},
		{"45 levels", deep(45), 45, 0},
		{"long texts", wide(300, long), 24, 276},
		{"long names", fmt.Sprintf("    X: {properties: {? %s : {$ref: '#/components/schemas/%s'}}}\n    ? %s\n    : {type: object}\n", long, long, long), 1, 0},
		{"cycles everywhere", "    X: {allOf: [{$ref: '#/components/schemas/A0'}]}\n" + fan, -1, -1},
		{"values without end", "    X: {enum: [" + strings.Repeat("abc, ", 5_000) + "abc]}\n", 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			within(t, test.name, func() {
				detail := detailOf(t, test.schemas, "x")
				size, omitted := 0, detail.Schema.Omitted
				for _, row := range detail.Schema.Rows {
					size += len(row.Name) + len(row.Description) + len(row.Value.Type) + len(row.Value.Ref)
					omitted += row.Omitted
				}
				if size > 128<<10 || len(detail.Schema.Rows) > 300 || len(detail.Schema.Value.Type) > 1_000 || len(detail.Schema.Value.Enum) > 61 {
					t.Errorf("%d bytes in %d rows, a type of %d bytes", size, len(detail.Schema.Rows), len(detail.Schema.Value.Type))
				}
				if test.rows >= 0 && (len(detail.Schema.Rows) != test.rows || omitted != test.omitted) {
					t.Errorf("%d rows and %d omitted, want %d and %d", len(detail.Schema.Rows), omitted, test.rows, test.omitted)
				}
			})
		})
	}
}
