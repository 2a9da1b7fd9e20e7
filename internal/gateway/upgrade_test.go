package gateway

import (
	"net/http"
	"testing"
)

// Nothing but a WebSocket may turn the connection into something that the gateway does not look into.
func TestOnlyAWebSocketIsUpgraded(t *testing.T) {
	p := newPortal(t).start()
	var seen http.Header
	p.issue("key", p.publish("/x", upstream(t, func(_ http.ResponseWriter, r *http.Request) { seen = r.Header })))
	for _, protocol := range []string{"h2c", "websocket, h2c", "TLS/1.0"} {
		_, answer := raw(t, p.served(), "GET /x HTTP/1.1\r\nHost: gateway\r\nX-Api-Key: key\r\n"+
			"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: "+protocol+"\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
		if answer.StatusCode != http.StatusOK || seen.Get("Upgrade") != "" || seen.Get("Connection") != "" || seen.Get("Http2-Settings") != "" {
			t.Errorf("%s: answered %d, the upstream saw %v", protocol, answer.StatusCode, seen)
		}
	}
}
