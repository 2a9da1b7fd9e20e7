package gateway

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clients tells where calls come from. Forwarded addresses are believed only as far as trusted proxies have added them.
type clients struct{ trusted []netip.Prefix }

// of returns the address of the client and whether it called by http or https.
func (c clients) of(r *http.Request) (client netip.Addr, over string) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, scheme(r)
	}
	client, over = peer.Addr().Unmap(), scheme(r)
	if len(c.trusted) == 0 || !c.trusts(client) {
		return client, over
	}
	switch said := r.Header.Get("X-Forwarded-Proto"); said {
	case "http", "https":
		over = said
	}
	hops := strings.Split(strings.Join(r.Header["X-Forwarded-For"], ","), ",")
	for _, hop := range slices.Backward(hops) {
		address, err := netip.ParseAddr(strings.TrimSpace(hop))
		if err != nil {
			break
		}
		if client = address.Unmap(); !c.trusts(client) {
			break
		}
	}
	return client, over
}

func (c clients) trusts(address netip.Addr) bool {
	return slices.ContainsFunc(c.trusted, func(proxies netip.Prefix) bool { return proxies.Contains(address) })
}

// network is what guesses at keys are counted by: the address, or the part of an IPv6 one that a customer is given.
func (c clients) network(r *http.Request) string {
	client, _ := c.of(r)
	if client.Is6() {
		if network, err := client.WithZone("").Prefix(64); err == nil {
			return network.String()
		}
	}
	return client.String()
}
