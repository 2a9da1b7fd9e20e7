package route_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/gateway/route"
)

func TestCanonical(t *testing.T) {
	for raw, want := range map[string]string{
		"":                           "/",
		"/":                          "/",
		"/a/b":                       "/a/b",
		"/a/b/":                      "/a/b/",
		"/a//b":                      "/a/b",
		"//a":                        "/a",
		"///":                        "/",
		"/%61/%62":                   "/a/b",
		"/A/a":                       "/A/a",
		"/caf%c3%a9":                 "/caf%C3%A9",
		"/caf\u00e9":                 "/caf%C3%A9",
		"/a%20b":                     "/a%20b",
		"/a b":                       "/a%20b",
		"/x;v=1/y":                   "/x;v=1/y",
		"/.well-known":               "/.well-known",
		"/...":                       "/...",
		"/a..b":                      "/a..b",
		"/100%25":                    "/100%25",
		"/50%25off":                  "/50%25off",
		"/a%3Fb":                     "/a%3Fb",
		"/[1]":                       "/%5B1%5D",
		"/a:b@c!$&'()*+,=":           "/a:b@c!$&'()*+,=",
		"/%7Euser":                   "/~user",
		"/a%252Fb":                   "/a%252Fb",
		"/" + strings.Repeat("a", 8): "/aaaaaaaa",
	} {
		got, err := route.Canonical(raw)
		if err != nil || got != want {
			t.Errorf("Canonical(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for _, raw := range []string{
		"a", "*", "/..", "/../a", "/a/..", "/a/../b", "/a/./b", "/.", "/a/%2e%2e/b", "/a/%2E./b", "/a/.%2e",
		"/a/..;/b", "/a/..;x=1/b", "/a/.;/b", "/a/%2e%2e;/b", "/a/..%3b/b", "/a/%252e%252e/b", "/a/%25252e%25252e/b", "/a%252f..%252fb", "/..%252fb", "/..%255cb",
		"/a%2fb", "/a%2Fb", "/a%5cb", "/a%5Cb", `/a\b`, "/a%00", "/a%0d%0ab", "/a%7f", "/a%1f", "/a%2500", "/a\x00", "/a\r\n",
		"/a%", "/a%4", "/a%zz", "/a%u002e", "/a%ff", "/a%c3", "/a%c0%ae%c0%ae/", "/a%c2%85", "/\xff",
		"/a%252525252525252541", "/" + strings.Repeat("a", 8<<10),
	} {
		if got, err := route.Canonical(raw); err == nil {
			t.Errorf("Canonical(%q) = %q; want it refused", raw, got)
		}
	}
}

// FuzzCanonical checks that every canonical path is its own canonical form, that a real server reads the same
// bytes, and that a server that cleans paths does not redirect it.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{
		"/a/b", "/a//b/", "/%61%2e", "/a/..;/b", "/%252e%252e/", "/a%2fb", "/caf\u00e9", "/[x]", "/a?b#c", "/;/..;", "/%25%32%65", "/%2525", "/a%25", "/a;b/../c", "/'\"<>`{|}^",
	} {
		f.Add(seed)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.RequestURI)) })
	f.Fuzz(func(t *testing.T, raw string) {
		canonical, err := route.Canonical(raw)
		if err != nil {
			return
		}
		if again, err := route.Canonical(canonical); err != nil || again != canonical {
			t.Fatalf("Canonical(%q) = %q, whose canonical form is %q, %v", raw, canonical, again, err)
		}
		parsed, err := url.ParseRequestURI(canonical)
		if err != nil || parsed.EscapedPath() != canonical || parsed.RawQuery != "" {
			t.Fatalf("Canonical(%q) = %q, read as %+v, %v", raw, canonical, parsed, err)
		}
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, &http.Request{Method: http.MethodGet, URL: parsed, RequestURI: canonical, Host: "upstream"})
		if answer.Code != http.StatusOK || answer.Body.String() != canonical {
			t.Fatalf("Canonical(%q) = %q, which a server that cleans paths redirects: %d %s", raw, canonical, answer.Code, answer.Header().Get("Location"))
		}
	})
}
