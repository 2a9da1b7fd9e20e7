package gateway

import (
	"bufio"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/gateway/forward"
	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/usage"
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

	status   int
	declared int64 // the length of the response's body; -1 if it is not declared
	written  int64
	recorded bool
	answered bool // by the gateway itself, during admission
	finished bool
	limited  bool
	limits   [1]string // the value of RateLimit
	// windows are those of the quotas that count the call.
	windows []time.Time
	room    [3]time.Time // for windows

	forwarded bool
	// forwardedAt is when the call was sent to the upstream, respondedAt when its response began.
	forwardedAt, respondedAt time.Time
	measured
}

// Unwrap lets http.ResponseController reach the connection.
func (c *call) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// Hijack takes over the connection for a WebSocket. The call then counts as upgraded, at once.
func (c *call) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	connection, buffered, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.status = http.StatusSwitchingProtocols
		c.took()
		c.gateway.record(c, c.status, 0)
	}
	return connection, buffered, err
}

// WriteHeader records the status of the response.
func (c *call) WriteHeader(status int) {
	if c.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		c.begin(status)
	}
	c.ResponseWriter.WriteHeader(status)
}

// begin notes how the response begins. A response without a body is counted now, because the client may have all of it
// before the handler returns.
func (c *call) begin(status int) {
	c.status = status
	if c.charge == nil {
		return
	}
	c.respondedAt = c.gateway.now()
	c.declared = declaredLength(c.Header())
	if c.declared == 0 || c.request.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		c.gateway.record(c, status, 0)
	}
}

func declaredLength(header http.Header) int64 {
	if values := header["Content-Length"]; len(values) == 1 {
		if length, err := strconv.ParseInt(values[0], 10, 64); err == nil {
			return length
		}
	}
	return -1
}

// Write counts the bytes of the response. The call is counted before its last bytes are sent: the client then has an
// answer that is counted, even if the process ends now.
func (c *call) Write(body []byte) (int, error) {
	if c.status == 0 {
		c.begin(http.StatusOK)
	}
	if !c.recorded && c.declared >= 0 && c.written+int64(len(body)) >= c.declared {
		c.gateway.record(c, c.status, c.declared)
	}
	n, err := c.ResponseWriter.Write(body)
	c.written += int64(n)
	return n, err
}

// FlushError sends what was written so far. http.ResponseController calls it.
func (c *call) FlushError() error {
	if c.status == 0 {
		c.begin(http.StatusOK)
	}
	return http.NewResponseController(c.ResponseWriter).Flush()
}

// setLimits sets the RateLimit headers of the response.
func (c *call) setLimits(limits []byte) {
	if len(limits) == 0 {
		return
	}
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
	g.answered(c, status)
	g.record(c, status, c.written)
	if c.grant != nil {
		g.logRefused(c, status)
		g.grants.release(c.grant)
	}
	if g.open.Add(-1) == 0 {
		select {
		case g.idle <- struct{}{}:
		default: // already recorded
		}
	}
}

// record counts an authenticated call once: before its last bytes are sent, when it ends, or when its connection is
// upgraded. sent is the length of the response's body.
func (g *Gateway) record(c *call, status int, sent int64) {
	if !metered || c.charge == nil || c.charge.record == nil || c.recorded {
		return
	}
	c.recorded = true
	took := c.total // known if the call has ended
	if took == 0 {
		took = g.now().Sub(c.began)
	}
	recorded := usage.Call{
		Began: c.began, Took: took, Status: status, Forwarded: c.forwarded, BytesIn: c.bytesIn(), BytesOut: sent,
		Operation: c.route.operations.Match(c.request.Method, c.rest), Address: c.address(), Windows: c.windows,
	}
	if c.forwarded {
		recorded.Upstream = c.waited()
		if c.respondedAt.IsZero() { // the call ended before the upstream responded
			recorded.Upstream = took - c.forwardedAt.Sub(c.began)
		}
	}
	if c.grant.Logged {
		c.fillLine(&recorded)
	}
	g.meter.Record(c.charge.record, &recorded)
}
