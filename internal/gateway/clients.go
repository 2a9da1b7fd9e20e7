package gateway

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientOf is the address that a call came from. Whoever listens has looked behind trusted proxies by now; what else a
// request says about it is not believed.
func clientOf(r *http.Request) netip.Addr {
	if peer, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		return peer.Addr().Unmap()
	}
	address, err := netip.ParseAddr(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return address.Unmap()
}

// networkOf is what guesses at keys are counted by: the address, or the part of an IPv6 one that a customer is given.
func networkOf(r *http.Request) string {
	client := clientOf(r)
	if client.Is6() {
		if network, err := client.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return client.String()
}

// addressOf is where the client has called the gateway: its configured address, which may be that of a proxy before it,
// or else what the request says.
func (g *Gateway) addressOf(r *http.Request) (scheme, address string) {
	if g.config.GatewayURL != "" {
		scheme, _, _ = strings.Cut(g.config.GatewayURL, "://")
		return scheme, g.config.GatewayURL
	}
	scheme = "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme, scheme + "://" + r.Host
}
