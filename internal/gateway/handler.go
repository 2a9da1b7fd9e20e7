package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/gateway/forward"
	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/gateway/limit"
	"github.com/portico-api/portico/internal/gateway/route"
)

// ServeHTTP handles a call: admit decides whether it may pass, forward sends it on, finish counts it.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.open.Add(1)
	c := &call{ResponseWriter: w, request: r, gateway: g, began: g.now(), declared: -1}
	defer g.finish(c)
	if g.config.Tracer != nil {
		g.startSpan(c)
	}
	if g.config.Answered != nil {
		c.identify()
	}
	refused := g.admit(c)
	switch {
	case refused != nil && refused.Reason == NotReady && c.request.Context().Err() != nil: // the client gave up before we were ready
		c.status = statusGone
	case refused != nil:
		g.refuse(c, *refused)
	case !c.answered:
		g.forward(c)
	}
	c.finished = true
}

func (g *Gateway) admit(c *call) *Refusal {
	refused := g.route(c)
	if c.isPreflight() && (refused == nil || g.fromPortal(c)) { // the page can then read why the call itself is refused
		return g.preflight(c)
	}
	if refused != nil {
		return refused
	}
	if refused := g.authenticate(c); refused != nil {
		return refused
	}
	if refused := g.authorise(c); refused != nil {
		return refused
	}
	if refused := g.boundBody(c); refused != nil {
		return refused
	}
	if g.config.RefuseUncounted && g.meter.Failing() {
		return &Refusal{Reason: NotReady, Retry: time.Second, Err: g.meter.Err()}
	}
	return g.limit(c)
}

// route finds the route by the canonical path. The same canonical path is forwarded.
func (g *Gateway) route(c *call) *Refusal {
	if !g.log.readable(c.began, g.config.Lease) {
		return &Refusal{Reason: NotReady, Retry: time.Second}
	}
	path, err := route.Canonical(c.request.URL.EscapedPath())
	if err != nil {
		return &Refusal{Reason: BadRequest, Message: err.Error()}
	}
	routes, err := g.routes(c.request.Context())
	if err != nil {
		return &Refusal{Reason: NotReady, Retry: time.Second, Err: err}
	}
	found, rest, ok := routes.Match(path)
	if !ok {
		return &Refusal{Reason: NoRoute}
	}
	c.route, c.rest = found, rest
	if found.broken != nil {
		return &Refusal{Reason: Misconfigured}
	}
	return nil
}

// authenticate identifies the caller by the key.
func (g *Gateway) authenticate(c *call) *Refusal {
	proof, err := c.route.rules.Find(c.request.Header, c.request.URL.RawQuery)
	switch {
	case err != nil:
		return &Refusal{Reason: BadRequest, Message: "A key was sent twice under the same name. Send it once."}
	case proof.Place == keyauth.Nowhere:
		return &Refusal{Reason: NoKey}
	case proof.Malformed:
		return &Refusal{Reason: BadKey}
	}
	c.proof = proof
	grant, refused := g.grants.find(c.request, proof)
	if refused != nil {
		return refused
	}
	c.grant = grant
	if grant.Logged && c.requestID == "" {
		c.identify()
	}
	if proof.Place == keyauth.Query && !grant.InQuery || !grant.proves(g.config.Hasher, proof) {
		return &Refusal{Reason: BadKey}
	}
	return nil
}

// authorise finds the subscription to charge. It compares all ends with the clock on every call.
func (g *Gateway) authorise(c *call) *Refusal {
	switch {
	case !c.grant.Alive(c.began) || c.grant.Closed:
		return &Refusal{Reason: BadKey}
	case c.grant.TeamDisabled:
		return &Refusal{Reason: TeamDisabled}
	case c.grant.Environment != c.route.Endpoint.Environment:
		return &Refusal{Reason: OutOfScope}
	}
	granted := c.grant.Charge(c.route.Version, c.began, nil)
	if granted == nil {
		return &Refusal{Reason: OutOfScope}
	}
	c.charge = g.charge(c.grant, c.route, granted)
	return nil
}

// boundBody rejects a body that is too large. If its length is unknown, the limit applies while it is read.
func (g *Gateway) boundBody(c *call) *Refusal {
	most := c.route.target.MaxBody()
	switch {
	case c.request.ContentLength > most:
		return &Refusal{Reason: BodyTooLarge, Message: tooLarge(most)}
	case c.request.ContentLength < 0:
		c.body = forward.LimitBody(c.ResponseWriter, c.request, most)
	}
	return nil
}

// limit takes the call from all limits of its charge, or from none.
func (g *Gateway) limit(c *call) *Refusal {
	if len(c.charge.bounds) == 0 {
		return nil
	}
	var room [192]byte
	header := room[:0]
	for i := range c.charge.bounds {
		bound := &c.charge.bounds[i]
		decision, err := bound.Take(c.request.Context(), c.began)
		if err == nil && decision.OK {
			header = appendLimit(header, bound.name, decision)
			if c.windows == nil {
				c.windows = c.room[:0]
			}
			if decision.Quota {
				c.windows = append(c.windows, decision.Window)
			}
			continue
		}
		c.giveBack(i)
		if err != nil {
			return &Refusal{Reason: NotReady, Retry: time.Second, Err: err}
		}
		c.limited = true
		c.setLimits(appendLimit(header, bound.name, decision))
		return &Refusal{Reason: bound.reason, Retry: decision.Retry}
	}
	c.setLimits(header)
	return nil
}

// giveBack undoes what the first limits of the charge took.
func (c *call) giveBack(taken int) {
	rates := taken - len(c.windows)
	for i, bound := range c.charge.bounds[:taken] {
		decision := limit.Decision{}
		if i >= rates { // rates come first
			decision.Window = c.windows[i-rates]
		}
		bound.GiveBack(decision)
	}
	c.windows = nil
}

// appendLimit appends a limit's decision as an item of the RateLimit header, if the limit has a name there.
func appendLimit(header []byte, name string, decision limit.Decision) []byte {
	if name == "" {
		return header
	}
	if len(header) > 0 {
		header = append(header, ", "...)
	}
	header = append(header, name...)
	header = append(header, ";r="...)
	header = strconv.AppendInt(header, decision.Remaining, 10)
	header = append(header, ";t="...)
	return strconv.AppendInt(header, seconds(decision.Reset), 10)
}

// forward sends the call to its upstream.
func (g *Gateway) forward(c *call) {
	handed := &forward.Call{Path: c.rest, Rules: c.route.rules, Proof: c.proof}
	handed.Client = clientOf(c.request)
	handed.Scheme, _ = g.addressOf(c.request)
	if c.charge != nil { // nil for a preflight that the upstream answers
		handed.Grant = c.charge.alive
	}
	c.forwarded, c.forwardedAt = true, g.now()
	switch g.send(c, handed) {
	case forward.None:
	case forward.Gone:
		c.status = statusGone
	case forward.Dropped:
		if g.closing.Load() {
			g.refuse(c, Refusal{Reason: NotReady, Retry: time.Second})
		} else {
			g.refuse(c, Refusal{Reason: BadKey})
		}
	case forward.TooLarge:
		g.refuse(c, Refusal{Reason: BodyTooLarge, Message: tooLarge(c.route.target.MaxBody())})
	case forward.BadBody:
		g.refuse(c, Refusal{Reason: BadRequest, Message: "The request's body is malformed."})
	case forward.TimedOut:
		g.refuse(c, Refusal{Reason: UpstreamSlow})
	case forward.Unreachable:
		g.refuse(c, Refusal{Reason: UpstreamFailed})
	}
}
