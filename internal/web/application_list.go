package web

import (
	"net/http"
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/site"
)

const (
	applicationsPath = "/applications"
	// requestsPath is what the visitor's team has asked for.
	requestsPath = applicationsPath + "/requests"
)

// applicationPath leads to an application, or to something that is done to it.
func applicationPath(application access.ApplicationID, parts ...string) string {
	path, _ := url.JoinPath(applicationsPath, append([]string{application.Hex()}, parts...)...)
	return path
}

// application is the one that the address names.
func (v *visit) application() access.ApplicationID {
	return idOrNobodys[access.ApplicationID](v.pathPart("application"))
}

// applicationsContent is the list of the team's applications.
type applicationsContent struct {
	List         listing
	Applications []overview.ApplicationUse
	// MayMake says that the visitor may make applications; Team that they act in a team.
	MayMake, Team bool
	Notice        string
}

func applicationsPage(v *visit) error {
	list, err := v.listing("q")
	if err != nil {
		return err
	}
	found, err := v.config.Overview.TeamApplications(v.request.Context(), access.ApplicationFilter{Search: list.filter("q")}, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.render(http.StatusOK, "Applications", site.AreaApplications, applicationsView(applicationsContent{
		List: list, Applications: found.Items, MayMake: v.mayIn(identity.ManageApplications), Team: !v.principal.Team.IsZero(),
		Notice: applicationNotice(v.request.URL.Query().Get("done")),
	}))
}

// mayIn reports whether the visitor may do this in the team that they act in.
func (v *visit) mayIn(permission identity.Permission) bool {
	return !v.principal.Team.IsZero() && v.principal.May(permission)
}

// registrationsText says how many registrations an application has, and how many of them wait.
func registrationsText(of overview.ApplicationUse) string {
	text := number(int64(of.Registrations))
	if of.Waiting > 0 {
		text += ", " + countOf(of.Waiting, "waits", "wait")
	}
	return text
}

func applicationNotice(word string) string {
	return map[string]string{
		"deleted":      "The application is deleted. Its keys are refused from now on.",
		"made":         "The application is made. Register it for a version of an API, and make a key.",
		"changed":      "Saved.",
		"registered":   "Registered. The application's keys open it from now on.",
		"waiting":      "Registered. It waits for the portal's staff, who decide about it.",
		"unregistered": "The registration is removed. The application's keys do not open it any more.",
		"renamed":      "The key has another name.",
		"revoked":      "The key is revoked. It is refused from now on.",
		"withdrawn":    "The request is withdrawn.",
	}[word]
}

// teamRequestsContent is the list of what the team has asked for.
type teamRequestsContent struct {
	List     listing
	Requests []access.TeamRequest
	// MayWithdraw says that the visitor may take back what waits.
	MayWithdraw bool
	Notice      string
}

func teamRequestsPage(v *visit) error {
	list, err := v.listing("state")
	if err != nil {
		return err
	}
	filter := access.RequestFilter{State: access.RequestState(list.filter("state"))}
	found, err := v.config.Access.TeamRequests(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.render(http.StatusOK, "Requests", site.AreaApplications, teamRequestsView(teamRequestsContent{
		List: list, Requests: found.Items, MayWithdraw: v.mayIn(identity.RequestAccess),
		Notice: applicationNotice(v.request.URL.Query().Get("done")),
	}))
}

func withdrawRequest(v *visit) error {
	if _, err := v.config.Access.WithdrawRequest(v.request.Context(), idOrNone[access.RequestID](v.pathPart("request"))); err != nil {
		return err
	}
	return v.redirect(requestsPath + "?done=withdrawn")
}

// requestText says what became of a request.
func requestText(state access.RequestState) string {
	if state == access.RequestPending {
		return "Waiting for approval"
	}
	return capital(string(state))
}

func requestClass(state access.RequestState) string {
	switch state {
	case access.RequestApproved:
		return "badge-success"
	case access.RequestPending:
		return "badge-warning"
	case access.RequestRejected, access.RequestWithdrawn, access.RequestProcessed:
	}
	return "badge-neutral"
}

var requestChoices = []choice{
	{"", "Any state"}, {string(access.RequestPending), "Waiting"}, {string(access.RequestApproved), "Approved"},
	{string(access.RequestRejected), "Rejected"}, {string(access.RequestWithdrawn), "Withdrawn"},
}

// releaseName is what people call a version, which may be one that they may not know of any more.
func releaseName(release access.Release) string {
	if release.Product.Name == "" {
		return "A version that is not shown any more"
	}
	return release.Product.Name + " " + release.Version.Name
}
