package reference

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/catalog/openapi"
)

func TestAnchorsAreUnique(t *testing.T) {
	at := reference{Anchors: newAnchors()}
	body := at.below("from")
	got := []string{
		body.anchor("postal_code"), body.anchor("postal_code"), at.anchor("from.postal_code-2"), at.below("query").anchor("a b\u202e"),
		at.anchor("content"), body.below("name").anchor("first"), body.anchor("city"),
	}
	want := []string{"from.postal_code", "from.postal_code-2", "from.postal_code-2-2", "query.a_b_", "content-2", "from.name.first", "from.city"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the anchors differ (-want +got):\n%s", diff)
	}
}

func TestLimitsAreShort(t *testing.T) {
	value := openapi.ValueType{
		Constraints: []string{"at least 1", "at most 30000", "at least 2 characters", "at most 60 characters", "at least 1 items", "unique items", "less than 9", "pattern ^a$"},
		Default:     "false",
	}
	want := []string{"1 – 30000", "2 – 60 characters", "≥ 1 items", "unique items", "< 9", "^a$", "default false", "example x"}
	if diff := cmp.Diff(want, limits(value, "x")); diff != "" {
		t.Errorf("the limits differ (-want +got):\n%s", diff)
	}
	mixed := []string{"at least 3", "at most 60 characters"}
	if diff := cmp.Diff([]string{"≥ 3", "≤ 60 characters"}, limits(openapi.ValueType{Constraints: mixed}, "")); diff != "" {
		t.Errorf("bounds of two things are joined:\n%s", diff)
	}
}
