package reference

import (
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/catalog/samples"
)

// choice parses a description and returns its operation, whose request body has these media types.
func choice(t *testing.T, media string) operationContent {
	t.Helper()
	text := `openapi: 3.1.0
info: {title: Zoo, version: "1"}
paths:
  /animals:
    post:
      parameters: [{name: name, in: query, schema: {type: string}}]
      requestBody: {content: {` + media + `}}
      responses:
        "200": {description: ok, content: {application/json: {examples: {tom: {value: [tom]}, rex: {value: [rex]}}}}}
components:
  schemas:
    Cat: {title: A cat, required: [kind, claws], properties: {kind: {const: cat}, claws: {type: integer}}}
    Dog: {title: A dog, required: [kind, tail], properties: {kind: {const: dog}, tail: {type: string}}}
    Animal: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}
`
	spec, findings := openapi.Read(t.Context(), "a.yaml", []byte(text), openapi.Limits{})
	if openapi.HasErrors(findings) {
		t.Fatal(findings)
	}
	return called(spec.Operations[0])
}

// choose renders the parts of the page that follow the choice, and the sample in a language.
func choose(t *testing.T, shown operationContent, query, language string) (rows, code string) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	shown.Choice = newCodeChoice(values, samples.Find(language))
	var part strings.Builder
	if err := chosenParts(shown).Render(t.Context(), &part); err != nil {
		t.Fatal(err)
	}
	code, rows, _ = strings.Cut(part.String(), "data-copy-page")
	return rows, code
}

const animal = "application/json: {schema: {$ref: '#/components/schemas/Animal'}"

// TestChoiceOfBody follows one choice through the rows, the samples in all languages, Try it and Markdown.
func TestChoiceOfBody(t *testing.T) {
	shown := choice(t, animal+", examples: {tom: {summary: Tom, value: {kind: cat, claws: 18}}, rex: {summary: Rex, value: {kind: dog, tail: long}}}}")
	for _, test := range []struct{ query, field, hidden, value string }{
		{"", "claws", "tail", "18"}, {"example=tom", "claws", "tail", "18"}, {"example=rex", "tail", "claws", "long"}, {"example=gone", "claws", "tail", "18"},
	} {
		for _, language := range samples.Languages {
			rows, code := choose(t, shown, test.query, language.ID)
			if !strings.Contains(rows, `id="`+test.field+`"`) || strings.Contains(rows, `id="`+test.hidden+`"`) {
				t.Errorf("%q has the rows %s", test.query, rows)
			}
			if !strings.Contains(code, test.value) || strings.Contains(code, test.hidden) {
				t.Errorf("%q in %s is %s", test.query, language.Name, code)
			}
		}
		key := strings.TrimPrefix(test.query, "example=")
		if content := chosenContent(shown.Operation, key); key != "" && key != "gone" && !strings.Contains(content[0].Example, test.value) {
			t.Errorf("%q in Markdown is %s", test.query, content[0].Example)
		}
	}
	list := tryExamples(shown.Operation)
	if len(list) != 2 || list[1].Key != "rex" || !strings.Contains(list[1].Text, "long") {
		t.Errorf("Try it gets %+v", list)
	}
}

// TestChoiceSurvives checks that the other links of the page keep the example.
func TestChoiceSurvives(t *testing.T) {
	shown := choice(t, animal+"}")
	_, code := choose(t, shown, "example=A+dog&response=200", "curl")
	for _, link := range []string{"?example=A+dog&amp;lang=go&amp;response=200", "?example=A+dog&amp;response=200"} {
		if !strings.Contains(code, link) {
			t.Errorf("no link %s in %s", link, code)
		}
	}
	if !strings.Contains(code, ".md?example=A+dog") {
		t.Errorf("the page is copied without the example: %s", code)
	}
}

func TestResponseFollowsTheNameOfTheExample(t *testing.T) {
	shown := choice(t, animal+", examples: {tom: {value: {kind: cat, claws: 18}}, rex: {value: {kind: dog, tail: long}}}}")
	for query, want := range map[string]string{"": `["tom"]`, "example=rex": `["rex"]`, "example=rex&answer=tom": `["tom"]`} {
		values, _ := url.ParseQuery(query)
		shown.Choice = newCodeChoice(values, samples.Find("curl"))
		list, at := shown.answers()
		if got := strings.Join(strings.Fields(shown.answerBody(list[at]).Text), ""); got != want {
			t.Errorf("%q answers %s", query, got)
		}
	}
}

// TestExampleInsideAField opens the alternative of a field that the example has.
func TestExampleInsideAField(t *testing.T) {
	for _, discriminator := range []string{"", ", discriminator: {propertyName: kind, mapping: {cat: '#/components/schemas/Cat', dog: '#/components/schemas/Dog'}}"} {
		shown := choice(t, "application/json: {schema: {properties: {guest: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]"+
			discriminator+"}}}, examples: {tom: {value: {guest: {kind: cat, claws: 1}}}, rex: {value: {guest: {kind: dog, tail: x}}}}}")
		list := shown.requestVariants()
		for i, want := range []string{"Cat", "Dog"} {
			at := shown.at()
			at.Value = list[i].parsed()
			groups := at.groups(list[i].Media.Schema.Rows)
			inside := at.into(groups[0].Row).groups(groups[0].Inside)
			for _, group := range inside {
				if group.Open != (group.Row.Value.Type == want) || !groups[0].Open {
					t.Errorf("%s with %q: %s is open: %t", list[i].Key, discriminator, group.Row.Value.Type, group.Open)
				}
			}
		}
	}
}

func TestHostileNamesOfExamples(t *testing.T) {
	hostile := `"><script>alert(1)</script>&example=x#`
	media := openapi.MediaType{Name: "application/json", Examples: []openapi.Example{
		{Name: "", Text: "1"}, {Name: hostile, Text: "2"}, {Name: hostile, Text: "3"}, {Name: "example", Text: "4"},
	}}
	shown := called(openapi.Operation{Method: "POST", Path: "/a", Detail: openapi.OperationDetail{RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{media}}}})
	keys := map[string]bool{}
	for _, one := range shown.requestVariants() {
		keys[one.Key] = true
		rows, code := choose(t, shown, url.Values{chosenBody: {one.Key}}.Encode(), "curl")
		if strings.Contains(rows+code, "<script>") || !strings.Contains(code, "--data-raw &#39;"+one.Text) && !strings.Contains(code, one.Text) {
			t.Errorf("%q makes %s", one.Key, code)
		}
		if request, _ := shown.sampleRequest(); request.Body.Text != "1" {
			t.Errorf("without a choice %s is sent", request.Body.Text)
		}
	}
	if len(keys) != 4 {
		t.Errorf("the keys are %v", keys)
	}
}
