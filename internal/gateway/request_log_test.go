package gateway

import (
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/usage"
)

func logged(grant *access.Grant) { grant.Logged = true }

func (p *portal) lines() (lines []usage.Line) {
	p.flush()
	for _, batch := range p.batches {
		lines = append(lines, batch.Lines...)
	}
	return lines
}

// TestRequestLogHoldsCalls compares the lines of calls that are answered, limited, refused and not answered.
func TestRequestLogHoldsCalls(t *testing.T) {
	p := newPortal(t, func(config *Config) {
		config.Builtins["slow"] = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { ok(w, r) })
	}).start()
	at := p.publish("/x", "builtin:slow")
	p.publish("/y", "builtin:echo")
	down := p.publish("/down", "http://127.0.0.1:1")
	granted := p.issue("key", at, logged, limits(perSecond(1)), func(grant *access.Grant) {
		grant.Subscriptions[0].Opens = append(grant.Subscriptions[0].Opens, down.Version)
	})
	p.call(http.MethodPost, "/x/a%2Db//c?token=1", strings.NewReader("12345"), "X-Api-Key: key", "X-Request-Id: mine")
	p.get("/x", "key")
	p.get("/y/z", "key", "X-Request-Id: refused")
	p.clock.Advance(time.Second)
	p.get("/down/d", "key", "X-Request-Id: failed")
	p.get("/x/unknown", "other")
	got := p.lines()
	if len(got) != 4 {
		t.Fatalf("%d lines", len(got))
	}
	if got[1].RequestID == "" || got[1].RequestID == "mine" {
		t.Errorf("a call without a request ID has %q", got[1].RequestID)
	}
	common := usage.Line{
		Team: granted.Team, Application: granted.Application, Credential: granted.Credential, Environment: "production", Address: "192.0.2.1",
		Version: at.Version, At: began, Method: http.MethodGet,
	}
	want := []usage.Line{common, common, common, common}
	want[0].Method, want[0].Path, want[0].Status, want[0].Forwarded, want[0].BytesIn, want[0].BytesOut = http.MethodPost, "/a-b/c", 200, true, 5, 5
	want[0].RequestID = "mine"
	want[1].Status, want[1].Reason, want[1].RequestID = 429, "rate_limited", got[1].RequestID
	want[2].Status, want[2].Reason, want[2].Path, want[2].RequestID = 401, "out_of_scope", "/z", "refused"
	want[2].Version = got[2].Version
	want[3].At, want[3].Version, want[3].Path, want[3].Forwarded = began.Add(time.Second), down.Version, "/d", true
	want[3].Status, want[3].Reason, want[3].RequestID = 502, "upstream_failed", "failed"
	sizes := cmpopts.IgnoreFields(usage.Line{}, "ID")
	want[1].BytesOut, want[2].BytesOut, want[3].BytesOut = got[1].BytesOut, got[2].BytesOut, got[3].BytesOut
	if diff := cmp.Diff(want, got, sizes); diff != "" {
		t.Error(diff)
	}
	if got[2].Version == at.Version || got[2].Version.IsZero() {
		t.Error("the refused call is not of the version that it was for")
	}
	if counted := p.totals(); counted.Calls != 3 {
		t.Errorf("%d calls are counted, want those that were charged to a subscription", counted.Calls)
	}
}

// TestRequestLogIsOffByDefault makes a call for a team that has not switched its log on. The ledger gets no line, and
// the upstream gets no request ID.
func TestRequestLogIsOffByDefault(t *testing.T) {
	sent := ""
	p := newPortal(t, func(config *Config) {
		config.Builtins["sees"] = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { sent = r.Header.Get("X-Request-Id") })
	}).start()
	at := p.publish("/x", "builtin:sees")
	p.publish("/y", "builtin:echo")
	p.issue("key", at)
	p.issue("logs", at, logged)
	p.get("/x/canary-path", "key")
	p.get("/y", "key")
	if sent != "" {
		t.Errorf("the upstream got the request ID %q", sent)
	}
	for _, file := range p.ledgerFiles() {
		if strings.Contains(file, "canary-path") {
			t.Error("the ledger holds the path")
		}
	}
	if lines := p.lines(); len(lines) > 0 {
		t.Errorf("%d lines", len(lines))
	}
	p.get("/x", "logs")
	if lines := p.lines(); len(lines) != 1 || lines[0].RequestID != sent || sent == "" {
		t.Errorf("lines %+v; the upstream got the request ID %q", lines, sent)
	}
}

