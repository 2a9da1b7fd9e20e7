package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/event"
	"github.com/portico-api/portico/internal/plan"
)

func TestAnswersCookies(t *testing.T) {
	set := []string{
		"theirs=1; Path=/", "portico_session=x", "__Host-portico_session=x; Secure", " PortalAccessToken =x", "a=1; Domain=portal.example",
		"b=1; domain=.EXAMPLE", "c=1; Domain=portal.example.org", "d=1; Domain=api.portal.example", "e=1; Path=/; Domain = .portal.example ; Secure", "portico_session_2=x",
	}
	want := []string{"theirs=1; Path=/", "c=1; Domain=portal.example.org", "d=1; Domain=api.portal.example", "portico_session_2=x"}
	handler := func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Set-Cookie"] = append([]string(nil), set...)
		w.Header().Set("Clear-Site-Data", `"cookies"`)
	}
	p := newPortal(t, func(config *Config) { config.Builtins["cookies"] = http.HandlerFunc(handler) }).start()
	p.issue("outside", p.publish("/outside", upstream(t, handler)))
	p.issue("inside", p.publish("/inside", "builtin:cookies"))
	for _, key := range []string{"outside", "inside"} {
		answer := p.get("/"+key, key)
		if diff := cmp.Diff(want, answer.Header()["Set-Cookie"]); diff != "" || answer.Header().Get("Clear-Site-Data") != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
}

func TestCORS(t *testing.T) {
	reached := 0
	handler := func(w http.ResponseWriter, r *http.Request) {
		reached++
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Allow-Methods", "BREW")
		w.Header().Set("Vary", "Accept")
	}
	p := newPortal(t).start()
	p.issue("key", p.publish("/own", upstream(t, handler)))
	p.issue("key2", p.publish("/theirs", upstream(t, handler), func(r *plan.Route) { r.Endpoint.CORSUpstream = true }))
	preflight := []string{"Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: x-api-key, content-type"}
	own, other := "Origin: "+portalOrigin, "Origin: https://other.example"
	for name, call := range map[string]struct {
		method, path string
		headers      []string
		status       int
		reaches      bool
		want         map[string]string
	}{
		"preflight of the portal": {"OPTIONS", "/own", append(preflight, own), 204, false, map[string]string{
			"Access-Control-Allow-Origin": portalOrigin, "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "x-api-key, content-type",
			"Access-Control-Max-Age": "600", "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
		}},
		// The gateway refuses the call with a reason that the page can show.
		"preflight of the portal, for a bad path": {"OPTIONS", "/own/a%2Fb", append(preflight, own), 204, false, map[string]string{"Access-Control-Allow-Origin": portalOrigin, "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "x-api-key, content-type", "Access-Control-Max-Age": "600", "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}},
		"preflight of another, for a bad path":    {"OPTIONS", "/own/a%2Fb", append(preflight, other), 400, false, nil},
		"preflight of another":                    {"OPTIONS", "/own", append(preflight, other), 403, false, nil},
		"preflight of another, for the upstream":  {"OPTIONS", "/theirs", append(preflight, other), 200, true, map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": "BREW", "Vary": "Accept"}},
		"preflight of the portal, for a route of": {"OPTIONS", "/theirs", append(preflight, own), 204, false, map[string]string{"Access-Control-Allow-Origin": portalOrigin, "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "x-api-key, content-type", "Access-Control-Max-Age": "600", "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}},
		"call of the portal":                      {"GET", "/own", []string{own, "X-Api-Key: key"}, 200, true, map[string]string{"Access-Control-Allow-Origin": portalOrigin, "Access-Control-Expose-Headers": "*", "Vary": "Accept, Origin"}},
		"call of the portal, refused":             {"GET", "/own", []string{own}, 401, false, map[string]string{"Access-Control-Allow-Origin": portalOrigin, "Access-Control-Expose-Headers": "*", "Vary": "Origin"}},
		"call of another":                         {"GET", "/own", []string{other, "X-Api-Key: key"}, 200, true, map[string]string{"Vary": "Accept"}},
		"call of another, for the upstream":       {"GET", "/theirs", []string{other, "X-Api-Key: key2"}, 200, true, map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": "BREW", "Vary": "Accept"}},
		"options that is no preflight":            {"OPTIONS", "/own", []string{own}, 401, false, map[string]string{"Access-Control-Allow-Origin": portalOrigin, "Access-Control-Expose-Headers": "*", "Vary": "Origin"}},
		"almost the portal":                       {"GET", "/own", []string{"Origin: " + portalOrigin + ".evil.example", "X-Api-Key: key"}, 200, true, map[string]string{"Vary": "Accept"}},
	} {
		reached = 0
		answer := p.call(call.method, call.path, nil, call.headers...)
		got := map[string]string{}
		for header, values := range answer.Header() {
			if strings.HasPrefix(header, "Access-Control-") || header == "Vary" {
				got[header] = strings.Join(values, ", ")
			}
		}
		if call.want == nil {
			call.want = map[string]string{}
		}
		if diff := cmp.Diff(call.want, got); diff != "" || answer.Code != call.status || (reached == 1) != call.reaches {
			t.Errorf("%s: %d, %d reached the upstream\n%s", name, answer.Code, reached, diff)
		}
	}
}

func TestPagesOfThePortalAreToldWhyACallIsRefused(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/own", upstream(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Portico-Refusal", "made up") })))
	own, other := "Origin: "+portalOrigin, "Origin: https://other.example"
	for name, call := range map[string]struct {
		path    string
		headers []string
		want    string
	}{
		"no key":                    {"/own", []string{own}, "no_key"},
		"an unknown key":            {"/own", []string{own, "X-Api-Key: other"}, "bad_key"},
		"no route":                  {"/none", []string{own}, "no_route"},
		"a page of another":         {"/own", []string{other}, ""},
		"an upstream cannot say so": {"/own", []string{own, "X-Api-Key: key"}, ""},
	} {
		if got := p.call(http.MethodGet, call.path, nil, call.headers...).Header().Get("Portico-Refusal"); got != call.want {
			t.Errorf("%s: got %q, want %q", name, got, call.want)
		}
	}
}

