package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
)

const staffRequestsPath = staffPath + "/requests"

// inboxContent is the list of requests.
type inboxContent struct {
	List     listing
	Requests []requestRow
	Plans    []choice
	// MayDecide says that the visitor approves and rejects.
	MayDecide bool
	Notice    string
	// Sent and Refused are of a decision that could not be taken.
	Sent    url.Values
	Refused refusals
}

// path is where the decision is sent, so that one which is refused comes back with the same page of the list.
func (c inboxContent) path() string { return c.List.path(c.List.Number) }

// requestRow is one request with its context, in words.
type requestRow struct {
	ID      access.RequestID
	Path    string
	Pending bool
	// State is in words, Waits how long it has waited or when it was decided.
	State, Waits         string
	Asker, Team          string
	TeamID               identity.TeamID
	Application          string
	Wanted               []wantedRow
	Removed              []string
	Has                  []string
	Calls                int64
	Why                  []fact
	Reason, Decider      string
	CreatedAt, DecidedAt time.Time
}

// wantedRow is a plan that is asked for, and what stands in its way.
type wantedRow struct {
	Name, Environment, Trouble string
}

var requestStates = []choice{
	{"", "All requests"}, {string(access.RequestPending), "Waiting"}, {string(access.RequestApproved), "Approved"},
	{string(access.RequestRejected), "Rejected"}, {string(access.RequestWithdrawn), "Withdrawn"}, {string(access.RequestProcessed), "Recorded"},
}

func inboxPage(v *visit) error { return v.showInbox(http.StatusOK, nil, refusals{}) }

