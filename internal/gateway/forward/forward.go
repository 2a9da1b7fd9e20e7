// Package forward hands an admitted call to its upstream and the answer back.
//
// It owns the transport, what is taken off and put on the headers of both directions (keys, the portal's cookies,
// forwarding headers, CORS), size and time limits, and how an upstream fails. It decides nothing about who may call: the
// gateway does so before, words the refusals, and counts. Built-in upstreams are handlers that are given by name.
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

// What an endpoint has where it says nothing itself.
const (
	DefaultTimeout = 60 * time.Second
	DefaultMaxBody = 10 << 20
)

const builtin = "builtin:"

// Config is what a Forwarder needs.
type Config struct {
	// Builtins are the upstreams inside the product, by the name behind "builtin:". Like any upstream they see the path
	// behind the base path.
	Builtins map[string]http.Handler
	// Cookies are the names of the portal's cookies, PortalHost the host name that they belong to.
	Cookies    []string
	PortalHost string
	// Origins are the portal's own, such as https://portal.example, whose pages may call the gateway.
	Origins []string
	// PartnerHost tells the other host of the portal, empty for none. It is called for each request of a browser.
	PartnerHost func() string
	Logger      *slog.Logger
}

// Forwarder makes targets, which share its connections.
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

// Close ends the connections to upstreams that are not in use.
func (f *Forwarder) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, transport := range f.transports {
		transport.CloseIdleConnections()
	}
}

// Target is where the calls of one endpoint go.
type Target struct {
	forwarder    *Forwarder
	handler      http.Handler
	upstream     *url.URL
	base         string // the upstream's path, encoded, without a slash at its end
	maxBody      int64
	corsUpstream bool
}

// Target returns where an endpoint's calls go.
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
		return nil, errors.New("the upstream must be an http or https address of a host and a path and nothing else")
	}
	target.upstream, target.base = upstream, strings.TrimRight(upstream.EscapedPath(), "/")
	target.handler = target.proxy(f.transport(endpoint.Timeout))
	return target, nil
}

// transport is shared by all targets with the same patience.
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

// NewTransport returns the transport that calls are forwarded with, for upstreams that begin their answers within the
// timeout.
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
		DisableCompression:     true, // the client's own wishes are passed on
	}
}

// MaxBody is the largest request body that the target takes.
func (t *Target) MaxBody() int64 { return t.maxBody }

// CORSUpstream reports whether the upstream answers to other origins than the portal's itself.
func (t *Target) CORSUpstream() bool { return t.corsUpstream }

// Call is what the gateway knows about one call when it forwards it.
type Call struct {
	// Path is the canonical path behind the base path; Proof is what is taken off, by the Rules of its route.
	Path  string
	Rules *keyauth.Rules
	Proof keyauth.Proof
	// Client is where the call came from; Scheme is how.
	Client netip.Addr
	Scheme string
	// Grant ends when the call would no longer be admitted; nil where nothing admitted it.
	Grant context.Context

	origin  string
	failure Failure
}

// Failure is why a call has no answer of the upstream's.
type Failure uint8

// The failures. Gone means that nobody is there to be told.
const (
	None Failure = iota
	Gone
	Dropped
	TooLarge
	BadBody
	TimedOut
	Unreachable
)

var errDropped = errors.New("the call would no longer be admitted")

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

// Forward hands the call to the upstream and its answer to the client. Where it answers a Failure, nothing has been
// written yet. An answer that is cut off halfway aborts the connection by panicking with http.ErrAbortHandler.
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

// answered looks through an upstream's answer before it is passed on.
func (t *Target) answered(answer *http.Response) error {
	if answer.StatusCode < http.StatusContinue { // net/http reads such a status and refuses to write it
		return errStatus
	}
	call := callOf(answer.Request.Context())
	t.cleanAnswer(answer.Header, call)
	return nil
}

var errStatus = errors.New("the upstream answered with a status that there is not")

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

// bufferPool lends the buffers that bodies are copied through.
type bufferPool struct{ pool sync.Pool }

const bufferSize = 32 << 10

func (p *bufferPool) Get() []byte {
	if buffer, ok := p.pool.Get().(*[bufferSize]byte); ok {
		return buffer[:]
	}
	return make([]byte, bufferSize)
}

func (p *bufferPool) Put(buffer []byte) { p.pool.Put((*[bufferSize]byte)(buffer)) }
