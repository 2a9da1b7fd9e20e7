package openapi_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

const animals = `
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}}
    Cat: {title: A cat, allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {claws: {type: integer}}}]}
    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}], properties: {tail: {type: boolean}}}
`

// bodyOf reads the body of an operation with this schema and these examples.
func bodyOf(t *testing.T, schema, examples string) openapi.MediaType {
	t.Helper()
	_, detail := readOperation(t, inPaths("  /a: {post: {requestBody: {content: {application/json: {schema: "+schema+examples+
		"}}}, responses: {'200': {description: ok}}}}\n")+"components:\n  schemas:"+animals)
	return detail.RequestBody.Content[0]
}

func TestAlternativesAreExamples(t *testing.T) {
	const catOrDog = "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]"
	for _, test := range []struct{ name, schema, examples, want string }{
		{"made", catOrDog + "}", "", `A cat 1 {"kind":"string","claws":1}; Dog 2 {"kind":"string","tail":true}`},
		{"the discriminator has its value", catOrDog + ", discriminator: {propertyName: kind, mapping: {puss: '#/components/schemas/Cat'}}}", "",
			`A cat 1 {"kind":"puss","claws":1}; Dog 2 {"kind":"Dog","tail":true}`},
		{"what all have", catOrDog + ", properties: {name: {type: string, example: Rex}}}", "",
			`A cat 1 {"name":"Rex","kind":"string","claws":1}; Dog 2 {"name":"Rex","kind":"string","tail":true}`},
		{"the author's example", catOrDog + ", discriminator: {propertyName: kind}}", ", example: {kind: Dog, tail: false}",
			`Dog 2 {"kind":"Dog","tail":false}; A cat 1 {"kind":"Cat","claws":1}`},
		{"an example that matches no alternative", "{oneOf: [{title: A, type: object, required: [a], properties: {a: {}}}, {title: B, type: object, required: [b], properties: {b: {type: string}}}]}", ", example: 7",
			`Example 0 7; A 1 {"a":{}}; B 2 {"b":"string"}`},
		{"named examples", catOrDog + "}", ", examples: {rex: {value: {kind: dog, tail: true, claws: x}}, tom: {value: {claws: 4}}}",
			`rex 2 {"kind":"dog","tail":true,"claws":"x"}; tom 0 {"claws":4}; A cat 1 {"kind":"string","claws":1}`},
		{"alternatives without rows", "{anyOf: [{title: By id, properties: {id: {type: integer}}}, {type: string, example: x}, {type: 'null'}]}", "",
			`By id 1 {"id":1}; string -1 "x"`},
		{"inside allOf", "{allOf: [{properties: {a: {type: integer}}}, {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}]}", "",
			`A cat 1 {"a":1,"kind":"string","claws":1}; Dog 2 {"a":1,"kind":"string","tail":true}`},
		{"what is required is no alternative", "{properties: {a: {}, b: {}}, anyOf: [{required: [a]}, {required: [b]}]}", "", ""},
		{"one is no choice", "{oneOf: [{$ref: '#/components/schemas/Cat'}]}", "", ""},
		{"two lists are no choice", "{oneOf: [{type: string}, {type: integer}], anyOf: [{type: string}, {type: integer}]}", "", ""},
		{"a list of alternatives", "{type: array, items: " + catOrDog + "}}", "", ""},
	} {
		var got []string
		for _, one := range bodyOf(t, test.schema, test.examples).Examples {
			text := strings.NewReplacer("\n", "", "  ", "", ": ", ":").Replace(one.Text)
			got = append(got, one.Name+" "+strconv.Itoa(one.Variant)+" "+text)
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "; ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestFirstAlternativeIsTheExample(t *testing.T) {
	body := bodyOf(t, "{oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], discriminator: {propertyName: kind}}", "")
	if body.Example != body.Examples[0].Text || !strings.Contains(body.Example, `"Cat"`) {
		t.Errorf("the example is %s", body.Example)
	}
}

func TestManyAlternativesEnd(t *testing.T) {
	var parts, examples strings.Builder
	for i := range 500 {
		parts.WriteString("{type: object, required: [a" + strconv.Itoa(i) + "], properties: {a" + strconv.Itoa(i) + ": {$ref: '#/components/schemas/Pet'}}},")
		examples.WriteString("e" + strconv.Itoa(i) + ": {value: {a" + strconv.Itoa(i) + ": {kind: x}}},")
	}
	within(t, "many alternatives", func() {
		body := bodyOf(t, "{oneOf: ["+parts.String()+"]}", ", examples: {"+examples.String()+"}")
		if len(body.Examples) != 12 {
			t.Errorf("%d examples", len(body.Examples))
		}
	})
}
