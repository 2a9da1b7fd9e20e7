package usage

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/usage"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// logFilters are the filters of a request log. before is where an older page begins.
var logFilters = []string{"q", "status", "application", "key", "version", "operation", "environment", "address", "team", "before"}

// linesExported is how many lines an export reads at once.
const linesExported = 1000

const logIsland = "request_log.js"

// mountRequestLog adds the pages of a request log below a path: that of members or that of staff.
func (p *Pages) mountRequestLog(router chi.Router, path string) {
	serve := p.Visits.Serve
	router.Get(path, serve(p.requestLogPage))
	router.Get(path+".csv", serve(p.exportRequestLog))
	router.Get(path+"/{call}", serve(p.callPage))
}

// logContent is the page of a request log.
type logContent struct {
	overview.RequestLogPage

	List view.Listing
	// Staff reports whether the page is on the staff side. MaySwitch reports whether the visitor may switch the log on.
	Staff, MaySwitch bool
	Zone             *time.Location
}

// logTeam returns whose log a visitor reads. On the staff side the address names the team.
func logTeam(v *visit.Visit) (team identity.TeamID, staff bool, err error) {
	if !strings.HasPrefix(v.Request.URL.Path, address.Staff+"/") {
		return v.Principal.Team, false, nil
	}
	return orZero[identity.TeamID](v.Request.URL.Query().Get("team")), true, v.EnterStaff()
}

// orZero parses an id. A malformed one becomes the zero id, which no object has.
func orZero[I ~[12]byte](text string) I {
	parsed, err := id.Parse[I](text)
	if err != nil {
		return I{}
	}
	return parsed
}

// lineFilter reads the filters. A malformed id selects nothing.
func lineFilter(list view.Listing, team identity.TeamID) usage.LineFilter {
	filter := usage.LineFilter{
		Team: team, Outcome: usage.Outcome(list.Filter("status")), Environment: list.Filter("environment"), Address: list.Filter("address"),
		Search: list.Filter("q"), Before: orZero[usage.LineID](list.Filter("before")), Limit: view.ListedOnPage,
	}
	filter.Application = idIn[access.ApplicationID](list, "application")
	filter.Credential = idIn[access.CredentialID](list, "key")
	filter.Version = idIn[catalog.VersionID](list, "version")
	if operation := list.Filter("operation"); operation != "" {
		version, slug, err := usage.OperationOf(operation)
		if err != nil || slug == "" {
			version, slug = noVersion, operation
		}
		filter.Version, filter.Operation = version, slug
	}
	return filter
}

// noVersion is the id of no version.
var noVersion = catalog.VersionID{0xff}

// idIn returns the id of a filter, the zero id if it is not set, or one that matches nothing if it is malformed.
func idIn[I ~[12]byte](list view.Listing, name string) I {
	text := list.Filter(name)
	parsed, err := id.Parse[I](text)
	if text != "" && err != nil {
		return I{0xff}
	}
	return parsed
}

func (p *Pages) requestLogPage(v *visit.Visit) error {
	team, staff, err := logTeam(v)
	if err != nil {
		return err
	}
	list, err := v.Listing(logFilters...)
	if err != nil {
		return err
	}
	found, err := p.Overview.RequestLog(v.Request.Context(), lineFilter(list, team))
	if err != nil {
		return err
	}
	shown := logContent{RequestLogPage: found, List: list, Staff: staff, Zone: v.Zone(), MaySwitch: !staff && v.Principal.May(identity.ManageRequestLog)}
	v.Island = logIsland
	if staff {
		return v.RenderStaff("Request log of "+found.Team.Name, requestLogView(shown))
	}
	return v.Render("Request log", site.AreaUsage, requestLogView(shown))
}

// on reports whether the log is on.
func (c logContent) on() bool { return !c.Team.LoggedSince.IsZero() }

// live reports whether the page begins with the newest call, so that new ones can be added.
func (c logContent) live() bool { return c.List.Filter("before") == "" }

// filtered reports whether a filter is in use besides the team and the place.
func (c logContent) filtered() bool {
	for name := range c.List.Query {
		if name != "team" && name != "before" {
			return true
		}
	}
	return false
}

// unfiltered returns the address of the whole log.
func (c logContent) unfiltered() string {
	return view.Listing{Path: c.List.Path}.With("team", c.List.Filter("team"))
}

// older returns the address of the lines before those of the page.
func (c logContent) older() string { return c.List.With("before", c.Rest.Hex()) }

// newest returns the address of the first page.
func (c logContent) newest() string { return c.List.With("before", "") }

