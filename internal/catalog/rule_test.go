package catalog_test

import (
	"testing"

	"github.com/portico-api/portico/internal/catalog"
)

func TestOneOf(t *testing.T) {
	for _, test := range []struct {
		known      []string
		text, want string
	}{
		{[]string{"apim"}, "apim", ""},
		{[]string{"apim"}, "", "must be apim"},
		{[]string{"public", "teams"}, "", "must be public or teams"},
		{[]string{"public", "signed-in", "teams"}, "x", "must be public, signed-in or teams"},
		{[]string{"public", "signed-in"}, "signedin", `is unknown; perhaps you mean "signed-in"`},
	} {
		if got := catalog.OneOf(test.known...)(test.text); got != test.want {
			t.Errorf("OneOf(%v) says %q of %q, want %q", test.known, got, test.text, test.want)
		}
	}
}
