package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
)

// TestRequestLogOfATeam switches a log on, reads and exports it as members, staff and another team, and switches it
// off.
func TestRequestLogOfATeam(t *testing.T) {
	p := openCounter(t)
	const (
		log    = address.RequestLog
		choice = address.OwnTeam + "/request-log"
	)
	onStaff := address.StaffRequestLog + "?team=" + p.Acme.ID.Hex()
	expect(t, p.get(t, p.Viewer, log), http.StatusOK, "The request log is off", "Ask an owner or admin")
	expect(t, p.get(t, p.Owner, log), http.StatusOK, "Switch on", "Staff can then see them too.")
	expect(t, p.get(t, p.Staff, onStaff), http.StatusOK, "Acme&#39;s request log is off")
	expect(t, p.post(t, p.Member, choice, nil), http.StatusForbidden)
	expectRedirect(t, p.post(t, p.Owner, choice, nil), address.OwnTeam+"?done=log_on")
	expect(t, p.get(t, p.Viewer, log), http.StatusOK, "No calls yet")

	charge := usage.Charge{
		Team: p.Acme.ID, Application: access.ApplicationID{1}, Subscription: access.SubscriptionID{4}, Credential: access.CredentialID{2},
		Version: catalog.VersionID{3}, Environment: "production",
	}
	var rollup usage.Rollup
	for i, path := range []string{"/things/1", "/=formula", "/<script>"} {
		rollup.AddCall(&charge, &usage.Call{
			Began: p.Clock.Now().Add(time.Duration(i) * time.Second), Took: 1500 * time.Microsecond, Status: []int{200, 404, 503}[i], Logged: true,
			Method: "GET", Path: path, Address: "192.0.2.7", RequestID: "request-" + string(rune('a'+i)), Reason: []string{"", "", "upstream_failed"}[i],
		})
	}
	if err := p.Usage.Record(t.Context(), rollup.Take()); err != nil {
		t.Fatal(err)
	}
	p.Clock.Advance(time.Minute)
	shown := p.get(t, p.Viewer, log)
	expect(t, shown, http.StatusOK, "/things/1", "/&lt;script&gt;", "request-b", "1.5 ms", "404")
	for query, want := range map[string]string{
		"status=errors": "b c", "status=2xx": "a", "q=request-a": "a", "q=things": "a", "q=192.0.2.7": "a b c", "address=192.0.2.8": "",
		"environment=production": "a b c", "environment=sandbox": "", "application=" + charge.Application.Hex(): "a b c", "application=x": "",
		"key=" + charge.Credential.Hex(): "a b c", "key=" + strings.Repeat("0", 23) + "1": "", "version=" + charge.Version.Hex(): "a b c",
		"operation=" + charge.Version.Hex() + "/get": "", "operation=get": "", "status=errors&q=request-a": "",
	} {
		for _, path := range []string{log, log + ".csv"} {
			body := p.get(t, p.Viewer, path+"?"+query).Body.String()
			for _, letter := range []string{"a", "b", "c"} {
				if shown := strings.Contains(body, "request-"+letter+"<") || strings.Contains(body, ",request-"+letter+"\n"); shown != strings.Contains(want, letter) {
					t.Errorf("%s?%s: call %s is shown: %t", path, query, letter, shown)
				}
			}
		}
	}
	expect(t, p.get(t, p.Viewer, log+"?status=9xx"), http.StatusUnprocessableEntity)
	expect(t, p.get(t, p.Viewer, log+".csv"), http.StatusOK, "time,method,path", ",GET,/things/1,200,,1.500,")

	call := regexp.MustCompile(log + "/[0-9a-f]{24}").FindString(shown.Body.String())
	expect(t, p.get(t, p.Viewer, call), http.StatusOK, "The API couldn&#39;t be reached", "request-c", log+"?address=192.0.2.7")
	expect(t, p.get(t, p.OtherOwner, call), http.StatusNotFound)
	expect(t, p.get(t, p.OtherOwner, onStaff), http.StatusForbidden)
	expect(t, p.get(t, p.Support, onStaff), http.StatusOK, "request-a")
	expect(t, p.get(t, p.Support, strings.Replace(call, log, address.StaffRequestLog, 1)+"?team="+p.Acme.ID.Hex()), http.StatusOK, "request-c")
	expect(t, p.get(t, p.Staff, address.StaffTeam(p.Acme.ID)), http.StatusOK, onStaff)

	expect(t, p.get(t, p.Admin, choice), http.StatusOK, "Switch off the request log?")
	expectRedirect(t, p.post(t, p.Admin, choice+"/stop", nil), address.OwnTeam+"?done=log_off")
	lacks(t, p.get(t, p.Staff, onStaff).Body.String(), "request-a")
	expect(t, p.get(t, p.Support, strings.Replace(call, log, address.StaffRequestLog, 1)+"?team="+p.Acme.ID.Hex()), http.StatusNotFound)
}
