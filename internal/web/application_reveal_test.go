package web

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/web/address"
)

// TestApplicationPageHidesTheKeyOfASuspendedSubscription checks that such a key has no button to show it, even if the
// application's registrations work.
func TestApplicationPageHidesTheKeyOfASuspendedSubscription(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	application, err := id.Parse[access.ApplicationID](strings.TrimPrefix(path, "/applications/"))
	if err != nil {
		t.Fatal(err)
	}
	plans, err := p.Plans.Plans(p.As(p.Staff))
	if err != nil {
		t.Fatal(err)
	}
	granted, err := p.Access.GrantAccess(p.As(p.Staff), access.NewAccess{Application: application, Plan: plans[0].ID})
	if err != nil {
		t.Fatal(err)
	}
	key := granted.Issued[0].Credential.ID
	button := address.ProfileKey(key, "reveal")
	expect(t, p.get(t, p.Member, path), http.StatusOK, button)
	if _, err := p.Access.SuspendSubscription(p.As(p.Staff), granted.Subscription.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Access.RevealCredential(p.As(p.Member), key); !fault.Is(err, fault.Conflict) {
		t.Fatalf("revealing the key of a suspended subscription: %v, want a conflict", err)
	}
	lacks(t, p.get(t, p.Member, path).Body.String(), button)
}
