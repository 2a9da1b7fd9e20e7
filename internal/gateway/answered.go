package gateway

import (
	"strings"
	"time"

	"github.com/portico-api/portico/internal/platform/logging"
)

// Answered describes a call that has ended, for the access log. It has no query, header or key.
type Answered struct {
	At        time.Time
	RequestID string
	Method    string
	// Path is the path as it was sent, at most longestPath bytes of it.
	Path string
	// Product, Version and Environment are empty if the path has no route. Application and Credential are IDs, empty if
	// the caller is unknown.
	Product, Version, Environment string
	Application, Credential       string
	Status                        int
	// Reason is empty if the call was not refused.
	Reason            Reason
	BytesIn, BytesOut int64
	// Upstream is the time until the upstream began its response or failed, 0 if the call was not forwarded.
	Total, Upstream time.Duration
}

// longestPath bounds the memory of lines that wait to be written.
const longestPath = 1024

// identify gives the call the client's request ID or a new one, and passes it on to the upstream.
func (c *call) identify() {
	if c.requestID = c.request.Header.Get("X-Request-Id"); !logging.FitRequestID(c.requestID) {
		c.requestID = logging.NewRequestID()
		c.request.Header["X-Request-Id"] = []string{c.requestID}
	}
}

func (c *call) describe(status int) Answered {
	path := c.request.URL.EscapedPath()
	answered := Answered{
		At: c.began, RequestID: c.requestID, Method: logging.Method(c.request.Method), Path: strings.Clone(path[:min(len(path), longestPath)]),
		Status: status, Reason: c.reason, BytesIn: c.bytesIn(), BytesOut: c.written, Total: c.took(), Upstream: c.waited(),
	}
	if c.route != nil {
		answered.Product, answered.Version, answered.Environment = c.route.ProductSlug, c.route.VersionName, c.route.Endpoint.Environment
	}
	if c.charge != nil { // the key is valid
		answered.Application, answered.Credential = c.grant.Application.Hex(), c.grant.Credential.Hex()
	}
	return answered
}
