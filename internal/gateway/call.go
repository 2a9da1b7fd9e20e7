package gateway

import (
	"bufio"
	"net"
	"net/http"
	"time"

	"github.com/portico-api/portico/internal/gateway/forward"
	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/gateway/meter"
)

// statusGone is the status counted for a call whose client disconnected before the response.
const statusGone = 499

// call is one call in progress. It wraps the response writer to observe the response.
type call struct {
	http.ResponseWriter

	request *http.Request
	gateway *Gateway
	began   time.Time

	route  *routed
	rest   string // the path after the base path
	proof  keyauth.Proof
	grant  *grant
	charge *charge
	body   *forward.Body // set if the client did not send the body's length

	status    int
	written   int64
	forwarded bool
	limited   bool
	recorded  bool
	answered  bool // by the gateway itself, during admission
	finished  bool
	limits    [1]string // the value of RateLimit
}

// Unwrap lets http.ResponseController reach the connection.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Hijack takes over the connection for a WebSocket. The call then counts as upgraded, at once.
func (c *call) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffered, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.status = http.StatusSwitchingProtocols
		c.gateway.record(c, c.status)
	}
	return connection, buffered, err
}

// WriteHeader records the status of the response.
func (c *call) WriteHeader(status int) {
	if c.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		c.status = status
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes of the response.
func (c *call) Write(body []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	n, err := c.ResponseWriter.Write(body)
	c.written += int64(n)
	return n, err
}

// setLimits sets the RateLimit headers of the response.
func (c *call) setLimits(limits []byte) {
	c.limits[0] = string(limits)
	header := c.Header()
	header["Ratelimit"] = c.limits[:]
	header["Ratelimit-Policy"] = c.charge.policy
}

func (c *call) bytesIn() int64 {
	if c.body != nil {
		return c.body.Count()
	}
	if !c.forwarded {
		return 0
	}
	return max(c.request.ContentLength, 0)
}

// finish counts the call, however it ended.
func (g *Gateway) finish(c *call) {
	status := c.status
	switch {
	case !c.finished && c.request.Context().Err() != nil:
		status = statusGone
	case !c.finished: // aborted midway
		status = http.StatusBadGateway
	case status == 0:
		status = http.StatusOK
	}
	g.metrics.answered(status)
	g.record(c, status)
	if c.grant != nil {
		g.grants.release(c.grant)
	}
	if g.open.Add(-1) == 0 {
		select {
		case g.idle <- struct{}{}:
		default: // already recorded
		}
	}
}

// record counts an authenticated call once: when it ends, or when its connection is upgraded.
func (g *Gateway) record(c *call, status int) {
	if c.charge == nil || c.recorded {
		return
	}
	c.recorded = true
	c.charge.count(g.meter, meter.Call{
		Began: c.began, Took: g.now().Sub(c.began), Status: status, Forwarded: c.forwarded, Limited: c.limited,
		BytesIn: c.bytesIn(), BytesOut: c.written,
	})
}
