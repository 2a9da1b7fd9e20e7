package demo_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/testkit"
)

// TestEachCallIsLogged sends a key in every place, and compares the lines that remain when the node has stopped.
func TestEachCallIsLogged(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	installed.config.AccessLog = config.On
	node := installed.start(t)
	detail := node.subscription(t, "acme-production")
	key := node.reveal(t, primary(detail))
	send := func(path string, change func(*http.Request)) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, node.GatewayURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		change(request)
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
	}
	send(productionStatus, func(r *http.Request) {
		r.Header.Set("X-Api-Key", key)
		r.Header.Set("X-Request-Id", "from-the-client")
	})
	send(productionStatus+"?subscription-key="+key, func(*http.Request) {})
	send(productionStatus, func(r *http.Request) { r.SetBasicAuth("canary-user", key) })
	send("/none", func(r *http.Request) {
		r.Method = "BREW"
		r.Header.Set("Authorization", "Bearer "+key)
		r.Header.Set("X-Request-Id", "not fit: "+key)
	})
	node.stop()
	var lines []string
	for line := range strings.Lines(node.log.String()) {
		if strings.Contains(line, " msg=call ") {
			for _, varying := range []string{`^time=\S+ `, `(request_id=)[A-Z2-7]{20,}`, `(_seconds=)[0-9.e-]+`, `(bytes_out=)[1-9][0-9]*`} {
				line = regexp.MustCompile(varying).ReplaceAllString(line, "$1")
			}
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	api, caller := `product=parcels version=2 environment=production `, `application_id="" credential_id="" `
	known := "application_id=" + detail.Subscription.Application.Hex() + " credential_id=" + primary(detail).ID.Hex() + " "
	ends := `bytes_in=0 bytes_out= total_seconds= upstream_seconds=`
	want := []string{
		`level=INFO msg=call request_id=from-the-client method=GET path=` + productionStatus + ` ` + api + known + `status=200 reason="" ` + ends,
		`level=INFO msg=call request_id= method=GET path=` + productionStatus + ` ` + api + caller + `status=401 reason=no_key ` + ends,
		`level=INFO msg=call request_id= method=GET path=` + productionStatus + ` ` + api + caller + `status=401 reason=no_key ` + ends,
		`level=INFO msg=call request_id= method=_OTHER path=/none product="" version="" environment="" ` + caller + `status=404 reason=no_route ` + ends,
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("logged\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
	for _, secret := range []string{key, "canary"} {
		if strings.Contains(node.log.String(), secret) {
			t.Errorf("the log contains %q", secret)
		}
	}
}

// TestCallsAreNotLoggedByDefault makes a call without the setting.
func TestCallsAreNotLoggedByDefault(t *testing.T) {
	node := install(t, testkit.EmptySQLite).start(t)
	node.call(t, productionStatus, "unknown")
	node.stop()
	if strings.Contains(node.log.String(), "msg=call") {
		t.Error(node.log.String())
	}
}
