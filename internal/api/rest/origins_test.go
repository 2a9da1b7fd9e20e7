package rest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/platform/fault"
)

const front = "https://front.example"

func TestOriginsShareWithThoseThatAreTrusted(t *testing.T) {
	origins, err := rest.NewOrigins([]string{front})
	if err != nil {
		t.Fatal(err)
	}
	handler := origins.Share(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	for _, row := range []struct {
		method, origin string
		status         int
		allowed        string
	}{
		{http.MethodGet, front, http.StatusTeapot, front},
		{http.MethodGet, "https://evil.example", http.StatusTeapot, ""},
		{http.MethodGet, "null", http.StatusTeapot, ""},
		{http.MethodGet, "", http.StatusTeapot, ""},
		{http.MethodOptions, front, http.StatusNoContent, front},
		{http.MethodOptions, "https://evil.example", http.StatusNoContent, ""},
	} {
		r := httptest.NewRequest(row.method, "https://portal.example/x", nil)
		if row.origin != "" {
			r.Header.Set("Origin", row.origin)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		header := answer.Header()
		credentials := header.Get("Access-Control-Allow-Credentials") == "true"
		methods := header.Get("Access-Control-Allow-Methods") != ""
		if answer.Code != row.status || header.Get("Access-Control-Allow-Origin") != row.allowed || credentials != (row.allowed != "") ||
			methods != (row.allowed != "" && row.method == http.MethodOptions) || header.Get("Vary") != "Origin" {
			t.Errorf("%s from %q: %d %v", row.method, row.origin, answer.Code, header)
		}
	}
}

func TestOriginsRefuseChangesOfOthers(t *testing.T) {
	origins, err := rest.NewOrigins([]string{front})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		method, origin, fetch string
		allowed               bool
	}{
		{http.MethodPost, "", "", true}, // no browser
		{http.MethodPost, "https://portal.example", "same-origin", true},
		{http.MethodPost, front, "cross-site", true},
		{http.MethodPost, "https://evil.example", "cross-site", false},
		{http.MethodDelete, "https://evil.example", "", false},
		{http.MethodGet, "https://evil.example", "cross-site", true},
	} {
		r := httptest.NewRequest(row.method, "https://portal.example/x", nil)
		r.Header.Set("Origin", row.origin)
		r.Header.Set("Sec-Fetch-Site", row.fetch)
		if err := origins.Check(r); (err == nil) != row.allowed || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", row, err)
		}
	}
	if _, err := rest.NewOrigins([]string{"no origin"}); err == nil {
		t.Error("what is no origin is trusted")
	}
}
