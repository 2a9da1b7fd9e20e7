package desk

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/page"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

var subscriptionColumns = []view.Column{
	{Name: "plan", Label: "Plan", Sort: view.LowFirst, Place: view.PlaceName},
	{Name: "team", Label: "Team and application", Sort: view.LowFirst, Place: view.PlaceSecond},
	{Name: "environment", Label: "Environment"},
	{Name: "state", Label: "State", Sort: view.LowFirst, Place: view.PlaceState},
	{Name: "since", Label: "Since", Sort: view.HighFirst, Place: view.PlaceEnd},
	{Name: "calls", Label: "Calls today", Number: true},
}

// staffSubscriptionsContent is the list of subscriptions.
type staffSubscriptionsContent struct {
	List         view.Listing
	Rows         []subscriptionLineRow
	Plans        []view.Choice
	Environments []string
	Counts       map[access.SubscriptionState]int
	MayGrant     bool
}

type subscriptionLineRow struct {
	Path, Plan, Environment, Team, Application, Since string
	State                                             access.SubscriptionState
	CallsToday                                        int64
}

// stateChoices returns the states to filter a list by.
func stateChoices() []view.Choice {
	choices := []view.Choice{{Value: "", Text: "All"}}
	for _, state := range access.SubscriptionStates() {
		choices = append(choices, view.Choice{Value: string(state), Text: view.StateText(state)})
	}
	return choices
}

func (c staffSubscriptionsContent) views() []view.ListView {
	all, counts := 0, map[string]int{}
	for _, state := range access.SubscriptionStates() {
		counts[string(state)] = c.Counts[state]
		all += c.Counts[state]
	}
	counts[""] = all
	return c.List.Views("state", stateChoices(), counts, string(access.Pending))
}

func (c staffSubscriptionsContent) toolbar() view.Toolbar {
	team := teamFilter("")
	if len(c.Rows) > 0 {
		team = teamFilter(c.Rows[0].Team)
	}
	return view.Toolbar{
		Label: "Subscriptions", Search: "q", SearchFor: "Team or application", Longest: 100, Exports: view.CSV(c.List),
		Filters: []view.Filter{{Name: "plan", Label: "Plan", Choices: c.Plans}, environmentFilter(c.Environments), team},
	}
}

func subscriptionListing(v *visit.Visit) (view.Listing, access.SubscriptionFilter, error) {
	list, err := v.Table(subscriptionColumns, "state", "plan", "environment", "team", "q")
	list.Path = address.StaffSubscriptions
	filter := access.SubscriptionFilter{
		Plan: visit.ParseID[plan.ID](list.Filter("plan")), Team: visit.ParseID[identity.TeamID](list.Filter("team")),
		Environment: list.Filter("environment"), Search: list.Filter("q"),
	}
	if state := list.Filter("state"); state != "" {
		filter.States = []access.SubscriptionState{access.SubscriptionState(state)}
	}
	return list, filter, err
}

func (p *Pages) staffSubscriptionsPage(v *visit.Visit) error {
	list, filter, err := subscriptionListing(v)
	if err != nil {
		return err
	}
	found, err := p.Overview.SubscriptionList(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Lines.Total
	shown := staffSubscriptionsContent{
		List: list, Plans: planChoices(found.Plans, "All plans"), Environments: plan.Environments(found.Plans), Counts: found.Counts,
		MayGrant: v.Principal.May(identity.GrantAccess),
	}
	for _, line := range found.Lines.Items {
		shown.Rows = append(shown.Rows, subscriptionLineRow{
			Path: address.StaffSubscription(line.Subscription.ID), Plan: planName(line.Plan), Environment: line.Plan.Environment, Team: line.Team,
			Application: line.Application, Since: view.SinceText(line.Subscription), State: line.Subscription.State,
			CallsToday: found.CallsToday[line.Subscription.ID],
		})
	}
	return v.RenderStaff("Subscriptions", staffSubscriptionsView(shown))
}

// exportSubscriptions sends the subscriptions that match the filters as a file.
func (p *Pages) exportSubscriptions(v *visit.Visit) error {
	list, filter, err := subscriptionListing(v)
	if err != nil {
		return err
	}
	columns := []string{"id", "plan", "environment", "team", "application", "state", "created", "approved", "ends"}
	return v.SendCSV("subscriptions", columns, func(write func(cells ...string) error) error {
		return page.EachItem(list.Order(), func(request page.Request) (page.Page[access.SubscriptionLine], error) {
			return p.Access.SubscriptionLines(v.Request.Context(), filter, request)
		}, func(line access.SubscriptionLine) error {
			one := line.Subscription
			return write(one.ID.Hex(), planName(line.Plan), line.Plan.Environment, line.Team, line.Application, string(one.State),
				view.TimeOrEmpty(one.CreatedAt), view.TimeOrEmpty(one.ApprovedAt), view.TimeOrEmpty(one.EndsAt))
		})
	})
}
