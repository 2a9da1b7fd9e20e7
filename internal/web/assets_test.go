package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-api/portico/internal/web/visit"
)

func builtAssets() fstest.MapFS {
	return fstest.MapFS{
		"manifest.json": {Data: []byte(`{"site.css": "site-1.css", "site.js": "site-2.js", "reference.js": "reference-3.js", "inbox.js": "inbox-4.js", "icons.svg": "icons-5.svg", "sans.woff2": "sans-6.woff2"}`)},
		"site-1.css":    {Data: []byte("a{}")},
		"site-2.js":     {Data: []byte("0")},
		"site-0.js":     {Data: []byte("old")},
	}
}

func TestNewWithoutBuiltAssetsSaysWhatToDo(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"nothing was built":  {".keep": {}},
		"the manifest lacks": {"manifest.json": {Data: []byte(`{"site.css": "site-1.css"}`)}},
		"no manifest at all": {"manifest.json": {Data: []byte(`nonsense`)}},
	} {
		if _, err := newSite(Config{}, files); err == nil || !strings.Contains(err.Error(), "make build") {
			t.Errorf("%s: the error is %v, want one that says make build", name, err)
		}
	}
	if _, err := newSite(Config{}, builtAssets()); err != nil {
		t.Error(err)
	}
}

func TestOnlyBuiltAssetsAreServedAndCachedForever(t *testing.T) {
	site, err := newSite(Config{}, builtAssets())
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int{
		"/assets/site-1.css":       http.StatusOK,
		"/assets/site-0.js":        http.StatusNotFound,
		"/assets/manifest.json":    http.StatusNotFound,
		"/assets/":                 http.StatusNotFound,
		"/assets/../manifest.json": http.StatusNotFound,
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.URL.Path = path
		site.server.Assets().ServeHTTP(answer, request)
		if answer.Code != want {
			t.Errorf("%s returns %d, want %d", path, answer.Code, want)
		}
		if kept := strings.Contains(answer.Header().Get("Cache-Control"), "immutable"); kept != (want == http.StatusOK) {
			t.Errorf("%s has Cache-Control %q", path, answer.Header().Get("Cache-Control"))
		}
	}
}

func TestContentPolicyAllowsOnlyTheGateway(t *testing.T) {
	policy, err := visit.ContentPolicy("https://gateway.example:8443/base;script-src")
	if err != nil {
		t.Fatal(err)
	}
	want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; " +
		"connect-src 'self' https://gateway.example:8443; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	if policy != want {
		t.Errorf("the policy is\n%s\nwant\n%s", policy, want)
	}
	for _, wrong := range []string{"gateway.example", "ftp://gateway.example", "https://", "javascript:alert(1)"} {
		if _, err := visit.ContentPolicy(wrong); err == nil {
			t.Errorf("the gateway's address %q was accepted", wrong)
		}
	}
}
