package desk

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
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// requestRow is a request with its context.
type requestRow struct {
	ID access.RequestID
	// Path is the page of the request, and where its decision is sent; Open is the list with the request beside it.
	Path, Open string
	Pending    bool
	Current    bool
	Mark       view.Mark
	// Waits says how long the request has waited or, if it is decided, when. Age is the short form.
	Waits, Age           string
	Asker, Team          string
	TeamID               identity.TeamID
	Application          string
	Wanted               []wantedRow
	Removed              []string
	Has                  []string
	Calls                int64
	Purpose              string
	Why                  []view.Fact
	Reason, Decider      string
	CreatedAt, DecidedAt time.Time
}

// wantedRow is a requested plan. Trouble says why it cannot be approved.
type wantedRow struct {
	Name, Environment, Trouble string
}

func newRequestRow(asked overview.AskedUse, now time.Time) requestRow {
	request := asked.Request
	row := requestRow{
		ID: request.ID, Path: address.StaffRequests + "/" + request.ID.Hex(), Pending: request.State == access.RequestPending,
		Mark: requestMark(request.State), Asker: asked.Asker, Team: asked.Team, TeamID: request.Team,
		Application: asked.Application.Name, Removed: asked.Removed, Calls: asked.Calls, Purpose: request.Purpose, Reason: request.Reason,
		Decider: asked.Decider, CreatedAt: request.CreatedAt, DecidedAt: request.DecidedAt,
	}
	row.Waits, row.Age = "asked by "+row.Asker+" "+view.Ago(request.CreatedAt, now), view.Age(request.CreatedAt, now)
	if !row.Pending {
		row.Age = view.Age(request.DecidedAt, now)
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
			text = view.Number(int64(held.Count)) + " × " + text
		}
		if held.State == access.Suspended {
			text += " (suspended)"
		}
		row.Has = append(row.Has, text)
	}
	for name, value := range request.Fields {
		row.Why = append(row.Why, view.Fact{Name: name, Value: value})
	}
	slices.SortFunc(row.Why, func(a, b view.Fact) int { return strings.Compare(a.Name, b.Name) })
	return row
}

func requestMark(state access.RequestState) view.Mark {
	switch state {
	case access.RequestPending:
		return view.Mark{Tone: "warn", Icon: "clock", Text: "Waiting"}
	case access.RequestApproved:
		return view.Mark{Tone: "good", Icon: "circle-check", Text: "Approved"}
	case access.RequestRejected:
		return view.Mark{Tone: "bad", Icon: "circle-x", Text: "Rejected"}
	case access.RequestWithdrawn:
		return view.Mark{Tone: "off", Icon: "undo-2", Text: "Withdrawn"}
	}
	return view.Mark{Tone: "info", Icon: "info", Text: "Recorded"}
}

func planChoices(plans []plan.Plan, none string) []view.Choice {
	choices := []view.Choice{{Value: "", Text: none}}
	for _, one := range plans {
		choices = append(choices, view.Choice{Value: one.ID.Hex(), Text: one.Name + " (" + one.Environment + ")"})
	}
	return choices
}

// bulkContent is the result of a decision on several requests.
type bulkContent struct {
	Approved      bool
	Done, Refused []bulkRow
	// Secrets are new keys to hand over, which are shown once.
	Secrets []staffSecret
}

type bulkRow struct {
	Path, Team, Asker, Wanted, Trouble string
}

