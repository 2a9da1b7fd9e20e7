package reference

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

func TestTypePartsNeverFail(t *testing.T) {
	link := func(from, to int) openapi.TypeLink { return openapi.TypeLink{From: from, To: to, Page: "p"} }
	for _, test := range []struct {
		value openapi.ValueType
		want  []typePart
	}{
		{openapi.ValueType{Type: "array of Pet", Links: []openapi.TypeLink{link(9, 12)}, Ref: "Pet", Page: "p"}, []typePart{{Text: "array of "}, {"Pet", "p"}}},
		{openapi.ValueType{Type: "string", Ref: "Color", Page: "color"}, []typePart{{Text: "string"}, {Text: " "}, {"Color", "color"}}},
		{openapi.ValueType{Type: "Pet", Links: []openapi.TypeLink{link(-1, 2), link(2, 9), link(3, 3), link(0, 3), link(1, 2)}}, []typePart{{"Pet", "p"}}},
		{openapi.ValueType{}, nil},
	} {
		if diff := cmp.Diff(test.want, typeParts(test.value)); diff != "" {
			t.Errorf("%+v:\n%s", test.value, diff)
		}
	}
}