// call returns the page of a line.
func (c logContent) call(line usage.Line) string {
	return view.Listing{Path: c.List.Path + "/" + line.ID.Hex()}.With("team", c.List.Filter("team"))
}

func (c logContent) export() string {
	whole := view.Listing{Path: c.List.Path + ".csv", Query: c.List.Query}
	return whole.With("before", "")
}

var outcomes = []view.Choice{
	{Value: "", Text: "All statuses"}, {Value: string(usage.Errors), Text: "4xx or 5xx"}, {Value: string(usage.Successful), Text: "2xx"},
	{Value: string(usage.Redirected), Text: "3xx"}, {Value: string(usage.ClientError), Text: "4xx"}, {Value: string(usage.ServerError), Text: "5xx"},
}

func (c logContent) toolbar() view.Toolbar {
	choices := func(dimension usage.Dimension, whole string) []view.Choice {
		all := []view.Choice{{Value: "", Text: whole}}
		for _, one := range c.Choices[dimension] {
			all = append(all, view.Choice{Value: one.Value, Text: nameOf(dimension, one)})
		}
		return all
	}
	bar := view.Toolbar{
		Label: "Filter the request log", Search: "q", SearchFor: "Path, request ID or address", Longest: 200,
		Filters: []view.Filter{
			{Name: "status", Label: "Status", Choices: outcomes},
			{Name: "application", Label: "Application", Choices: choices(usage.OfApplication, "All applications")},
			{Name: "version", Label: "API", Choices: choices(usage.OfVersion, "All APIs")},
			{Name: "environment", Label: "Environment", Choices: choices(usage.OfEnvironment, "All environments")},
			{Name: "operation", Label: "Operation", OnlyChip: true}, {Name: "key", Label: "Key", OnlyChip: true},
			{Name: "address", Label: "Address", OnlyChip: true},
		},
		Exports: []view.Link{{Text: "Export CSV", Path: c.export()}},
	}
	for i, one := range bar.Filters {
		bar.Filters[i].Text = c.chipText(one.Name)
	}
	return bar
}

// chipText names the key or operation of a filter by the lines that it found.
func (c logContent) chipText(name string) string {
	if len(c.Lines) == 0 {
		return ""
	}
	switch name {
	case "key":
		return c.keyName(c.Lines[0])
	case "operation":
		return c.operationName(c.Lines[0])
	}
	return ""
}

func (n lineNames) keyName(line usage.Line) string {
	key := n.Keys[line.Credential]
	return strings.TrimSpace(cmp.Or(key.Name, string(key.Slot)) + " " + key.Prefix + "…")
}

func (n lineNames) operationName(line usage.Line) string {
	operation := n.Operations[usage.OperationValue(line.Version, line.Operation)]
	return cmp.Or(operation.Summary, operation.Path, line.Operation, "No documented operation")
}

// lineNames names what lines refer to.
type lineNames struct{ overview.LogNames }

func (c logContent) keyName(line usage.Line) string { return lineNames{c.Names}.keyName(line) }

func (c logContent) operationName(line usage.Line) string {
	return lineNames{c.Names}.operationName(line)
}

// moment formats the time of a call on the reader's clock, with the day unless that is today.
func moment(at, now time.Time, zone *time.Location) string {
	at, now = at.In(zone), now.In(zone)
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04:05.000")
	}
	return at.Format("2 Jan 15:04:05.000")
}

// took formats the time that a call took.
func took(duration time.Duration) string {
	return view.Milliseconds(float64(duration)/float64(time.Millisecond)) + " ms"
}

// codeTone is the tone of a status.
func codeTone(status int) string {
	switch status / 100 {
	case 5:
		return "danger"
	case 4:
		return "warn"
	case 2:
		return "good"
	}
	return "plain"
}

var loggedColumns = []string{
	"time", "method", "path", "status", "reason", "took_ms", "upstream_ms", "request_bytes", "response_bytes", "application", "key", "key_prefix",
	"api", "version", "operation", "environment", "address", "request_id",
}

