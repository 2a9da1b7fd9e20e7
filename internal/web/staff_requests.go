package web

import (
	"net/http"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

const requestsPath = staffPath + "/requests"

func requestPath(request access.RequestID) string { return requestsPath + "/" + request.Hex() }

func requestID(spelled string) access.RequestID {
	parsed, err := id.Parse[access.RequestID](spelled)
	if err != nil {
		return access.RequestID{} // no identifier names no request
	}
	return parsed
}

// inboxContent is the list of requests.
type inboxContent struct {
	List      listing
	Entries   []access.InboxEntry
	State     access.RequestState
	MayDecide bool
	Notice    string
	// Failed are the decisions of several that could not be taken, with the sentence that says why.
	Failed  []failedDecision
	Refused string
}

// failedDecision is a request that could not be decided with others.
type failedDecision struct {
	Request access.RequestID
	Text    string
}

func inboxPage(v *visit) error { return v.inbox(http.StatusOK, inboxContent{}) }

// inbox shows the list, with what has just come of deciding about several.
func (v *visit) inbox(status int, shown inboxContent) error {
	list, err := v.listing("q", "state")
	if err != nil {
		return err
	}
	shown.State = access.RequestState(list.filter("state"))
	if shown.State == "" {
		shown.State = access.RequestPending
	}
	filter := access.RequestFilter{State: shown.State, Search: list.filter("q")}
	if shown.State == "any" {
		filter.State = ""
	}
	found, err := v.config.Access.Inbox(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	shown.List, shown.Entries, shown.MayDecide = list, found.Items, v.principal.May(identity.DecideRequests)
	if shown.Notice == "" {
		shown.Notice = requestNotice(v.request.URL.Query().Get("done"))
	}
	return v.renderStaffAs(status, "Requests", inboxView(shown))
}

func requestNotice(word string) string {
	return map[string]string{
		"approved": "The request is approved. Access is effective at the gateway.",
		"rejected": "The request is rejected. Those who asked read your reason.",
	}[word]
}

func requestStateChoices() []choice {
	return []choice{
		{"", "Waiting"}, {string(access.RequestApproved), "Approved"}, {string(access.RequestRejected), "Rejected"},
		{string(access.RequestWithdrawn), "Withdrawn"}, {string(access.RequestProcessed), "Recorded"}, {"any", "All"},
	}
}

func requestStateText(state access.RequestState) string {
	return map[access.RequestState]string{
		access.RequestPending: "Waiting", access.RequestApproved: "Approved", access.RequestRejected: "Rejected",
		access.RequestWithdrawn: "Withdrawn", access.RequestProcessed: "Recorded",
	}[state]
}

// decideRequests takes one decision about all that were chosen, and says which could not be decided and why.
func decideRequests(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	var chosen []access.RequestID
	for _, spelled := range sent["request"] {
		chosen = append(chosen, requestID(spelled))
	}
	approve := sent.Get("decision") == "approve"
	results, err := v.config.Access.DecideRequests(v.request.Context(), chosen, approve, sent.Get("reason"))
	if fault.Is(err, fault.Invalid) {
		return v.inbox(v.refusedForm(err), inboxContent{Refused: "Choose the requests first, with the boxes in front of them."})
	}
	if err != nil {
		return err
	}
	shown, decided := inboxContent{}, 0
	for _, result := range results {
		if result.Err != nil {
			wrong := fault.From(result.Err)
			v.log(wrong, statuses[wrong.Kind])
			shown.Failed = append(shown.Failed, failedDecision{result.Request, wrong.Public})
			continue
		}
		decided++
	}
	shown.Notice = count(int64(decided), "request") + map[bool]string{true: " approved.", false: " rejected."}[approve]
	return v.inbox(http.StatusOK, shown)
}

// requestContent is the page of one request.
type requestContent struct {
	usage.RequestPage
	MayDecide bool
	Reason    string
	Refused   refusals
}

func requestPage(v *visit) error {
	found, err := v.config.Usage.RequestPage(v.request.Context(), requestID(v.pathPart("request")))
	if err != nil {
		return err
	}
	return v.renderStaff("Request of "+found.Team.Name, requestView(v.requestContent(found)))
}

func (v *visit) requestContent(found usage.RequestPage) requestContent {
	return requestContent{RequestPage: found, MayDecide: v.principal.May(identity.DecideRequests) && found.Request.State == access.RequestPending}
}

func decideRequest(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	approve := sent.Get("decision") == "approve"
	_, err = v.config.Access.DecideRequest(v.request.Context(), access.Decision{
		Request: requestID(v.pathPart("request")), Approve: approve, Reason: sent.Get("reason"),
	})
	if err == nil {
		return v.redirect(requestsPath + "?done=" + map[bool]string{true: "approved", false: "rejected"}[approve])
	}
	if !correctable(err) {
		return err
	}
	found, lookErr := v.config.Usage.RequestPage(v.request.Context(), requestID(v.pathPart("request")))
	if lookErr != nil {
		return lookErr
	}
	shown := v.requestContent(found)
	shown.Reason, shown.Refused = sent.Get("reason"), refused(err, "reason")
	return v.renderStaffAs(v.refusedForm(err), "Request of "+found.Team.Name, requestView(shown))
}

// wantedText names what is asked for.
func wantedText(entry access.InboxEntry) string {
	var names []string
	for _, one := range entry.Wanted {
		names = append(names, one.Name)
	}
	for _, unknown := range entry.Unknown {
		names = append(names, "unknown plan "+unknown)
	}
	if len(names) == 0 {
		return "Nothing"
	}
	return strings.Join(names, ", ")
}

// requestsQuery keeps the filters of the list in the address that its form is sent to.
func requestsQuery(list listing) string {
	if len(list.Query) == 0 {
		return requestsPath
	}
	return requestsPath + "?" + list.Query.Encode()
}

// decides reports whether the list offers to decide about several.
func (c inboxContent) decides() bool { return c.MayDecide && c.State == access.RequestPending }
