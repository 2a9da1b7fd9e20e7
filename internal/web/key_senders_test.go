package web

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
)

// TestAddressesOfAKey follows the addresses of a key that is rotated on the pages of members and staff.
func TestAddressesOfAKey(t *testing.T) {
	p := openCounter(t)
	path := p.made(t, p.Member, "Till")
	p.registers(t, path, "2")
	made := p.post(t, p.Member, path+"/keys", url.Values{"once": {hidden(t, p.get(t, p.Member, path).Body.String(), "once")}, "name": {"Counter"}})
	expect(t, made, http.StatusOK)
	ofKey := regexp.MustCompile(path + `/keys/([0-9a-f]{24})`).FindStringSubmatch(p.get(t, p.Member, path).Body.String())
	key, err := id.Parse[access.CredentialID](ofKey[1])
	if err != nil {
		t.Fatal(err)
	}
	onStaff := address.StaffKey(key)
	lacks(t, p.get(t, p.Member, path).Body.String(), "<p class=\"muted\">from ", "Still sending")
	expect(t, p.get(t, p.Staff, onStaff), http.StatusOK, "Not used in the last 7 days.")
	now := p.Clock.Now()
	var uses []usage.Use
	for address, age := range map[string]time.Duration{
		"192.0.2.17": time.Minute, "192.0.2.18": 30 * time.Minute, "192.0.2.19": 2 * time.Hour, "192.0.2.20": 24 * time.Hour, "192.0.2.21": 8 * 24 * time.Hour,
	} {
		uses = append(uses, usage.Use{Credential: key, Address: address, At: now.Add(-age)})
	}
	if err := p.Usage.Record(t.Context(), usage.Batch{Uses: uses}); err != nil {
		t.Fatal(err)
	}
	const named = "192.0.2.17, 192.0.2.18, 192.0.2.19 and 1 more"
	expect(t, p.get(t, p.Member, path), http.StatusOK, "from "+named)
	expect(t, p.get(t, p.Member, ofKey[0]+"/revoke"), http.StatusOK, "Addresses, last 7 days", named)
	staff := p.get(t, p.Staff, onStaff)
	expect(t, staff, http.StatusOK, "Addresses, last 7 days", "<code>192.0.2.17</code>", "<code>192.0.2.20</code>")
	lacks(t, staff.Body.String(), "192.0.2.21")
	expect(t, p.get(t, p.Staff, onStaff+"/revoke"), http.StatusOK, named)
	expect(t, p.get(t, p.OtherOwner, path), http.StatusNotFound)

	expect(t, p.post(t, p.Member, ofKey[0]+"/rotate", url.Values{"overlap": {"24"}}), http.StatusOK)
	expect(t, p.get(t, p.Member, path), http.StatusOK, "Still sending the old key: 192.0.2.17, 192.0.2.18.")
}
