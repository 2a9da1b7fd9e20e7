package gateway

import (
	"net/http"
	"testing"
)

// TestUpgradeThatFails upgrades a connection that cannot be hijacked: the call is answered and counted as a
// failure.
func TestUpgradeThatFails(t *testing.T) {
	p := newPortal(t).start()
	p.issue("key", p.publish("/x", upstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		w.WriteHeader(http.StatusSwitchingProtocols)
	})))
	p.wantStatus(p.get("/x", "key", "Connection: Upgrade", "Upgrade: websocket"), http.StatusBadGateway)
	if counted := p.totals(); counted.Calls != 1 || counted.ServerErrors != 1 {
		t.Errorf("counted as %+v", counted)
	}
	if classes := p.answeredByClass(); classes["5xx"] != 1 {
		t.Errorf("counted as %v", classes)
	}
}
