package reference

import (
	"bytes"
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/catalog/samples"
	"github.com/portico-api/portico/internal/plan"
)

func called(operation openapi.Operation) operationContent {
	return operationContent{
		CallPage: access.CallPage{OperationPage: catalog.OperationPage{
			Version:   catalog.Version{Endpoints: []catalog.Endpoint{{Environment: "production", BasePath: "/parcels/v2"}}},
			Operation: operation,
		}},
		Gateway: "https://gateway.example",
	}
}

// curlOf returns the curl sample of an operation, empty if it has none.
func curlOf(shown operationContent) string {
	request, called := shown.sampleRequest()
	if !called {
		return ""
	}
	return samples.Find("curl").Write(request)
}

func TestSampleOfAnOperation(t *testing.T) {
	operation := openapi.Operation{
		Method: "POST", Path: "/parcels/{id}/notes/{note}",
		Detail: openapi.OperationDetail{
			Parameters: []openapi.Parameter{
				{Name: "id", In: "path", Required: true, Example: "P 1"},
				{Name: "note", In: "path", Required: true},
				{Name: "lang", In: "query", Required: true, Value: openapi.ValueType{Enum: []string{"en", "de"}}},
				{Name: "draft", In: "query"},
				{Name: "Idempotency-Key", In: "header", Required: true},
			},
			RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{{Name: "application/json", Example: `{"text": "it's late"}`}}},
		},
	}
	want := `curl --include --request POST 'https://gateway.example/parcels/v2/parcels/P%201/notes/NOTE?lang=en' \
  --header "X-Api-Key: $PORTICO_KEY" \
  --header 'Idempotency-Key: IDEMPOTENCY-KEY' \
  --header 'Content-Type: application/json' \
  --data-raw '{"text": "it'\''s late"}'
`
	if diff := cmp.Diff(want, curlOf(called(operation))); diff != "" {
		t.Errorf("the sample differs (-want +got):\n%s", diff)
	}
	webhook := openapi.Operation{Method: "POST", Path: "parcelDelivered", Webhook: true}
	if line := curlOf(called(webhook)); line != "" {
		t.Errorf("a webhook is called with %q", line)
	}
	if line := curlOf(operationContent{Gateway: "https://gateway.example"}); line != "" {
		t.Errorf("what has no endpoint is called with %q", line)
	}
}

func TestSampleSendsWhatTheReaderChose(t *testing.T) {
	field := func(name string, required bool) openapi.SchemaRow {
		return openapi.SchemaRow{Name: name, Required: required}
	}
	shown := called(openapi.Operation{Method: "POST", Detail: openapi.OperationDetail{RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{
		{Name: "application/json", Examples: []openapi.Example{{Name: "home", Text: `"home"`}, {Name: "express", Text: `"express"`}}},
		{Name: "application/x-www-form-urlencoded", Schema: openapi.Schema{Rows: []openapi.SchemaRow{field("service", true), field("note", false)}}},
	}}}})
	shown.Version.Endpoints = append(shown.Version.Endpoints, catalog.Endpoint{Environment: "sandbox", BasePath: "/parcels/sandbox"})
	for _, test := range []struct {
		query, want string
	}{
		{"", `--data-raw '"home"'`},
		{"example=express", `--data-raw '"express"'`},
		{"example=application/x-www-form-urlencoded", `--data-urlencode 'service=SERVICE'`},
		{"example=gone", `--data-raw '"home"'`},
		{"example=", `--data-raw '"home"'`},
		{"environment=sandbox", "/parcels/sandbox"},
		{"environment=elsewhere", "/parcels/v2"},
	} {
		query, err := url.ParseQuery(test.query)
		if err != nil {
			t.Fatal(err)
		}
		shown.Choice = newCodeChoice(query, samples.Find("curl"))
		if got := curlOf(shown); !strings.Contains(got, test.want) || strings.Contains(got, "note") {
			t.Errorf("%q makes\n%s\nwithout %s", test.query, got, test.want)
		}
	}
}

