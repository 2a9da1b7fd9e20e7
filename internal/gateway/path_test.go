package gateway

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPathsOfTheUpstream(t *testing.T) {
	var received string
	handler := func(_ http.ResponseWriter, r *http.Request) { received = r.RequestURI }
	p := newPortal(t, func(config *Config) { config.Builtins["paths"] = http.HandlerFunc(handler) }).start()
	p.issue("plain", p.publish("/plain", upstream(t, handler)))
	p.issue("based", p.publish("/based/v1", upstream(t, handler)+"/b%20c/"))
	p.issue("inside", p.publish("/inside", "builtin:paths"))
	for path, want := range map[string]string{
		"/plain": "/", "/plain/": "/", "/plain?x": "/?x", "/plain/a%2Cb/%63//d": "/a%2Cb/c/d", "/plain/a%20b/caf%c3%a9": "/a%20b/caf%C3%A9",
		"/based/v1": "/b%20c", "/based/v1/": "/b%20c/", "/based/v1/x%3Fy": "/b%20c/x%3Fy", "/inside": "/", "/inside/x%20y?z=1": "/x%20y?z=1",
	} {
		received = ""
		key, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
		key, _, _ = strings.Cut(key, "?")
		p.wantStatus(p.get(path, key), 200)
		if received != want {
			t.Errorf("%s reached the upstream as %s; want %s", path, received, want)
		}
	}
}

// FuzzPathDecidedIsPathReceived compares the checked path with what a real upstream receives. For all bytes, the
// upstream sees the canonical path that found the route, and nothing outside of its base.
func FuzzPathDecidedIsPathReceived(f *testing.F) {
	var received string
	p := newPortal(f).start()
	open := p.publish("/open", upstream(f, func(_ http.ResponseWriter, r *http.Request) { received = r.RequestURI })+"/inner")
	p.publish("/open/closed", "builtin:echo")
	p.publish("/closed", "builtin:echo")
	p.issue("key", open)
	server := httptest.NewServer(p.gateway)
	f.Cleanup(server.Close)
	for _, seed := range []string{
		"/open/x", "/open//x", "/%6fpen/x", "/open/../closed", "/open/%2e%2e/closed", "/open/..;/closed", "/open/%252e%252e/closed",
		"/open/x%2f..%2fclosed", "/open%2fclosed", "/open/closed", "/open/%63losed", "/OPEN/x", "/open\\..\\closed", "/open/x%00", "/open/./closed",
		"//open/x", "/open/;/closed", "/open/x?/../closed", "/open/x#y", "/open/caf\xc3\xa9", "/open/%ff", "/open/x%", "/open/x\ty", "http://other.example/open/x",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		if strings.ContainsAny(target, " \r\n") || target == "" {
			return // ends the request line: the rest is another request
		}
		received = ""
		_, answer := raw(t, server, "GET "+target+" HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\nConnection: close\r\n\r\n")
		if (received != "") != (answer.StatusCode == 200) {
			t.Fatalf("%q: answered %d, received %q", target, answer.StatusCode, received)
		}
		if received == "" {
			return
		}
		path, _, _ := strings.Cut(received, "?")
		if path != "/inner" && !strings.HasPrefix(path, "/inner/") || strings.HasPrefix(path, "/inner/closed/") || path == "/inner/closed" {
			t.Fatalf("%q reached the upstream as %q", target, received)
		}
		decided, rest, found := func() (*routed, string, bool) {
			routes, _ := p.gateway.routes(t.Context())
			return routes.Match("/open" + strings.TrimPrefix(path, "/inner"))
		}()
		if !found || decided.Version != open.Version || "/inner"+rest != path {
			t.Fatalf("%q reached the upstream as %q, which has another decision", target, received)
		}
	})
}
