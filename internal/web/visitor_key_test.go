package web

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// forVisitors is the manifest of a public portal with a sandbox that visitors may try.
var forVisitors = strings.NewReplacer(
	"site: {name: Acme Portal", "site: {public: true, name: Acme Portal", "audience: {teams: [Acme]}", "audience: public",
	`production: {base_path: /parcels/v2, upstream: "https://parcels.example"}`,
	`production: {base_path: /parcels/v2, upstream: "https://parcels.example"}
          sandbox: {base_path: /parcels/sandbox/v2, upstream: "https://parcels.example"}`,
).Replace(manifest) + `
  - {slug: try, name: Sandbox, environment: sandbox, strategy: key, opens: [parcels/2], trial: true}
`

func TestTryItOffersVisitorsAKey(t *testing.T) {
	p := newPortal(t)
	p.stock(t, forVisitors)
	const form, issue = "/apis/parcels/2/operations/read-parcel/try", "/try/visitor-keys?environment=sandbox&product=parcels&version=2"
	offer := `"trial":"` + strings.ReplaceAll(issue, "&", `\u0026`) + `"`
	answer := p.get(t, p.Visitor, form)
	expect(t, answer, http.StatusOK, offer)
	if strings.Count(answer.Body.String(), `"trial"`) != 1 {
		t.Errorf("not only the sandbox is offered:\n%s", answer.Body)
	}
	if body := p.get(t, p.Member, form).Body.String(); strings.Contains(body, `"trial"`) {
		t.Errorf("a member is offered a visitor's key:\n%s", body)
	}
	answer = p.post(t, p.Visitor, issue, nil)
	expect(t, answer, http.StatusOK, "data-until=")
	secret := regexp.MustCompile(`pk_sand_[^<]+`).FindString(answer.Body.String())
	if secret == "" || answer.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("the key is %q, %v", secret, answer.Header())
	}
	foreign := p.as(t, p.Visitor, http.MethodPost, issue, nil)
	foreign.Header.Set("Sec-Fetch-Site", "cross-site")
	expect(t, p.send(foreign), http.StatusForbidden, "sent from another site")
	expect(t, p.post(t, p.Member, issue, nil), http.StatusForbidden, "use a key of your team")
	expect(t, p.post(t, p.Visitor, "/try/visitor-keys?product=parcels&version=2&environment=production", nil), http.StatusConflict, "Sign in to use your own key")
	for range 9 {
		expect(t, p.post(t, p.Visitor, issue, nil), http.StatusOK)
	}
	limited := p.post(t, p.Visitor, issue, nil)
	expect(t, limited, http.StatusTooManyRequests, "sign in to use your own key")
	if limited.Header().Get("Retry-After") != "900" {
		t.Errorf("Retry-After is %q", limited.Header().Get("Retry-After"))
	}
	if logged := p.logged.String(); strings.Contains(logged, secret) || strings.Contains(logged, "pk_") {
		t.Error("the log has a key")
	}
}

// TestHomeRunsTheFirstCallForVisitors shows Run only if a visitor gets a key for the request.
func TestHomeRunsTheFirstCallForVisitors(t *testing.T) {
	p := newOpenPortal(t)
	lacks(t, p.get(t, p.Visitor, "/").Body.String(), "data-run-call", "data-key-from", "Run the request")
	trial := strings.Replace(openManifest, "approval: automatic, keys", "approval: automatic, trial: true, keys", 1)
	p.publish(t, fstest.MapFS{"portico.yaml": {Data: []byte(trial)}, "orders.yaml": {Data: []byte(openDescription)}})
	expect(t, p.get(t, p.Visitor, "/"), http.StatusOK, "data-run-call", "Run the request",
		`data-key-from="/try/visitor-keys?environment=sandbox&amp;product=orders&amp;version=1"`,
		`&#34;url&#34;:&#34;https://gateway.example/orders/sandbox/orders&#34;`, `&#34;text&#34;:`)
}