func (p *Pages) exportRequestLog(v *visit.Visit) error {
	team, _, err := logTeam(v)
	if err != nil {
		return err
	}
	list, err := v.Listing(logFilters...)
	if err != nil {
		return err
	}
	filter := lineFilter(list, team)
	filter.Limit = linesExported
	return v.SendCSV("requests", loggedColumns, func(write func(cells ...string) error) error {
		return p.Overview.EachLoggedCall(v.Request.Context(), filter, func(line usage.Line, names overview.LogNames) error {
			key, version := names.Keys[line.Credential], names.Versions[line.Version]
			return write(line.At.Format("2006-01-02T15:04:05.000000Z"), line.Method, line.Path, strconv.Itoa(line.Status), line.Reason,
				decimals(line.Took), decimals(line.Upstream), strconv.FormatInt(line.BytesIn, 10), strconv.FormatInt(line.BytesOut, 10),
				names.Applications[line.Application], cmp.Or(key.Name, string(key.Slot)), key.Prefix, version.Product, version.Version,
				line.Operation, line.Environment, line.Address, line.RequestID)
		})
	})
}

func decimals(duration time.Duration) string {
	return strconv.FormatFloat(float64(duration)/float64(time.Millisecond), 'f', 3, 64)
}

// callContent is the page of one logged call.
type callContent struct {
	overview.LoggedCall

	// Log is the address of the log without filters.
	Log  view.Listing
	Zone *time.Location
}

func (p *Pages) callPage(v *visit.Visit) error {
	team, staff, err := logTeam(v)
	if err != nil {
		return err
	}
	found, err := p.Overview.LoggedCall(v.Request.Context(), team, orZero[usage.LineID](v.PathPart("call")))
	if err != nil {
		return err
	}
	shown := callContent{LoggedCall: found, Log: view.Listing{Path: address.RequestLog}, Zone: v.Zone()}
	if staff {
		shown.Log = view.Listing{Path: address.StaffRequestLog, Query: url.Values{"team": {found.Team.ID.Hex()}}}
		return v.RenderStaff("Call "+found.RequestID, callView(shown))
	}
	return v.Render("Call "+found.RequestID, site.AreaUsage, callView(shown))
}

// tryPath returns the operation's page with Try it open, filled in with the parameters of the call's path.
func (c callContent) tryPath() string {
	values := map[string]string{}
	for name, value := range c.Try.Parameters {
		values["path "+name] = value
	}
	state, err := json.Marshal(map[string]any{"environment": c.Environment, "values": values})
	page := address.Operation(c.Try.Product, c.Try.Version, c.Try.Operation)
	if err != nil {
		return page
	}
	return page + "#try=" + base64.RawURLEncoding.EncodeToString(state)
}

// fact is one field of a call. Path leads to the calls that have the same.
type fact struct{ Name, Value, Path string }

func (c callContent) facts() []fact {
	names := lineNames{c.Names}
	version := c.Names.Versions[c.Version]
	facts := []fact{
		{"Time", c.At.In(c.Zone).Format("2 January 2006, 15:04:05.000 MST"), ""},
		{"Took", took(c.Took), ""},
	}
	if c.Forwarded {
		facts = append(facts, fact{"Until the API responded", took(c.Upstream), ""})
	}
	if c.Reason != "" {
		facts = append(facts, fact{"Why", reasonText(c.Reason), ""})
	}
	same := func(name, value string) string { return c.Log.With(name, value) }
	return append(facts,
		fact{"Request body", view.Number(c.BytesIn) + " bytes", ""}, fact{"Response body", view.Number(c.BytesOut) + " bytes", ""},
		fact{"Application", c.Names.Applications[c.Application], same("application", c.Application.Hex())},
		fact{"Key", names.keyName(c.Line), same("key", c.Credential.Hex())},
		fact{"API", strings.TrimSpace(version.Product + " " + version.Version), same("version", c.Version.Hex())},
		fact{"Operation", names.operationName(c.Line), same("operation", usage.OperationValue(c.Version, c.Operation))},
		fact{"Environment", view.Capital(c.Environment), same("environment", c.Environment)},
		fact{"Address", c.Address, same("address", c.Address)},
		fact{"Request ID", c.RequestID, ""},
	)
}

// reasonText says why the gateway refused a call or had no response to pass on.
func reasonText(reason string) string {
	texts := map[string]string{
		"out_of_scope": "The key doesn't open this API", "team_disabled": "The team is suspended", "rate_limited": "Rate limit reached",
		"quota_spent": "Quota used up", "bad_request": "The request is malformed", "body_too_large": "The request body is too large",
		"not_ready": "The gateway wasn't ready", "upstream_failed": "The API couldn't be reached", "upstream_slow": "The API took too long",
		"bad_key": "The key stopped working during the call",
	}
	return cmp.Or(texts[reason], reason)
}

// pathText is a path as pages show it. The base path itself is a slash.
func pathText(path string) string { return cmp.Or(path, "/") }