func TestTheClientsAddress(t *testing.T) {
	var received http.Header
	p := newPortal(t, func(config *Config) { config.GatewayURL = "https://api.example" }).start()
	p.issue("key", p.publish("/x", upstream(t, func(_ http.ResponseWriter, r *http.Request) { received = r.Header })))
	for peer, want := range map[string]string{
		"192.0.2.1:1": "192.0.2.1", "192.0.2.1": "192.0.2.1", "[::ffff:192.0.2.1]:1": "192.0.2.1", "[2001:db8::1]:443": "2001:db8::1", "rubbish": "",
	} {
		r := httptest.NewRequest(http.MethodGet, "/x", nil)
		r.RemoteAddr = peer
		r.Header = http.Header{"X-Api-Key": {"key"}, "X-Forwarded-For": {"203.0.113.9"}, "X-Forwarded-Proto": {"gopher"}}
		p.gateway.ServeHTTP(httptest.NewRecorder(), r)
		if got := received.Get("X-Forwarded-For") + " " + received.Get("X-Forwarded-Proto"); got != want+" https" {
			t.Errorf("%s: the upstream received %s", peer, got)
		}
	}
	refused := p.get("/x", "unknown").Header().Get("WWW-Authenticate")
	if refused != `AzureApiManagementKey realm="https://api.example/x",name="X-Api-Key",type="header"` {
		t.Error(refused)
	}
}

func TestGuessesOfOneNetworkCountTogether(t *testing.T) {
	p := newPortal(t).start()
	p.publish("/x", "builtin:echo")
	guess := func(peer string, number int) int {
		r := httptest.NewRequest(http.MethodGet, "/x", nil)
		r.RemoteAddr = peer
		r.Header.Set("X-Api-Key", benchKey(number))
		answer := httptest.NewRecorder()
		p.gateway.ServeHTTP(answer, r)
		return answer.Code
	}
	for i := range unknownKeys {
		guess("[2001:db8::1]:1", i)
	}
	for peer, want := range map[string]int{"[2001:db8::ffff:2]:1": 429, "[2001:db8:0:1::1]:1": 401, "192.0.2.1:1": 401} {
		if got := guess(peer, unknownKeys); got != want {
			t.Errorf("a guess from %s is answered %d; want %d", peer, got, want)
		}
		p.changeHere(func() {}, event.NewKeys) // forgets unknown keys
	}
}
