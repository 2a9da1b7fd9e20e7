package overview

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPathParameters(t *testing.T) {
	for _, row := range []struct {
		template, path string
		want           map[string]string
	}{
		{"/parcels/{id}", "/parcels/P1", map[string]string{"id": "P1"}},
		{"/parcels/{id}/events/{event}.json", "/parcels/a%20b/events/7.json", map[string]string{"id": "a b", "event": "7"}},
		{"/parcels/{id}", "/parcels/pk_prod_AAAA••••", map[string]string{}},
		{"/parcels/{id}", "/parcels", map[string]string{}},
		{"/status", "/status", map[string]string{}},
	} {
		if diff := cmp.Diff(row.want, pathParameters(row.template, row.path)); diff != "" {
			t.Errorf("%s of %s: %s", row.path, row.template, diff)
		}
	}
}
