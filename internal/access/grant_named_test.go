package access_test

import (
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/testkit"
)

func TestGrantNamedSaysWhatIsMissing(t *testing.T) {
	kit := testkit.New(t)
	for _, test := range []struct {
		email, plan string
		kind        fault.Kind
	}{
		{"nobody@acme.example", "any", fault.NotFound},
		{kit.Owner.Name, "no-such-plan", fault.NotFound},
	} {
		_, err := kit.Access.GrantNamed(kit.As(kit.Staff), access.NamedAccess{Email: test.email, Plan: test.plan})
		if !fault.Is(err, test.kind) {
			t.Errorf("%s under %s: %v", test.email, test.plan, err)
		}
	}
	if _, err := kit.Access.GrantNamed(kit.As(kit.Owner), access.NamedAccess{}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("an owner granted access: %v", err)
	}
}
