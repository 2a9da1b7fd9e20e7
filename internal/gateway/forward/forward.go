// Package forward sends an admitted call to its upstream and returns the response.
//
// It owns the transport, the headers that are removed and added in both directions (keys, the portal's cookies,
// forwarding headers, CORS), size and time limits, and the kinds of failure of an upstream. It does not decide who
// may call: the gateway does so before, and also writes refusals and counts. Built-in upstreams are handlers that
// are passed in by name.
package forward

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/gateway/keyauth"
)

// Defaults for endpoints without their own settings.
const (
	DefaultTimeout = 60 * time.Second
	DefaultMaxBody = 10 << 20
)

const builtin = "builtin:"

// Config configures a Forwarder.
type Config struct {
	// Builtins are the upstreams inside the program, by the name after "builtin:". Like any upstream, they receive
	// the path after the base path.
	Builtins map[string]http.Handler
	// Cookies are the names of the portal's cookies. PortalHost is the host name that they belong to.
	Cookies    []string
	PortalHost string
	// Origins are the portal's own, such as https://portal.example, whose pages may call the gateway.
	Origins []string
	// PartnerHost returns the portal's second host, or "" if there is none. It is called for each request of a
	// browser.
	PartnerHost func() string
	Logger      *slog.Logger
}

// Forwarder creates targets, which share its connections.
type Forwarder struct {
	config Config
	pool   bufferPool

	mu         sync.Mutex
	transports map[time.Duration]*http.Transport
}

// New returns a Forwarder.
func New(config Config) *Forwarder {
	return &Forwarder{config: config, transports: map[time.Duration]*http.Transport{}}
}

// Close closes idle connections to upstreams.
func (f *Forwarder) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, transport := range f.transports {
		transport.CloseIdleConnections()
	}
}

// Target forwards the calls of one endpoint.
type Target struct {
	forwarder    *Forwarder
	handler      http.Handler
	upstream     *url.URL
	base         string // the upstream's path, encoded, without a trailing slash
	maxBody      int64
	corsUpstream bool
}

// Target returns the target of an endpoint.
func (f *Forwarder) Target(endpoint catalog.Endpoint) (*Target, error) {
	target := &Target{forwarder: f, maxBody: endpoint.MaxBody, corsUpstream: endpoint.CORSUpstream}
	if target.maxBody == 0 {
		target.maxBody = DefaultMaxBody
	}
	if name, is := strings.CutPrefix(endpoint.Upstream, builtin); is {
		handler, known := f.config.Builtins[name]
		if !known {
			return nil, fmt.Errorf("there is no built-in upstream %q", name)
		}
		target.handler = target.inside(handler)
		return target, nil
	}
	upstream, err := url.Parse(endpoint.Upstream)
	if err != nil || upstream.Host == "" || upstream.Scheme != "http" && upstream.Scheme != "https" ||
		upstream.User != nil || upstream.RawQuery != "" || upstream.Fragment != "" {
		return nil, errors.New("the upstream must be an http or https URL with a host and a path, and nothing else")
	}
	target.upstream, target.base = upstream, strings.TrimRight(upstream.EscapedPath(), "/")
	target.handler = target.proxy(f.transport(endpoint.Timeout))
	return target, nil
}

// transport returns the transport that all targets with the same timeout share.
func (f *Forwarder) transport(timeout time.Duration) *http.Transport {
	if timeout == 0 {
		timeout = DefaultTimeout
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	found := f.transports[timeout]
	if found == nil {
		found = NewTransport(timeout)
		f.transports[timeout] = found
	}
	return found
}

// NewTransport returns the transport for forwarded calls. Upstreams must begin their responses within the timeout.
func NewTransport(timeout time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConnsPerHost:    512,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		ResponseHeaderTimeout:  timeout,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true, // pass on the client's own preferences
	}
}

// MaxBody returns the largest request body that the target accepts.
func (t *Target) MaxBody() int64 { return t.maxBody }

// Host returns the host of the upstream, "builtin" for one inside the program.
func (t *Target) Host() string {
	if t.upstream == nil {
		return "builtin"
	}
	return t.upstream.Hostname()
}

