package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/config"
)

func TestHealthReportsThePortalsAnswer(t *testing.T) {
	ready := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/readyz" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte("ready\n"))
	})
	away := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
	})
	plain, failing, secure := httptest.NewServer(ready), httptest.NewServer(away), httptest.NewTLSServer(ready)
	gone := httptest.NewServer(ready)
	gone.Close()
	for _, server := range []*httptest.Server{plain, failing, secure} {
		t.Cleanup(server.Close)
	}
	for _, test := range []struct {
		name   string
		server *httptest.Server
		flags  []string
		code   int
		says   string
	}{
		{"ready", plain, nil, 0, "ready"},
		{"not ready", failing, nil, 1, "503 Service Unavailable: not ready"},
		{"no server", gone, nil, 1, "connection refused"},
		{"TLS", secure, []string{"--tls-cert", "cert.pem", "--tls-key", "key.pem"}, 0, "ready"},
	} {
		t.Run(test.name, func(t *testing.T) {
			said, code := run(t, t.TempDir(), append([]string{"health", "--listen", test.server.Listener.Addr().String()}, test.flags...)...)
			if code != test.code || !strings.Contains(said, test.says) {
				t.Errorf("exit %d, said %q; want exit %d and %q", code, said, test.code, test.says)
			}
		})
	}
}

func TestReadyAddress(t *testing.T) {
	for listen, want := range map[string]string{
		"10.0.0.1:80":    "http://10.0.0.1:80/readyz",
		":8080":          "http://127.0.0.1:8080/readyz",
		"0.0.0.0:8080":   "http://127.0.0.1:8080/readyz",
		"[::]:8080":      "http://[::1]:8080/readyz",
		"localhost:8080": "http://localhost:8080/readyz",
	} {
		if got, err := readyAddress(config.Config{Listen: listen}); got != want || err != nil {
			t.Errorf("%s: %s (%v), want %s", listen, got, err, want)
		}
	}
	if _, err := readyAddress(config.Config{Listen: "127.0.0.1:0"}); err == nil {
		t.Error("an unknown port was asked")
	}
}
