package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

func TestGrantNamedRejectsUnknownNames(t *testing.T) {
	kit := testkit.New(t)
	for _, test := range []struct {
		email, plan string
		kind        fault.Kind
	}{
		{"unknown@acme.example", "any", fault.NotFound},
		{kit.Owner.Name, "no-such-plan", fault.NotFound},
	} {
		_, err := kit.Access.GrantNamed(kit.As(kit.Staff), access.NamedAccess{Email: test.email, Plan: test.plan})
		if !fault.Is(err, test.kind) {
			t.Errorf("%s, plan %s: got %v, want %s", test.email, test.plan, err, test.kind)
		}
	}
	if _, err := kit.Access.GrantNamed(kit.As(kit.Owner), access.NamedAccess{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("by an owner: got %v, want forbidden", err)
	}
}