// CORSUpstream reports whether the upstream itself answers origins other than the portal's.
func (t *Target) CORSUpstream() bool { return t.corsUpstream }

// Call describes one call to the forwarder.
type Call struct {
	// Path is the canonical path after the base path. Proof and Rules say which keys to remove.
	Path  string
	Rules *keyauth.Rules
	Proof keyauth.Proof
	// Client is the client's address. Scheme is the scheme that the client used.
	Client netip.Addr
	Scheme string
	// Grant ends when the call would no longer be admitted; nil if no grant admitted it.
	Grant context.Context

	// TraceParent and TraceState replace the client's headers of these names, unless TraceParent is empty.
	TraceParent, TraceState string

	origin  string
	failure Failure
}

// Failure is the reason why the upstream gave no response.
type Failure uint8

// The failures. Gone means that the client has disconnected.
const (
	None Failure = iota
	Gone
	Dropped
	TooLarge
	BadBody
	TimedOut
	Unreachable
)

var errDropped = errors.New("the grant no longer admits the call")

type callKey struct{}

// callContext carries the call to the hooks of the proxy.
type callContext struct {
	context.Context
	call *Call
}

func (c callContext) Value(key any) any {
	if key == (callKey{}) {
		return c.call
	}
	return c.Context.Value(key)
}

func callOf(ctx context.Context) *Call {
	call, _ := ctx.Value(callKey{}).(*Call)
	return call
}

// Forward sends the call to the upstream and the response to the client. If it returns a Failure, nothing has been
// written yet. If the response breaks off midway, Forward panics with http.ErrAbortHandler to abort the connection.
func (t *Target) Forward(w http.ResponseWriter, r *http.Request, call *Call) Failure {
	call.origin = r.Header.Get("Origin")
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	if call.Grant != nil {
		stop := context.AfterFunc(call.Grant, func() { cancel(errDropped) })
		defer stop()
	}
	t.handler.ServeHTTP(w, r.WithContext(callContext{ctx, call}))
	return call.failure
}

func (t *Target) proxy(transport http.RoundTripper) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:        t.rewrite,
		Transport:      transport,
		ModifyResponse: t.answered,
		ErrorHandler: func(_ http.ResponseWriter, r *http.Request, err error) {
			call := callOf(r.Context())
			call.failure = failureOf(r.Context(), err)
			if call.failure == Unreachable {
				t.forwarder.config.Logger.WarnContext(r.Context(), "an upstream failed", "upstream", t.upstream.Host, "error", err)
			}
		},
		BufferPool: &t.forwarder.pool,
		ErrorLog:   slog.NewLogLogger(t.forwarder.config.Logger.Handler(), slog.LevelDebug),
	}
}

// answered cleans an upstream's response before it is passed on.
func (t *Target) answered(answer *http.Response) error {
	if answer.StatusCode < http.StatusContinue { // net/http parses such a status but cannot write it
		return errStatus
	}
	call := callOf(answer.Request.Context())
	t.cleanAnswer(answer.Header, call)
	return nil
}

var errStatus = errors.New("the upstream answered with an invalid status")

func failureOf(ctx context.Context, err error) Failure {
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errDropped):
		return Dropped
	case cause != nil:
		return Gone
	}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return TooLarge
	}
	if errors.Is(err, errBody) {
		return BadBody
	}
	operation, isOperation := errors.AsType[*net.OpError](err)
	timeout, isTimeout := errors.AsType[net.Error](err)
	if isTimeout && timeout.Timeout() && (!isOperation || operation.Op != "dial") {
		return TimedOut
	}
	return Unreachable
}

// bufferPool provides the buffers for copying bodies.
type bufferPool struct{ pool sync.Pool }

const bufferSize = 32 << 10

func (p *bufferPool) Get() []byte {
	if buffer, ok := p.pool.Get().(*[bufferSize]byte); ok {
		return buffer[:]
	}
	return make([]byte, bufferSize)
}

func (p *bufferPool) Put(buffer []byte) { p.pool.Put((*[bufferSize]byte)(buffer)) }
