package gateway

import (
	"net/http"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/gateway/forward"
)

// Reason is why a call is refused or its upstream gave no response.
type Reason string

// The reasons.
const (
	NoKey        Reason = "no_key"
	BadKey       Reason = "bad_key" // unknown, expired, revoked, or without its password
	OutOfScope   Reason = "out_of_scope"
	TeamDisabled Reason = "team_disabled"
	RateLimited  Reason = "rate_limited"
	QuotaSpent   Reason = "quota_spent"
	// SpendingCapReached is for a call that would cost more than the plan's spending cap.
	SpendingCapReached Reason = "spending_cap_reached"
	TooManyGuesses     Reason = "too_many_guesses"
	BadRequest         Reason = "bad_request"
	ForeignOrigin      Reason = "foreign_origin"
	BodyTooLarge       Reason = "body_too_large"
	NoRoute            Reason = "no_route"
	Misconfigured      Reason = "misconfigured"
	NotReady           Reason = "not_ready"
	UpstreamFailed     Reason = "upstream_failed"
	UpstreamSlow       Reason = "upstream_slow"
)

var reasons = [...]Reason{
	NoKey, BadKey, OutOfScope, TeamDisabled, RateLimited, QuotaSpent, SpendingCapReached, TooManyGuesses, BadRequest, ForeignOrigin,
	BodyTooLarge, NoRoute, Misconfigured, NotReady, UpstreamFailed, UpstreamSlow,
}

// Reasons returns all reasons.
func Reasons() []Reason { return reasons[:] }

// Refusal is the input of a renderer.
type Refusal struct {
	Reason Reason
	// Message is a sentence for the client if the reason alone says too little.
	Message string
	// Retry is how long the client should wait before it tries again; 0 if unknown.
	Retry time.Duration
	// Address is the API's public address, and KeyHeader the header for its key; both are empty if no API was
	// found.
	Address   string
	KeyHeader string
	// Err is the cause, for the log only.
	Err error
}

// Renderer writes refusals in the format of one dialect.
type Renderer interface {
	Refuse(w http.ResponseWriter, r *http.Request, refusal Refusal)
}

// refuse answers a refused call. The portal's pages may read the refusal too.
func (g *Gateway) refuse(c *call, refusal Refusal) {
	c.reason = refusal.Reason
	if refusal.Err != nil {
		g.logger.WarnContext(c.request.Context(), "call refused because of a failure of the gateway", "reason", refusal.Reason, "error", refusal.Err)
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

// seconds rounds up, so that the wait is never too short.
func seconds(wait time.Duration) int64 { return int64((wait + time.Second - 1) / time.Second) }

func tooLarge(most int64) string {
	return "The request body is larger than " + strconv.FormatInt(most, 10) + " bytes."
}