func TestSamplesNameTheReadersKey(t *testing.T) {
	shown := called(openapi.Operation{Method: "GET", Path: "/parcels"})
	if got := shown.key("production"); got.header() != "X-Api-Key" || got.export() != "export PORTICO_KEY=YOUR_KEY" {
		t.Errorf("without a key the samples ask for %+v", got)
	}
	own := access.TrialSubscription{Scheme: access.KeyScheme{Kind: plan.Key, Header: "X-Shop-Key"}}
	own.Plan.Environment = "production"
	shown.Subscriptions = []access.TrialSubscription{own}
	if got := shown.key("production"); got.Name != "" {
		t.Errorf("a subscription without a working key gives %+v", got)
	}
	shown.Subscriptions[0].Working = []access.Credential{{Name: "Checkout server", Prefix: "sk_live_7Qw2"}}
	got := shown.key("production")
	if got.header() != "X-Shop-Key" || got.Name != "Checkout server" || got.export() != "export PORTICO_KEY=sk_live_7Qw2…" {
		t.Errorf("the samples name %+v", got)
	}
	if got := shown.key("sandbox"); got.Name != "" {
		t.Errorf("a key of production is named in the sandbox: %+v", got)
	}
}

func TestResponsesAreTabs(t *testing.T) {
	body := func(text string) []openapi.MediaType {
		return []openapi.MediaType{{Name: "application/json", Example: text}}
	}
	shown := called(openapi.Operation{Detail: openapi.OperationDetail{Responses: []openapi.Response{
		{Status: "400", Content: body("no")}, {Status: "204"}, {Status: "200", Content: body("yes")}, {Status: "default", Content: body("other")},
	}}})
	for _, test := range []struct{ asked, want string }{{"", "200"}, {"default", "default"}, {"204", "200"}, {"400", "400"}} {
		shown.Choice.Response = test.asked
		list, chosen := shown.answers()
		if len(list) != 3 || list[chosen].Status != test.want {
			t.Errorf("%q shows %s of %d, want %s", test.asked, list[chosen].Status, len(list), test.want)
		}
	}
}

// TestCurlSampleIsOneCommand has a shell read the samples of hostile operations. Every word must arrive unchanged, and
// no other command may run.
func TestCurlSampleIsOneCommand(t *testing.T) {
	for _, hostile := range []string{
		"'; touch pwned; '", "$(touch pwned)", "`touch pwned`", "\\", "a\nb", "!!", "\x1b]0;owned\x07", "*", "~", "'", "\\'", "&& touch pwned #",
	} {
		operation := openapi.Operation{Method: hostile, Path: "/" + hostile + "/{" + hostile + "}", Detail: openapi.OperationDetail{
			Parameters: []openapi.Parameter{
				{Name: hostile, In: "path", Example: hostile},
				{Name: hostile, In: "query", Required: true, Example: hostile},
				{Name: "X-Hostile", In: "header", Required: true, Example: hostile},
			},
			RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{{Name: hostile, Example: hostile}}},
		}}
		shell := exec.Command("sh", "-c", `curl() { if [ -p /dev/stdin ]; then cat >&2; fi; printf '%s\0' "$@"; }; `+curlOf(called(operation)))
		shell.Dir = t.TempDir()
		var piped bytes.Buffer
		shell.Stderr = &piped
		output, err := shell.Output()
		if err != nil {
			t.Errorf("%q: %v\n%s", hostile, err, output)
			continue
		}
		words := strings.Split(strings.TrimSuffix(string(output), "\x00"), "\x00")
		if len(words) != 12 || words[8] != "--header" || !strings.HasPrefix(words[10], "--data-") {
			t.Errorf("%q: the shell reads %d words: %q", hostile, len(words), words)
			continue
		}
		sent := words[11]
		if words[10] == "--data-binary" {
			sent = piped.String()
		}
		if sent != hostile {
			t.Errorf("%q arrives as %q", hostile, sent)
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
