package catalog

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

func described(rows ...openapi.SchemaRow) openapi.OperationDetail {
	return openapi.OperationDetail{
		Parameters:  []openapi.Parameter{{Name: "limit", In: "query"}},
		RequestBody: &openapi.RequestBody{Content: []openapi.MediaType{{Name: "application/json", Schema: openapi.Schema{Rows: rows}, Examples: []openapi.Example{{Variant: 1}}}}},
		Responses: []openapi.Response{{Status: "201", Content: []openapi.MediaType{{Schema: openapi.Schema{Rows: []openapi.SchemaRow{
			{Name: "One", Variant: true}, {Name: "label_url", Depth: 1},
		}}}}}},
	}
}

func TestFieldsHaveTheAddressesOfThePage(t *testing.T) {
	detail := described(
		openapi.SchemaRow{Name: "from"}, openapi.SchemaRow{Name: "postal_code", Depth: 1}, openapi.SchemaRow{Name: "Cat", Variant: true, Depth: 1},
		openapi.SchemaRow{Name: "claws", Depth: 2}, openapi.SchemaRow{Rest: true}, openapi.SchemaRow{Name: "lost", Depth: 1},
		openapi.SchemaRow{Name: "A", Variant: true}, openapi.SchemaRow{Name: "a", Depth: 1}, openapi.SchemaRow{Name: "B", Variant: true},
		openapi.SchemaRow{Name: "b", Depth: 1}, openapi.SchemaRow{Name: "weight"},
	)
	var got []string
	for field := range fields(detail) {
		got = append(got, strings.Join(field.Path, ".")+" "+strconv.Itoa(field.Body)+" "+strconv.Itoa(field.Variant))
	}
	want := []string{"query.limit -1 0", "from 0 0", "from.postal_code 0 0", "from.Cat.claws 0 0", "a 0 1", "b 0 2", "weight 0 0", "201.One.label_url -1 0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	detail.RequestBody.Content[0].Examples = nil
	got = nil
	for field := range fields(detail) {
		got = append(got, strings.Join(field.Path, "."))
	}
	if want := "query.limit from from.postal_code from.Cat.claws A.a B.b weight 201.One.label_url"; strings.Join(got, " ") != want {
		t.Errorf("with all alternatives on the page the fields are %v", got)
	}
}

func TestFieldOfASearch(t *testing.T) {
	detail := described(openapi.SchemaRow{Name: "code"}, openapi.SchemaRow{Name: "postalCode"}, openapi.SchemaRow{Name: "postal_address"})
	for words, want := range map[string]string{"postal code": "postalCode", "code": "code", "addr": "postal_address", "labelurl": "label_url", "nothing": ""} {
		if field, found := fieldFor(detail, strings.Fields(words)); field.Name != want || found != (want != "") {
			t.Errorf("%q is %q, want %q", words, field.Name, want)
		}
	}
}

func TestFieldsAreBounded(t *testing.T) {
	rows := make([]openapi.SchemaRow, 1_000)
	for i := range rows {
		rows[i].Name = "field" + strconv.Itoa(i) + strings.Repeat("x", 30)
	}
	count := 0
	for range fields(described(rows...)) {
		count++
	}
	if text := FieldSearchText(openapi.Operation{Detail: described(rows...)}); count != mostFields || len(text.Names) > 16<<10 {
		t.Errorf("%d fields are %d bytes", count, len(text.Names))
	}
}
