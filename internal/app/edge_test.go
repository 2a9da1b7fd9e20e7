package app

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/platform/logging"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func TestClientAddressBehindProxies(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, test := range []struct {
		name, peer, forwarded, want string
	}{
		{"no proxy: what a client claims is ignored", "203.0.113.9:5000", "198.51.100.1", "203.0.113.9:5000"},
		{"one proxy", "10.0.0.1:5000", "203.0.113.9", "203.0.113.9:5000"},
		{"a client that forges the left end", "10.0.0.1:5000", "1.1.1.1, 203.0.113.9", "203.0.113.9:5000"},
		{"two proxies", "10.0.0.1:5000", "203.0.113.9, 10.2.3.4", "203.0.113.9:5000"},
		{"nothing forwarded", "10.0.0.1:5000", "", "10.0.0.1:5000"},
		{"garbage ends the search", "10.0.0.1:5000", "203.0.113.9, evil", "10.0.0.1:5000"},
		{"only proxies", "10.0.0.1:5000", "10.9.9.9", "10.9.9.9:5000"},
		{"mapped addresses are IPv4", "[::ffff:10.0.0.1]:5000", "::ffff:203.0.113.9", "203.0.113.9:5000"},
		{"IPv6", "[fd00::1]:5000", "2001:db8::7", "[2001:db8::7]:5000"},
	} {
		t.Run(test.name, func(t *testing.T) {
			edge, err := newEdge("http://portal.example", proxies, quiet())
			if err != nil {
				t.Fatal(err)
			}
			request := httptest.NewRequest(http.MethodGet, "http://portal.example/", nil)
			request.RemoteAddr = test.peer
			if test.forwarded != "" {
				request.Header.Set("X-Forwarded-For", test.forwarded)
			}
			var got string
			edge.known(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.RemoteAddr })).
				ServeHTTP(httptest.NewRecorder(), request)
			if got != test.want {
				t.Errorf("RemoteAddr = %s, want %s", got, test.want)
			}
		})
	}
}

func TestOnlyKnownHostsAreAnswered(t *testing.T) {
	for _, test := range []struct {
		address, host string
		want          int
	}{
		{"https://portal.example", "portal.example", http.StatusOK},
		{"https://portal.example", "PORTAL.example", http.StatusOK},
		{"https://portal.example", "evil.example", http.StatusMisdirectedRequest},
		{"https://portal.example", "portal.example:8443", http.StatusMisdirectedRequest},
		{"https://portal.example", "127.0.0.1", http.StatusMisdirectedRequest},
		{"http://127.0.0.1:8080", "localhost:8080", http.StatusOK},
		{"http://127.0.0.1:8080", "[::1]:8080", http.StatusOK},
		{"http://127.0.0.1:8080", "localhost:8081", http.StatusMisdirectedRequest},
		{"http://localhost", "127.0.0.1", http.StatusOK},
		{"https://portal.example", "portal.example:443", http.StatusOK},
		{"https://portal.example:443", "portal.example", http.StatusOK},
		{"https://portal.example", "portal.example:80", http.StatusMisdirectedRequest},
		{"https://portal.example", "Partners.example", http.StatusOK},
		{"https://portal.example", "", http.StatusMisdirectedRequest},
	} {
		edge, err := newEdge(test.address, nil, quiet())
		if err != nil {
			t.Fatal(err)
		}
		edge.partner = func() string { return "partners.example" }
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Host = test.host
		recorder := httptest.NewRecorder()
		edge.known(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(recorder, request)
		if recorder.Code != test.want {
			t.Errorf("%s asked for %s: %d, want %d", test.address, test.host, recorder.Code, test.want)
		}
	}
}

func TestRequestIDsAreTakenOverOrMade(t *testing.T) {
	edge, err := newEdge("http://portal.example", nil, quiet())
	if err != nil {
		t.Fatal(err)
	}
	for sent, kept := range map[string]bool{"abc-123": true, "": false, "two words": false, strings.Repeat("a", 65): false, "a\nb": false} {
		request := httptest.NewRequest(http.MethodGet, "http://portal.example/", nil)
		request.Header["X-Request-Id"] = []string{sent}
		recorder := httptest.NewRecorder()
		var seen string
		edge.identified(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = logging.RequestID(r.Context()) })).
			ServeHTTP(recorder, request)
		if (seen == sent) != kept || seen == "" || recorder.Header().Get("X-Request-Id") != seen {
			t.Errorf("sent %q: the request was called %q, the answer %q", sent, seen, recorder.Header().Get("X-Request-Id"))
		}
	}
}

func TestAPanicIsAnsweredAndLogged(t *testing.T) {
	var log strings.Builder
	edge, err := newEdge("http://portal.example", nil, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	recorder := httptest.NewRecorder()
	edge.identified(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })).
		ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "http://portal.example/", nil))
	if recorder.Code != http.StatusInternalServerError || strings.Contains(recorder.Body.String(), "boom") || !strings.Contains(log.String(), "boom") {
		t.Errorf("answered %d %q, logged %q", recorder.Code, recorder.Body, log.String())
	}
}
