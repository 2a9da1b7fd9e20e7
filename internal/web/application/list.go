package application

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// application returns the ID of the application in the path.
func application(v *visit.Visit) access.ApplicationID {
	return visit.ParseNonZeroID[access.ApplicationID](v.PathPart("application"))
}

// applicationsContent is the list of the team's applications.
type applicationsContent struct {
	List         view.Listing
	Applications []overview.ApplicationUse
	// MayMake reports whether the visitor may create applications, Team whether they are in a team.
	MayMake, Team bool
	Notice        string
}

func (p *Pages) applicationsPage(v *visit.Visit) error {
	list, err := v.Listing("q")
	if err != nil {
		return err
	}
	found, err := p.Overview.TeamApplications(v.Request.Context(), access.ApplicationFilter{Search: list.Filter("q"), KeyedDefaults: true}, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.Render("Applications", site.AreaApplications, applicationsView(applicationsContent{
		List: list, Applications: found.Items, MayMake: mayIn(v, identity.ManageApplications), Team: !v.Principal.Team.IsZero(),
		Notice: applicationNotice(v.Request.URL.Query().Get("done")),
	}))
}

// mayIn reports whether the visitor has this permission in their current team.
func mayIn(v *visit.Visit, permission identity.Permission) bool {
	return !v.Principal.Team.IsZero() && v.Principal.May(permission)
}

// registrationsText says how many registrations an application has, and how many of them are pending.
func registrationsText(of overview.ApplicationUse) string {
	if of.Application.Default && of.Registrations == 0 {
		return "–"
	}
	text := view.Number(int64(of.Registrations))
	if of.Waiting > 0 {
		text += ", " + view.CountOf(of.Waiting, "waits", "wait")
	}
	return text
}

func applicationNotice(word string) string {
	return map[string]string{
		"deleted":      "Application deleted. Calls that use its keys now get 401.",
		"made":         "Application created. Next, add an API.",
		"changed":      "Saved.",
		"registered":   "API added. This application's keys now work with it.",
		"waiting":      "Request sent. We'll email you when it's decided.",
		"unregistered": "API removed. This application's keys no longer work with it.",
		"renamed":      "Key renamed.",
		"extended":     "Old key extended. It works until its new end.",
		"revoked":      "Key revoked. Calls that use it now get 401.",
		"withdrawn":    "Request withdrawn.",
	}[word]
}

// teamRequestsContent is the list of the team's requests.
type teamRequestsContent struct {
	List     view.Listing
	Requests []access.TeamRequest
	// MayWithdraw reports whether the visitor may withdraw pending requests.
	MayWithdraw bool
	Notice      string
}

func (p *Pages) teamRequestsPage(v *visit.Visit) error {
	list, err := v.Listing("state")
	if err != nil {
		return err
	}
	filter := access.RequestFilter{State: access.RequestState(list.Filter("state"))}
	found, err := p.Access.TeamRequests(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.Render("Requests", site.AreaApplications, teamRequestsView(teamRequestsContent{
		List: list, Requests: found.Items, MayWithdraw: mayIn(v, identity.RequestAccess),
		Notice: applicationNotice(v.Request.URL.Query().Get("done")),
	}))
}

func (p *Pages) withdrawRequest(v *visit.Visit) error {
	if _, err := p.Access.WithdrawRequest(v.Request.Context(), visit.ParseID[access.RequestID](v.PathPart("request"))); err != nil {
		return err
	}
	return v.Redirect(address.Requests + "?done=withdrawn")
}

// requestMark returns the state of a request as lists show it.
func requestMark(state access.RequestState) view.Mark {
	switch state {
	case access.RequestPending:
		return view.Mark{Tone: "warn", Icon: "clock", Text: "Waiting for approval"}
	case access.RequestApproved:
		return view.Mark{Tone: "good", Icon: "circle-check", Text: "Approved"}
	case access.RequestRejected:
		return view.Mark{Tone: "bad", Icon: "circle-x", Text: "Rejected"}
	case access.RequestWithdrawn, access.RequestProcessed:
	}
	return view.Mark{Tone: "off", Icon: "undo-2", Text: view.Capital(string(state))}
}

var requestChoices = []view.Choice{
	{Value: "", Text: "Any state"}, {Value: string(access.RequestPending), Text: "Waiting"}, {Value: string(access.RequestApproved), Text: "Approved"},
	{Value: string(access.RequestRejected), Text: "Rejected"}, {Value: string(access.RequestWithdrawn), Text: "Withdrawn"},
}

// releaseName returns the name of a version, or a text if the visitor may no longer see it.
func releaseName(release access.Release) string {
	if release.Product.Name == "" {
		return "An API that your team no longer sees"
	}
	return release.Product.Name + " " + release.Version.Name
}
