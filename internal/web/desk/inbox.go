package desk

import (
	"net/url"
	"strconv"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// inboxContent is the list of requests with the chosen one beside it.
type inboxContent struct {
	view.Form
	List     view.Listing
	Requests []requestRow
	Chosen   requestContent
	// Opened reports whether the address names the chosen request. Then narrow screens show it instead of the list.
	Opened bool
	Plans  []view.Choice
	// MayDecide reports whether the visitor may approve and reject.
	MayDecide bool
	Waiting   int
	Notice    string
}

// path returns the URL for decisions. It has the page of the list, which a rejected decision shows again.
func (c inboxContent) path() string { return c.List.PageURL(c.List.Number) }

// views returns the segments above the list. The list without a view shows pending requests.
func (c inboxContent) views() []view.ListView {
	views := c.List.Views("state", requestViews, nil)
	for i := range views {
		views[i].Count = ""
	}
	views[0].Count = view.Number(int64(c.Waiting))
	return views
}

// chips returns the filters in use, apart from the view.
func (c inboxContent) chips() []view.Chip {
	chips := append(c.List.Chip("plan", "Plan", c.Plans), c.List.Chip("q", "Search", nil)...)
	if team := c.List.Filter("team"); team != "" && len(c.Requests) > 0 {
		chips = append(chips, view.Chip{Name: "Team", Value: c.Requests[0].Team, Path: c.List.With("team", "")})
	}
	for _, one := range requestStates[len(requestViews):] {
		if c.List.Filter("state") == one.Value {
			chips = append(chips, view.Chip{Name: "State", Value: one.Text, Path: c.List.With("state", stateAll)})
		}
	}
	return chips
}

const (
	stateDecided = "decided"
	stateAll     = "all"
)

var requestViews = []view.Choice{{Value: "", Text: "Waiting"}, {Value: stateDecided, Text: "Decided"}, {Value: stateAll, Text: "All"}}

var requestStates = append(requestViews[:len(requestViews):len(requestViews)],
	view.Choice{Value: string(access.RequestApproved), Text: "Approved"}, view.Choice{Value: string(access.RequestRejected), Text: "Rejected"},
	view.Choice{Value: string(access.RequestWithdrawn), Text: "Withdrawn"}, view.Choice{Value: string(access.RequestProcessed), Text: "Recorded"},
)

// requestListing reads the filters of the inbox.
func requestListing(v *visit.Visit) (view.Listing, access.RequestFilter, error) {
	list, err := v.Listing("state", "plan", "team", "q")
	list.Path = address.StaffRequests
	if list.Filter("state") == string(access.RequestPending) {
		list.Query.Del("state")
	}
	filter := access.RequestFilter{
		Search: list.Filter("q"),
		Plan:   visit.ParseID[plan.ID](list.Filter("plan")), Team: visit.ParseID[identity.TeamID](list.Filter("team")),
	}
	switch state := list.Filter("state"); state {
	case "":
		filter.State = access.RequestPending
	case stateDecided:
		filter.Decided = true
	case stateAll:
	default:
		filter.State = access.RequestState(state)
	}
	return list, filter, err
}

func (p *Pages) inboxPage(v *visit.Visit) error { return p.showInbox(v, view.Form{}) }

func (p *Pages) showInbox(v *visit.Visit, form view.Form) error {
	list, filter, err := requestListing(v)
	if err != nil {
		return err
	}
	found, err := p.Overview.Inbox(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Requests.Total
	shown := inboxContent{
		Form: form, List: list, Plans: planChoices(found.Plans, "All plans"), MayDecide: v.Principal.May(identity.DecideRequests),
		Waiting: found.Waiting,
		Notice:  map[string]string{"approved": "Request approved.", "rejected": "Request rejected."}[v.Request.URL.Query().Get("done")],
	}
	for _, one := range found.Requests.Items {
		row := newRequestRow(one, found.At)
		row.Open = list.With("request", row.ID.Hex())
		if list.Number > 1 {
			row.Open += "&page=" + strconv.Itoa(list.Number)
		}
		row.Path += listQuery(list)
		shown.Requests = append(shown.Requests, row)
	}
	if wanted := v.Request.URL.Query().Get("request"); wanted != "" {
		shown.Opened = true
		if !shown.choose(wanted) {
			return v.Redirect(address.StaffRequests + "/" + url.PathEscape(wanted))
		}
	} else if len(shown.Requests) > 0 {
		shown.choose(shown.Requests[0].ID.Hex())
	}
	v.Island = "inbox.js"
	return v.RenderStaff("Requests", inboxView(shown))
}

// exportRequests sends the requests that match the filters as a file.
func (p *Pages) exportRequests(v *visit.Visit) error {
	_, filter, err := requestListing(v)
	if err != nil {
		return err
	}
	columns := []string{"id", "team", "application", "plans", "asker", "asked", "state", "decided", "decider", "message"}
	return v.SendCSV("requests", columns, func(write func(cells ...string) error) error {
		return page.EachItem(page.Order{}, func(request page.Request) (page.Page[access.Asked], error) {
			return p.Access.Inbox(v.Request.Context(), filter, request)
		}, func(one access.Asked) error {
			asked := one.Request
			return write(asked.ID.Hex(), one.Team, one.Application.Name, wantedNames(one), one.Asker, view.TimeOrEmpty(asked.CreatedAt),
				string(asked.State), view.TimeOrEmpty(asked.DecidedAt), one.Decider, asked.Reason)
		})
	})
}

// choose shows a request of the page beside the list. It reports whether the page has the request.
func (c *inboxContent) choose(wanted string) bool {
	for i, row := range c.Requests {
		if row.ID.Hex() != wanted {
			continue
		}
		c.Requests[i].Current = true
		c.Chosen = requestContent{Row: row, MayDecide: c.MayDecide && row.Pending, Back: c.path()}
		c.Chosen.Place = view.Number(int64((c.List.Number-1)*c.List.Size+i+1)) + " of " + view.Number(int64(c.List.Total))
		if i+1 < len(c.Requests) {
			c.Chosen.Next = c.Requests[i+1].Open
		}
		return true
	}
	return false
}

// listQuery returns the query with a list's filters, including its question mark.
func listQuery(list view.Listing) string {
	if len(list.Query) == 0 {
		return ""
	}
	return "?" + list.Query.Encode()
}
