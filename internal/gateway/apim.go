package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// apim writes refusals in the format of Azure API Management. Only a spent quota differs: it is 429, as clients of
// the replaced portal expect.
type apim struct{}

// apimBody is the body of every refusal.
type apimBody struct {
	StatusCode int    `json:"statusCode"`
	Message    string `json:"message"`
}

func (apim) Refuse(w http.ResponseWriter, _ *http.Request, refusal Refusal) {
	status, message := apimAnswer(refusal)
	header := w.Header()
	header["Content-Type"] = []string{"application/json"}
	if status == http.StatusUnauthorized {
		header["Www-Authenticate"] = []string{"AzureApiManagementKey realm=\"" + refusal.Address + "\",name=\"" + refusal.KeyHeader + "\",type=\"header\""}
	}
	body, _ := json.Marshal(apimBody{status, message}) // marshalling two plain fields never fails
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has disconnected needs no response
}

func apimAnswer(refusal Refusal) (status int, message string) {
	switch refusal.Reason {
	case NoKey:
		return http.StatusUnauthorized, "Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API."
	case BadKey, OutOfScope, TeamDisabled:
		return http.StatusUnauthorized, "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription."
	case RateLimited, TooManyGuesses:
		return http.StatusTooManyRequests, fmt.Sprintf("Rate limit is exceeded. Try again in %d seconds.", seconds(refusal.Retry))
	case QuotaSpent:
		return http.StatusTooManyRequests, "Out of call volume quota. Quota will be replenished in " + timeSpan(refusal.Retry) + "."
	case SpendingCapReached:
		return http.StatusTooManyRequests, "The spending cap is reached. Calls are accepted again in " + timeSpan(refusal.Retry) + "."
	case BadRequest:
		return http.StatusBadRequest, refusal.Message
	case ForeignOrigin:
		return http.StatusForbidden, "Calls from pages of this origin are not allowed."
	case BodyTooLarge:
		return http.StatusRequestEntityTooLarge, refusal.Message
	case NoRoute:
		return http.StatusNotFound, "Resource not found"
	case Misconfigured:
		return http.StatusServiceUnavailable, "This API is not set up correctly. Please contact support."
	case UpstreamFailed:
		return http.StatusBadGateway, "The API did not respond correctly. Please try again in a moment."
	case UpstreamSlow:
		return http.StatusGatewayTimeout, "The API did not respond in time. Please try again in a moment."
	default:
		return http.StatusServiceUnavailable, "The gateway is not ready. Please try again in a moment."
	}
}

// timeSpan formats a duration as 07:01:20, with days as 1.02:03:04.
func timeSpan(wait time.Duration) string {
	total := seconds(wait)
	days, rest := total/86400, total%86400
	text := fmt.Sprintf("%02d:%02d:%02d", rest/3600, rest/60%60, rest%60)
	if days > 0 {
		text = fmt.Sprintf("%d.%s", days, text)
	}
	return text
}
