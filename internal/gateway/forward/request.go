package forward

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
)

// forwarding are the headers in which proxies name the client. The gateway drops those that a client sends.
var forwarding = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
	"X-Forwarded-Server", "X-Forwarded-Ssl", "X-Forwarded-Scheme", "X-Real-Ip",
}

// rewrite builds the upstream's request from the client's.
func (t *Target) rewrite(request *httputil.ProxyRequest) {
	call, out := callOf(request.In.Context()), request.Out
	out.Host = t.upstream.Host
	out.URL.Scheme, out.URL.Host = t.upstream.Scheme, t.upstream.Host
	setPath(out.URL, t.base+call.Path)
	t.cleanRequest(out, request.In, call)
}

// inside calls a built-in handler with the request that an upstream would have received.
func (t *Target) inside(handler http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		call, out := callOf(r.Context()), r.Clone(r.Context())
		setPath(out.URL, call.Path)
		out.RequestURI = out.URL.RequestURI()
		t.cleanRequest(out, r, call)
		answer := &insideWriter{ResponseWriter: w, target: t, call: call}
		handler.ServeHTTP(answer, out)
		answer.clean(http.StatusOK) // if it wrote nothing
	})
}

// cleanRequest removes what the upstream must not see and sets the forwarding headers.
func (t *Target) cleanRequest(out, in *http.Request, call *Call) {
	header := out.Header
	call.Rules.StripHeader(header, call.Proof)
	out.URL.RawQuery = call.Rules.StripQuery(out.URL.RawQuery)
	for _, name := range forwarding {
		delete(header, name)
	}
	if call.Client.IsValid() {
		header["X-Forwarded-For"] = []string{call.Client.String()}
	}
	header["X-Forwarded-Host"] = []string{in.Host}
	header["X-Forwarded-Proto"] = []string{call.Scheme}
	if cookies := header["Cookie"]; len(cookies) > 0 {
		t.stripCookies(header, cookies)
	}
	if protocol := header["Upgrade"]; len(protocol) > 0 && !isWebSocket(protocol) {
		delete(header, "Upgrade")
		delete(header, "Connection")
	}
	delete(header, "Http2-Settings")
	if call.TraceParent != "" {
		header["Traceparent"] = []string{call.TraceParent}
		delete(header, "Tracestate")
		if call.TraceState != "" {
			header["Tracestate"] = []string{call.TraceState}
		}
	}
}

// isWebSocket reports whether the only requested upgrade is WebSocket. Any other protocol, above all HTTP/2, would
// carry calls that bypass the base path, the limits and the count.
func isWebSocket(protocol []string) bool {
	return len(protocol) == 1 && strings.EqualFold(protocol[0], "websocket")
}

// setPath sets a canonical path on the URL, byte for byte.
func setPath(address *url.URL, escaped string) {
	if escaped == "" {
		escaped = "/"
	}
	address.Path, address.RawPath = escaped, ""
	if strings.Contains(escaped, "%") {
		if path, err := url.PathUnescape(escaped); err == nil {
			address.Path, address.RawPath = path, escaped
		}
	}
}

func (t *Target) stripCookies(header http.Header, cookies []string) {
	kept := make([]string, 0, 4)
	for _, line := range cookies {
		for cookie := range strings.SplitSeq(line, ";") {
			cookie = strings.TrimSpace(cookie)
			if cookie != "" && !t.isPortalCookie(cookie) {
				kept = append(kept, cookie)
			}
		}
	}
	if len(kept) == 0 {
		delete(header, "Cookie")
		return
	}
	header["Cookie"] = []string{strings.Join(kept, "; ")}
}

// isPortalCookie reports whether name=value, from a Cookie or the start of a Set-Cookie, is one of the portal's
// cookies.
func (t *Target) isPortalCookie(cookie string) bool {
	name, _, _ := strings.Cut(cookie, "=")
	name = strings.TrimSpace(name)
	return slices.ContainsFunc(t.forwarder.config.Cookies, func(own string) bool { return strings.EqualFold(own, name) })
}

// errBody is the cause if the client's body cannot be read.
var errBody = errors.New("the request's body cannot be read")

// Body limits and counts a body whose length the client did not send.
type Body struct {
	io.ReadCloser
	read atomic.Int64
}

// LimitBody replaces the request's body with a Body.
func LimitBody(w http.ResponseWriter, r *http.Request, most int64) *Body {
	body := &Body{ReadCloser: http.MaxBytesReader(w, r.Body, most)}
	r.Body = body
	return body
}

// Count returns how many bytes were read so far.
func (b *Body) Count() int64 { return b.read.Load() }

func (b *Body) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	b.read.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errBody, err)
	}
	return n, err
}
