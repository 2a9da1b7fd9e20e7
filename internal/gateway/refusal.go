package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/gateway/forward"
)

// Reason is why a call is not let through, or has no answer of its upstream's.
type Reason string

// The reasons.
const (
	NoKey          Reason = "no_key"
	BadKey         Reason = "bad_key" // unknown, expired, revoked, or without its password
	OutOfScope     Reason = "out_of_scope"
	TeamDisabled   Reason = "team_disabled"
	RateLimited    Reason = "rate_limited"
	QuotaSpent     Reason = "quota_spent"
	TooManyGuesses Reason = "too_many_guesses"
	BadRequest     Reason = "bad_request"
	ForeignOrigin  Reason = "foreign_origin"
	BodyTooLarge   Reason = "body_too_large"
	NoRoute        Reason = "no_route"
	Misconfigured  Reason = "misconfigured"
	NotReady       Reason = "not_ready"
	UpstreamFailed Reason = "upstream_failed"
	UpstreamSlow   Reason = "upstream_slow"
)

var reasons = []Reason{
	NoKey, BadKey, OutOfScope, TeamDisabled, RateLimited, QuotaSpent, TooManyGuesses, BadRequest, ForeignOrigin,
	BodyTooLarge, NoRoute, Misconfigured, NotReady, UpstreamFailed, UpstreamSlow,
}

// Refusal is what a renderer words.
type Refusal struct {
	Reason Reason
	// Message is a sentence for the client where the reason alone says too little.
	Message string
	// Retry is how long the client should wait before it tries again; 0 says nothing about it.
	Retry time.Duration
	// Address is where the API is called, KeyHeader what its key is sent in; empty where no API was found.
	Address   string
	KeyHeader string
	// Err is the cause, for the log only.
	Err error
}

// Renderer answers a refused call in the words of one dialect.
type Renderer interface {
	Refuse(w http.ResponseWriter, r *http.Request, refusal Refusal)
}

// refuse answers a refused call. Pages of the portal may read the refusal, too.
func (g *Gateway) refuse(c *call, refusal Refusal) {
	g.metrics.refused(refusal.Reason)
	if refusal.Err != nil {
		g.logger.WarnContext(c.request.Context(), "a call was refused for a failure on our side", "reason", refusal.Reason, "error", refusal.Err)
	}
	if g.fromPortal(c) {
		g.forwarder.OpenTo(c.Header(), c.request.Header.Get("Origin"))
		c.Header()[forward.RefusalHeader] = []string{string(refusal.Reason)}
	}
	if refusal.Retry > 0 {
		c.Header()["Retry-After"] = []string{strconv.FormatInt(seconds(refusal.Retry), 10)}
	}
	renderer := g.apim
	if c.route != nil {
		renderer = c.route.renderer
		_, address := g.addressOf(c.request)
		refusal.Address, refusal.KeyHeader = address+c.route.Endpoint.BasePath, c.route.rules.KeyHeader()
	}
	renderer.Refuse(c, c.request, refusal)
}

// seconds rounds up, so that whoever waits them has waited long enough.
func seconds(wait time.Duration) int64 { return int64((wait + time.Second - 1) / time.Second) }

func tooLarge(most int64) string {
	return "The request's body is larger than the " + strconv.FormatInt(most, 10) + " bytes that are taken here."
}