// decideRequests decides the selected requests.
func (p *Pages) decideRequests(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	approve, err := decisionSent(sent)
	if err != nil {
		return err
	}
	in := access.Decisions{Approve: approve, Reason: sent.Get("reason")}
	for _, spelled := range sent["request"] {
		in.Requests = append(in.Requests, visit.ParseID[access.RequestID](spelled))
	}
	outcomes, err := p.Access.DecideRequests(v.Request.Context(), in)
	if err != nil {
		return v.Refuse(err, sent, p.showInbox)
	}
	shown := bulkContent{Approved: approve}
	for _, outcome := range outcomes {
		row := bulkRow{
			Path: address.StaffRequests + "/" + outcome.Asked.Request.ID.Hex(), Team: outcome.Asked.Team, Asker: outcome.Asked.Asker,
		}
		var names []string
		for _, wanted := range outcome.Asked.Wanted {
			names = append(names, wanted.Plan.Name)
		}
		row.Wanted = spelling.List(names)
		if outcome.Failed == nil {
			shown.Done = append(shown.Done, row)
			for _, secret := range secretsOf(outcome.Issued) {
				secret.Name = row.Team + ": " + secret.Name
				shown.Secrets = append(shown.Secrets, secret)
			}
			continue
		}
		row.Trouble = fault.From(outcome.Failed).Public
		v.Log(fault.From(outcome.Failed), http.StatusOK)
		shown.Refused = append(shown.Refused, row)
	}
	return v.RenderStaff("Decided", bulkView(shown))
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

// requestContent is one request, on its own page or beside the list.
type requestContent struct {
	view.Form
	Row       requestRow
	MayDecide bool
	// Back is the list, Next the address of the next request there, Place the request's number in it: "2 of 5".
	Back, Next, Place string
}

func (p *Pages) requestPage(v *visit.Visit) error { return p.showRequest(v, view.Form{}) }

func (p *Pages) showRequest(v *visit.Visit, form view.Form) error {
	list, _, err := requestListing(v)
	if err != nil {
		return err
	}
	found, now, err := p.Overview.InboxRequest(v.Request.Context(), requestID(v))
	if err != nil {
		return err
	}
	shown := requestContent{Form: form, Row: newRequestRow(found, now), Back: address.StaffRequests + listQuery(list)}
	shown.Row.Path += listQuery(list)
	shown.MayDecide = shown.Row.Pending && v.Principal.May(identity.DecideRequests)
	v.Island = "inbox.js"
	return v.RenderStaff("Request of "+shown.Row.Team, requestView(shown))
}

func requestID(v *visit.Visit) access.RequestID {
	return visit.ParseID[access.RequestID](v.PathPart("request"))
}

// decideRequest decides one request. Secrets of new keys that the team cannot see later are shown once.
func (p *Pages) decideRequest(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	approve, err := decisionSent(sent)
	if err != nil {
		return err
	}
	in := access.Decision{Request: requestID(v), Approve: approve, Reason: sent.Get("reason")}
	decided, err := p.Access.DecideRequest(v.Request.Context(), in)
	if err != nil {
		return v.Refuse(err, sent, p.showRequest)
	}
	if shown := secretsOf(decided.Issued); len(shown) > 0 {
		return v.RenderStaff("Keys to hand over", staffSecretsView(shown, address.StaffRequests))
	}
	list, _, err := requestListing(v)
	if err != nil {
		return err
	}
	return v.Redirect(list.With("done", string(decided.Request.State)))
}

func wantedText(wanted []wantedRow) string {
	if len(wanted) == 0 {
		return "a smaller plan"
	}
	names := make([]string, len(wanted))
	for i, one := range wanted {
		names[i] = one.Name
	}
	return spelling.List(names)
}

func requestTitle(row requestRow) string { return row.Team + " asks for " + wantedText(row.Wanted) }

func decisionFacts(row requestRow) []view.Fact {
	var facts []view.Fact
	if row.Decider != "" {
		facts = append(facts, view.Fact{Name: "Decided by", Value: row.Decider})
	}
	if !row.DecidedAt.IsZero() {
		facts = append(facts, view.Fact{Name: "Decided on", Value: view.Day(row.DecidedAt)})
	}
	if row.Reason != "" {
		facts = append(facts, view.Fact{Name: "Message", Value: row.Reason})
	}
	return facts
}

func bulkVerb(approved bool) string {
	if approved {
		return "approved"
	}
	return "rejected"
}

func bulkTitle(shown bulkContent) string {
	if len(shown.Refused) == 0 {
		return view.Capital(bulkVerb(shown.Approved))
	}
	return "Not all could be " + bulkVerb(shown.Approved)
}

func bulkName(row bulkRow) string {
	if row.Wanted == "" {
		return "A request"
	}
	return row.Wanted
}
