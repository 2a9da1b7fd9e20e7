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

// maxRequestID is the longest request id that is taken over from a client.
const maxRequestID = 64

// edge is what requests pass before any surface sees them: the hosts that are known, the client's address, an id, and a
// net under everything that panics. The gateway goes without the last two, for its path is counted in nanoseconds.
type edge struct {
	hosts map[string]bool
	// partner tells one more host, empty for none; nil where there never is one.
	partner func() string
	proxies []netip.Prefix
	logger  *slog.Logger
}

// newEdge knows the hosts of the address that clients use and, where that is on loopback, its other names.
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
		if parsed.Port() == "" || parsed.Port() == usual { // some clients spell out what goes without saying
			hosts[hostPort(name, "")], hosts[hostPort(name, usual)] = true, true
		}
	}
	return &edge{hosts: hosts, proxies: proxies, logger: logger}, nil
}

// origins are the names under which browsers may know the portal: its address first, then, on loopback, the other names.
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

// known lets only requests for known hosts through. From here on RemoteAddr is the client's address, whatever proxies stand
// between. Paths and queries are looked at by the surfaces, each of which refuses in its own words.
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

// identified gives each request an id, which is taken over from the client where it is fit to be logged, and answers for
// handlers that panic.
func (e *edge) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requestID := r.Header.Get("X-Request-Id")
		if !fitRequestID(requestID) {
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
	e.logger.Error("a request fell over", "request_id", requestID, "panic", fallen, "stack", string(debug.Stack()))
	http.Error(w, "Something went wrong on our side. Please try again.", http.StatusInternalServerError)
}

func fitRequestID(text string) bool {
	if text == "" || len(text) > maxRequestID {
		return false
	}
	for _, letter := range []byte(text) {
		if (letter < '0' || letter > '9') && (letter < 'a' || letter > 'z') && (letter < 'A' || letter > 'Z') && letter != '-' && letter != '_' && letter != '.' {
			return false
		}
	}
	return true
}

// client is the address of whoever is behind the trusted proxies: the right-most forwarded address that is none of them.
// An address that cannot be read ends the search, since whoever wrote it may have written those to its left too.
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