func (v *visit) showInbox(status int, sent url.Values, told refusals) error {
	list, err := v.listing("state", "plan", "team", "q")
	if err != nil {
		return err
	}
	filter := access.RequestFilter{
		State: access.RequestState(list.filter("state")), Search: list.filter("q"),
		Plan: idOrNone[plan.ID](list.filter("plan")), Team: idOrNone[identity.TeamID](list.filter("team")),
	}
	found, err := v.config.Overview.Inbox(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Requests.Total
	shown := inboxContent{
		List: list, Plans: planChoices(found.Plans, "All plans"), MayDecide: v.principal.May(identity.DecideRequests), Sent: sent, Refused: told,
		Notice: map[string]string{"approved": "The request is approved.", "rejected": "The request is rejected."}[v.request.URL.Query().Get("done")],
	}
	for _, one := range found.Requests.Items {
		shown.Requests = append(shown.Requests, newRequestRow(one, found.At))
	}
	v.island = "inbox.js"
	return v.renderStaffAs(status, "Requests", inboxView(shown))
}

func newRequestRow(asked overview.AskedUse, now time.Time) requestRow {
	request := asked.Request
	row := requestRow{
		ID: request.ID, Path: staffRequestsPath + "/" + request.ID.Hex(), Pending: request.State == access.RequestPending,
		State: requestStateText(request.State), Asker: asked.Asker, Team: asked.Team, TeamID: request.Team,
		Application: asked.Application.Name, Removed: asked.Removed, Calls: asked.Calls, Reason: request.Reason,
		Decider: asked.Decider, CreatedAt: request.CreatedAt, DecidedAt: request.DecidedAt,
	}
	row.Waits = "asked " + ago(request.CreatedAt, now)
	if !row.Pending {
		row.Waits = strings.ToLower(row.State) + " " + ago(request.DecidedAt, now)
	}
	for _, wanted := range asked.Wanted {
		shown := wantedRow{Name: wanted.Plan.Name, Environment: wanted.Plan.Environment}
		switch {
		case !wanted.Known:
			shown.Trouble = "there is no such plan"
		case wanted.InTheWay != "":
			shown.Trouble = "the team has " + wanted.InTheWay + " of the same family"
		}
		row.Wanted = append(row.Wanted, shown)
	}
	for _, held := range asked.Has {
		text := held.Plan.Name
		if held.Count > 1 {
			text = number(int64(held.Count)) + " × " + text
		}
		if held.State == access.Suspended {
			text += " (suspended)"
		}
		row.Has = append(row.Has, text)
	}
	for name, value := range request.Fields {
		row.Why = append(row.Why, fact{Name: name, Value: value})
	}
	slices.SortFunc(row.Why, func(a, b fact) int { return strings.Compare(a.Name, b.Name) })
	return row
}

func requestStateText(state access.RequestState) string {
	for _, one := range requestStates[1:] {
		if one.Value == string(state) {
			return one.Text
		}
	}
	return string(state)
}

// idOrNone reads an identifier; what is none names nothing.
func idOrNone[I ~[12]byte](spelled string) I {
	parsed, err := id.Parse[I](spelled)
	if err != nil {
		return I{}
	}
	return parsed
}

// idOrNobodys is idOrNone where the zero identifier has a meaning of its own: what spells none is one that nothing has.
func idOrNobodys[I ~[12]byte](spelled string) I {
	parsed := idOrNone[I](spelled)
	if parsed == (I{}) {
		for i := range parsed {
			parsed[i] = 0xff
		}
	}
	return parsed
}

func planChoices(plans []plan.Plan, none string) []choice {
	choices := []choice{{"", none}}
	for _, one := range plans {
		choices = append(choices, choice{one.ID.Hex(), one.Name + " (" + one.Environment + ")"})
	}
	return choices
}

// bulkContent is what became of requests that were decided together.
type bulkContent struct {
	Approved      bool
	Done, Refused []bulkRow
	// Secrets are keys that are shown this once, to be handed over.
	Secrets []staffSecret
}

type bulkRow struct {
	Path, Team, Asker, Wanted, Trouble string
}

// decideRequests decides about all that were chosen on the list.
func decideRequests(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	approve, err := decisionSent(sent)
	if err != nil {
		return err
	}
	in := access.Decisions{Approve: approve, Reason: sent.Get("reason")}
	for _, spelled := range sent["request"] {
		in.Requests = append(in.Requests, idOrNone[access.RequestID](spelled))
	}
	outcomes, err := v.config.Access.DecideRequests(v.request.Context(), in)
	if err != nil && correctable(err) {
		return v.showInbox(v.refusedForm(err), sent, refused(err, "reason"))
	}
	if err != nil {
		return err
	}
	shown := bulkContent{Approved: approve}
	for _, outcome := range outcomes {
		row := bulkRow{
			Path: staffRequestsPath + "/" + outcome.Asked.Request.ID.Hex(), Team: outcome.Asked.Team, Asker: outcome.Asked.Asker,
		}
		var names []string
		for _, wanted := range outcome.Asked.Wanted {
			names = append(names, wanted.Plan.Name)
		}
		row.Wanted = strings.Join(names, ", ")
		if outcome.Failed == nil {
			shown.Done = append(shown.Done, row)
			for _, secret := range secretsOf(outcome.Issued) {
				secret.Name = row.Team + ": " + secret.Name
				shown.Secrets = append(shown.Secrets, secret)
			}
			continue
		}
		row.Trouble = fault.From(outcome.Failed).Public
		v.log(fault.From(outcome.Failed), http.StatusOK)
		shown.Refused = append(shown.Refused, row)
	}
	return v.renderStaff("Decided", bulkView(shown))
}

func decisionSent(sent url.Values) (approve bool, err error) {
	switch sent.Get("decision") {
	case "approve":
		return true, nil
	case "reject":
		return false, nil
	}
	return false, fault.New(fault.Invalid, "no_decision", "Choose Approve or Reject on the page of requests.")
}

// requestContent is the page of one request.
type requestContent struct {
	Row       requestRow
	MayDecide bool
	Reason    string
	Refused   refusals
}

func requestPage(v *visit) error {
	return v.showRequest(http.StatusOK, "", refusals{})
}

func (v *visit) showRequest(status int, reason string, told refusals) error {
	found, now, err := v.config.Overview.InboxRequest(v.request.Context(), v.requestID())
	if err != nil {
		return err
	}
	shown := requestContent{Row: newRequestRow(found, now), Reason: reason, Refused: told}
	shown.MayDecide = shown.Row.Pending && v.principal.May(identity.DecideRequests)
	v.island = "inbox.js"
	return v.renderStaffAs(status, "Request of "+shown.Row.Team, requestView(shown))
}

func (v *visit) requestID() access.RequestID {
	return idOrNone[access.RequestID](v.pathPart("request"))
}

// decideRequest decides about one request. Keys that are shown once are their team's to see: whoever asked makes them.
func decideRequest(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	approve, err := decisionSent(sent)
	if err != nil {
		return err
	}
	in := access.Decision{Request: v.requestID(), Approve: approve, Reason: sent.Get("reason")}
	decided, err := v.config.Access.DecideRequest(v.request.Context(), in)
	if err != nil && correctable(err) {
		return v.showRequest(v.refusedForm(err), in.Reason, refused(err, "reason"))
	}
	if err != nil {
		return err
	}
	if shown := secretsOf(decided.Issued); len(shown) > 0 {
		return v.renderStaff("Keys to hand over", staffSecretsView(shown, staffRequestsPath))
	}
	return v.redirect(staffRequestsPath + "?done=" + string(decided.Request.State))
}

func wantedText(wanted []wantedRow) string {
	names := make([]string, len(wanted))
	for i, one := range wanted {
		names[i] = one.Name
	}
	if len(names) == 0 {
		return "a smaller plan"
	}
	return strings.Join(names, ", ")
}

func bulkVerb(approved bool) string {
	if approved {
		return "approved"
	}
	return "rejected"
}

func bulkTitle(shown bulkContent) string {
	if len(shown.Refused) == 0 {
		return capital(bulkVerb(shown.Approved))
	}
	return "Not all could be " + bulkVerb(shown.Approved)
}

func bulkName(row bulkRow) string {
	if row.Wanted == "" {
		return "A request"
	}
	return row.Wanted
}