func (p *portal) ledgerFiles() (contents []string) {
	p.t.Helper()
	err := filepath.WalkDir(p.gateway.config.Ledgers, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		contents = append(contents, string(content))
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return contents
}

// TestRequestLogHoldsNoSecrets puts the keys of calls into their paths, queries and request IDs, and looks for them in
// the lines and in the ledger.
func TestRequestLogHoldsNoSecrets(t *testing.T) {
	const (
		custom   = "canary+custom key"
		short    = "cana"
		prefixed = "pk_prod_AAAAcanaryBBBBcanaryCCCCcanaryDDDDcanaryEEEEcanary"
		hex      = "0a1b2ccafe0123456789cafe01234567"
	)
	p := newPortal(t).start()
	open := func(r *plan.Route) { r.Basic = true }
	at := p.publish("/x", "builtin:echo", open)
	p.publish("/y", "builtin:echo", open) // refuses these keys
	for _, key := range []string{custom, short, prefixed, hex} {
		p.issue(key, at, logged)
	}
	p.issue("canary-user", at, logged, func(grant *access.Grant) {
		verifier := access.VerifierOf(p.hasher, p.hasher.Current(), p.lookup(plan.Basic, "canary-user"), []byte("canary-password"))
		grant.Kind, grant.Verifier, grant.HashKey = plan.Basic, verifier[:], p.hasher.Current()
	})
	basic := "Authorization: Basic " + base64.StdEncoding.EncodeToString([]byte("canary-user:canary-password"))
	for _, row := range []struct{ header, path, want string }{
		{"X-Api-Key: " + custom, "/canary+custom%20key/b?key=canary", "/••••/b"},
		{"X-Api-Key: " + custom, "/a/canary%2Bcustom%20key;b", "/a/••••"},
		{"X-Api-Key: " + short, "/cana/vacana", "/••••/vacana"},
		{basic, "/canary-user/x-canary-password-y/canary", "/••••/••••/canary"},
		{"X-Api-Key: " + short, "/" + prefixed, "/pk_prod_AAAA••••"},
		{"X-Api-Key: " + prefixed, "/" + prefixed, "/pk_prod_AAAA••••"},
		{"X-Api-Key: " + short, "/%70k_prod_AAAAcanaryBBBBcanaryCCCCcanary.json", "/pk_prod_AAAA••••.json"},
		{"X-Api-Key: " + short, "/a%3D" + hex + "/b", "/a%3D0a1b2c••••/b"},
		{"X-Api-Key: " + hex, "/" + hex + hex, "/0a1b2c••••"},
		{"X-Api-Key: " + short, "/b?api_key=" + hex + "&x=" + prefixed, "/b"},
	} {
		for _, base := range []string{"/x", "/y"} {
			for requestID, want := range map[string]string{prefixed: "pk_prod_AAAA••••", "canary-password": "canary-password", "own": "own"} {
				if row.header == basic && requestID == "canary-password" {
					want = "••••"
				}
				p.batches = nil
				p.call(http.MethodGet, base+row.path, nil, row.header, "X-Request-Id: "+requestID)
				written := strings.Join(p.ledgerFiles(), "")
				for _, secret := range []string{"canaryBBBB", "cafe0123", "canary+custom", "canary%2Bcustom", "x-canary"} {
					if strings.Contains(written, secret) {
						t.Errorf("%s: the ledger contains %q", row.path, secret)
					}
				}
				if lines := p.lines(); len(lines) != 1 || lines[0].Path != row.want || lines[0].RequestID != want {
					t.Errorf("%s with request ID %s: %+v", base+row.path, requestID, lines)
				}
			}
		}
	}
}
