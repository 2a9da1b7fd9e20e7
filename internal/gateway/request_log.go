package gateway

import (
	"net/url"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/gateway/keyauth"
	"github.com/portico-api/portico/internal/platform/logging"
	"github.com/portico-api/portico/internal/usage"
)

// fillLine adds what only the request log of the caller's team holds of a call.
func (c *call) fillLine(recorded *usage.Call) {
	path := withoutProof(access.MaskKeys(c.rest), c.proof)
	recorded.Logged, recorded.Method, recorded.Reason = true, logging.Method(c.request.Method), string(c.reason)
	recorded.Path = strings.Clone(path[:min(len(path), longestPath)])
	recorded.RequestID = withoutProof(access.MaskKeys(c.requestID), c.proof)
}

// logRefused writes a call to the request log that was refused although its key was proved. Such a call is not counted.
func (g *Gateway) logRefused(c *call, status int) {
	if !c.grant.Logged || c.charge != nil || c.reason != OutOfScope && c.reason != TeamDisabled {
		return
	}
	charged := usage.Charge{
		Team: c.grant.Team, Application: c.grant.Application, Credential: c.grant.Credential,
		Version: c.route.Version, Environment: c.route.Endpoint.Environment, Uncounted: true,
	}
	refused := usage.Call{
		Began: c.began, Took: c.took(), Status: status, BytesOut: c.written,
		Operation: c.route.operations.Match(c.request.Method, c.rest), Address: c.address(),
	}
	c.fillLine(&refused)
	g.meter.Record(charged.Encode(), &refused)
}

// shortestHidden is the length from which a secret is also found inside a longer segment.
const shortestHidden = 6

// withoutProof masks the segments of a canonical path that contain what the call authenticates with.
func withoutProof(path string, proof keyauth.Proof) string {
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			plain = segment
		}
		for _, secret := range []string{proof.Secret, proof.Password} {
			if secret != "" && (plain == secret || len(secret) >= shortestHidden && strings.Contains(plain, secret)) {
				segments[i] = access.Mask
			}
		}
	}
	return strings.Join(segments, "/")
}
