package app

import (
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"

	"github.com/portico-api/portico/internal/platform/logging"
)

// edge handles requests before any surface does: it checks the host, finds the client's address, assigns an id and
// recovers panics. The gateway skips the last two, because they would slow it down measurably.
type edge struct {
	hosts map[string]bool
	// partner returns one more host, empty if there is none. The function may be nil.
	partner func() string
	proxies []netip.Prefix
	logger  *slog.Logger
}

// newEdge returns an edge that knows the host of the address and, for loopback, its other names.
func newEdge(address string, proxies []netip.Prefix, logger *slog.Logger) (*edge, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" {
		return nil, errors.New("not an address that clients can use: " + address)
	}
	names := []string{strings.ToLower(parsed.Hostname())}
	if names[0] == "localhost" || isLoopback(names[0]) {
		names = []string{"localhost", "127.0.0.1", "::1"}
	}
	usual := map[string]string{"http": "80", "https": "443"}[parsed.Scheme]
	hosts := map[string]bool{}
	for _, name := range names {
		hosts[hostPort(name, parsed.Port())] = true
		if parsed.Port() == "" || parsed.Port() == usual { // some clients send the default port
			hosts[hostPort(name, "")], hosts[hostPort(name, usual)] = true, true
		}
	}
	return &edge{hosts: hosts, proxies: proxies, logger: logger}, nil
}

// origins returns the portal's address and, for loopback, the same address under its other names.
func origins(address string) []string {
	all := []string{address}
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() != "localhost" && !isLoopback(parsed.Hostname()) {
		return all
	}
	for _, name := range []string{"localhost", "127.0.0.1"} {
		if other := parsed.Scheme + "://" + hostPort(name, parsed.Port()); other != address {
			all = append(all, other)
		}
	}
	return all
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return err == nil && address.IsLoopback()
}

func hostPort(host, port string) string {
	if port != "" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

// known rejects requests for unknown hosts and sets RemoteAddr to the client's address behind trusted proxies. Each
// surface checks paths and queries itself, to refuse them in its own form.
func (e *edge) known(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !e.knows(r.Host) {
			http.Error(w, "This server does not answer for that host. Use the address that the portal gives you.", http.StatusMisdirectedRequest)
			return
		}
		if len(e.proxies) > 0 {
			r.RemoteAddr = e.client(r)
		}
		next.ServeHTTP(w, r)
	})
}

func (e *edge) knows(host string) bool {
	if e.hosts[host] {
		return true
	}
	host = strings.ToLower(host)
	return e.hosts[host] || host != "" && e.partner != nil && host == e.partner()
}

// identified gives each request an id and answers for handlers that panic. It accepts the client's id if that is safe
// to log.
func (e *edge) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requestID := r.Header.Get("X-Request-Id")
		if !logging.FitRequestID(requestID) {
			requestID = logging.NewRequestID()
		}
		w.Header().Set("X-Request-Id", requestID)
		defer e.recover(w, requestID)
		next.ServeHTTP(w, r.WithContext(logging.WithRequestID(r.Context(), requestID)))
	})
}

func (e *edge) recover(w http.ResponseWriter, requestID string) {
	fallen := recover()
	if fallen == nil {
		return
	}
	if fallen == http.ErrAbortHandler { //nolint:errorlint // net/http compares the panic value itself
		panic(fallen)
	}
	e.logger.Error("handler panicked", "request_id", requestID, "panic", fallen, "stack", string(debug.Stack()))
	http.Error(w, "Something went wrong on our side. Please try again.", http.StatusInternalServerError)
}

// client returns the right-most forwarded address that is not a trusted proxy. A malformed address ends the search,
// because everything to its left may be forged too.
func (e *edge) client(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := peer.Addr().Unmap()
	forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(forwarded) - 1; i >= 0 && e.trusts(address); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
		if err != nil {
			break
		}
		address = before.Unmap().WithZone("")
	}
	return netip.AddrPortFrom(address, peer.Port()).String()
}

func (e *edge) trusts(address netip.Addr) bool {
	for _, proxy := range e.proxies {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}
