package gateway

import (
	"net/http"
	"strings"
)

// isPreflight reports whether a browser asks if a page of another origin may make a call. It carries no key.
func (c *call) isPreflight() bool {
	header := c.request.Header
	return c.request.Method == http.MethodOptions && len(header["Origin"]) > 0 && len(header["Access-Control-Request-Method"]) > 0
}

// fromPortal reports whether a page of the portal makes the call.
func (g *Gateway) fromPortal(c *call) bool {
	return g.forwarder.IsPortal(c.request.Header.Get("Origin"))
}

// preflight answers preflights of the portal's own pages. It leaves others to the upstream if the endpoint says so,
// and refuses the rest.
func (g *Gateway) preflight(c *call) *Refusal {
	asked := c.request.Header
	origin := asked.Get("Origin")
	if !g.fromPortal(c) {
		if c.route.target.CORSUpstream() {
			return nil
		}
		return &Refusal{Reason: ForeignOrigin}
	}
	header := c.Header()
	g.forwarder.OpenTo(header, origin)
	delete(header, "Access-Control-Expose-Headers")
	header["Access-Control-Allow-Methods"] = []string{asked.Get("Access-Control-Request-Method")}
	if wanted := asked["Access-Control-Request-Headers"]; len(wanted) > 0 {
		header["Access-Control-Allow-Headers"] = []string{strings.Join(wanted, ", ")}
	}
	header["Access-Control-Max-Age"] = []string{"600"}
	header["Vary"] = []string{"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}
	c.WriteHeader(http.StatusNoContent)
	c.answered = true
	return nil
}
