package reference

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
)

func called(operation openapi.Operation) operationContent {
	return operationContent{
		OperationPage: catalog.OperationPage{
			Version:   catalog.Version{Endpoints: []catalog.Endpoint{{Environment: "production", BasePath: "/parcels/v2"}}},
			Operation: operation,
		},
		Gateway: "https://gateway.example",
	}
}

func TestCurlLine(t *testing.T) {
	line := curlLine(called(openapi.Operation{
		Method: "POST", Path: "/parcels/{id}/notes",
		Detail: openapi.OperationDetail{
			Parameters: []openapi.Parameter{
				{Name: "id", In: "path", Required: true, Example: "P 1"},
				{Name: "lang", In: "query", Required: true, Value: openapi.ValueType{Enum: []string{"en", "de"}}},
				{Name: "draft", In: "query"},
				{Name: "Idempotency-Key", In: "header", Required: true},
			},
			RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{{Name: "application/json", Example: `{"text": "it's late"}`}}},
		},
	}))
	want := `curl -X 'POST' 'https://gateway.example/parcels/v2/parcels/P%201/notes?lang=en' \
  -H 'X-Api-Key: YOUR_KEY' \
  -H 'Idempotency-Key: IDEMPOTENCY-KEY' \
  -H 'Content-Type: application/json' \
  -d '{"text": "it'\''s late"}'`
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("the line differs (-want +got):\n%s", diff)
	}
	webhook := openapi.Operation{Method: "POST", Path: "parcelDelivered", Webhook: true}
	if line := curlLine(called(webhook)); line != "" {
		t.Errorf("the line of a webhook is %q", line)
	}
	if line := curlLine(operationContent{Gateway: "https://gateway.example"}); line != "" {
		t.Errorf("the line of an operation without an endpoint is %q", line)
	}
}

// TestCurlLineIsOneCommand has a shell parse the lines of hostile operations: every word must be unchanged, and nothing
// may run.
func TestCurlLineIsOneCommand(t *testing.T) {
	for _, hostile := range []string{
		"'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "\\", "a\nb", "!!", "\x1b]0;owned\x07", "*", "~", "'", "\\'", "&& touch pwned #",
	} {
		operation := openapi.Operation{Method: hostile, Path: "/" + hostile + "/{" + hostile + "}", Detail: openapi.OperationDetail{
			Parameters: []openapi.Parameter{
				{Name: hostile, In: "path", Example: hostile},
				{Name: hostile, In: "query", Required: true, Example: hostile},
				{Name: hostile, In: "header", Required: true, Example: hostile},
			},
			RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{{Name: hostile, Example: hostile}}},
		}}
		shell := exec.Command("sh", "-c", `curl() { printf '%s\0' "$@"; }; `+curlLine(called(operation)))
		shell.Dir = t.TempDir()
		output, err := shell.CombinedOutput()
		if err != nil {
			t.Errorf("%q: %v\n%s", hostile, err, output)
			continue
		}
		words := strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")
		if len(words) != 11 || words[3] != "-H" || words[9] != "-d" {
			t.Errorf("%q: the shell parses %d words: %q", hostile, len(words), words)
			continue
		}
		if visible := strings.NewReplacer("\x1b", "", "\x07", "").Replace(hostile); words[10] != visible {
			t.Errorf("%q is parsed as %q", hostile, words[10])
		}
		if entries, _ := exec.Command("ls", "-A", shell.Dir).Output(); len(entries) > 0 {
			t.Errorf("%q ran and created %s", hostile, entries)
		}
	}
}

func TestOperationsAreListedUnderTheirFirstTag(t *testing.T) {
	operation := func(slug string, tags ...string) openapi.Operation { return openapi.Operation{Slug: slug, Tags: tags} }
	groups := byTag([]openapi.Tag{{Name: "B", Description: "Second"}, {Name: "unused"}, {Name: "A"}}, []openapi.Operation{
		operation("one", "A", "B"), operation("two"), operation("three", "B"), operation("four", "undeclared"),
	})
	want := []string{"B: three", "A: one", "undeclared: four", "Other operations: two"}
	var got []string
	for _, group := range groups {
		for _, o := range group.Operations {
			got = append(got, group.Name+": "+o.Slug)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the groups differ (-want +got):\n%s", diff)
	}
	if alone := byTag(nil, []openapi.Operation{operation("one")}); alone[0].Name != "Operations" {
		t.Errorf("without tags the heading is %q", alone[0].Name)
	}
}

func TestDocumentsWithMissingParentAreListed(t *testing.T) {
	id := func(n byte) catalog.DocumentID { return catalog.DocumentID{n} }
	made := tree([]catalog.Document{
		{ID: id(1), Title: "one"}, {ID: id(2), Parent: id(1), Title: "two"}, {ID: id(3), Parent: id(9), Title: "three"},
	})
	if len(made) != 2 || made[0].Below[0].Document.Title != "two" || made[1].Document.Title != "three" {
		t.Errorf("the tree is %+v", made)
	}
}
