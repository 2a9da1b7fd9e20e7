package gateway

import (
	"net/http"
	"net/netip"
	"strings"
)

// clientOf returns the client's address. The listener has already resolved trusted proxies, so headers are not read
// here.
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

// address returns the client's address as text, without allocating.
func (c *call) address() string {
	text := c.request.RemoteAddr
	if colon := strings.LastIndexByte(text, ':'); colon > 0 && (text[colon-1] == ']' || strings.IndexByte(text, ':') == colon) {
		text = text[:colon]
	}
	return strings.Trim(text, "[]")
}

// networkOf returns the key for counting guesses: the address, or the IPv6 prefix that one customer gets.
func networkOf(r *http.Request) string {
	client := clientOf(r)
	if client.Is6() {
		if network, err := client.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return client.String()
}

// addressOf returns the gateway's public address as the client sees it: the configured one, or else the request's
// own.
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
