package conformance

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/testkit"
)

// KeyPaths checks that the gateway answers paths by key on both listeners. The table of the created product must have a
// dialect with such a prefix at BasePath.
func KeyPaths(t *testing.T, create Create) {
	t.Helper()
	portal := start(t, testkit.EmptySQLite(t), create)
	staff := portal.asStaff(t)
	granted, err := portal.Services.Access.GrantNamed(staff, access.NamedAccess{
		Email: demo.Developer, Plan: "parcels-2-self-service", IssueKey: true,
	})
	must(t, err)
	key := granted.Issued[0]

	portal.answersOnBoth(t, "without a key", "", http.StatusUnauthorized)
	portal.answersOnBoth(t, "with an unknown key", "unknown", http.StatusUnauthorized)
	if body := portal.answersOnBoth(t, "with a key", key.Secret, http.StatusOK); !strings.Contains(body, `"environment":"production"`) {
		t.Errorf("the answer is not the upstream's: %s", body)
	}
	must(t, portal.Services.Access.RevokeCredential(staff, key.Credential.ID))
	portal.answersOnBoth(t, "with a revoked key", key.Secret, http.StatusUnauthorized)
}

// answersOnBoth calls both listeners and returns their answer, which must be the same.
func (p *portal) answersOnBoth(t *testing.T, sent, key string, want int) string {
	t.Helper()
	status, body := p.call(t, p.GatewayURL, p.atOnce, key)
	if status != want {
		t.Errorf("%s, the gateway's listener answers %d, want %d: %s", sent, status, want, body)
	}
	if other, text := p.call(t, p.PortalURL, p.atOnce, key); other != status || text != body {
		t.Errorf("%s, the portal's listener answers %d %s, the gateway's %d %s", sent, other, text, status, body)
	}
	return body
}
