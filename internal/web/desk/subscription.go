package desk

import (
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// staffSubscriptionsContent is the list of subscriptions.
type staffSubscriptionsContent struct {
	List     view.Listing
	Rows     []subscriptionLineRow
	Plans    []view.Choice
	MayGrant bool
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

func (c staffSubscriptionsContent) chips() []view.Chip {
	chips := append(c.List.Chip("q", "Search", nil), c.List.Chip("plan", "Plan", c.Plans)...)
	chips = append(chips, c.List.Chip("environment", "Environment", nil)...)
	if c.List.Filter("team") != "" {
		name := "one team"
		if len(c.Rows) > 0 {
			name = c.Rows[0].Team
		}
		chips = append(chips, view.Chip{Name: "Team", Value: name, Path: c.List.With("team", "")})
	}
	return chips
}

// subscriptionMark returns the mark for a state.
func subscriptionMark(state access.SubscriptionState) view.Mark {
	mark := view.Mark{Tone: "off", Icon: "ban", Text: view.StateText(state)}
	switch state {
	case access.Approved:
		mark.Tone, mark.Icon = "good", "circle-check"
	case access.Pending:
		mark.Tone, mark.Icon = "warn", "clock"
	case access.Suspended:
		mark.Tone, mark.Icon = "bad", "circle-pause"
	}
	return mark
}

func (p *Pages) staffSubscriptionsPage(v *visit.Visit) error {
	list, err := v.Listing("state", "plan", "environment", "team", "q")
	if err != nil {
		return err
	}
	filter := access.SubscriptionFilter{
		Plan: visit.ParseID[plan.ID](list.Filter("plan")), Team: visit.ParseID[identity.TeamID](list.Filter("team")),
		Environment: list.Filter("environment"), Search: list.Filter("q"),
	}
	if state := list.Filter("state"); state != "" {
		filter.States = []access.SubscriptionState{access.SubscriptionState(state)}
	}
	found, err := p.Overview.SubscriptionList(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Lines.Total
	shown := staffSubscriptionsContent{List: list, Plans: planChoices(found.Plans, "All plans"), MayGrant: v.Principal.May(identity.GrantAccess)}
	for _, line := range found.Lines.Items {
		shown.Rows = append(shown.Rows, subscriptionLineRow{
			Path: address.StaffSubscription(line.Subscription.ID), Plan: planName(line.Plan), Environment: line.Plan.Environment, Team: line.Team,
			Application: line.Application, Since: view.SinceText(line.Subscription), State: line.Subscription.State,
			CallsToday: found.CallsToday[line.Subscription.ID],
		})
	}
	return v.RenderStaff("Subscriptions", staffSubscriptionsView(shown))
}

func planName(under plan.Plan) string {
	if under.Name == "" {
		return "A plan that was deleted"
	}
	return under.Name
}

// staffSubscriptionContent is the page of a subscription.
type staffSubscriptionContent struct {
	Found   overview.SubscriptionPage
	Opens   []string
	Limits  []string
	Keys    []keyLineRow
	Actions []changeLink
	// MayGrant reports whether the visitor may grant the application another plan.
	MayGrant bool
	Notice   string
}

func (p *Pages) staffSubscriptionPage(v *visit.Visit) error {
	found, err := p.Overview.SubscriptionPage(v.Request.Context(), v.SubscriptionID())
	if err != nil {
		return err
	}
	shown := staffSubscriptionContent{
		Found: found, Opens: opensOf(found, found.Plan), Limits: view.LimitsOf(found.Plan),
		Notice: subscriptionNotices[v.Request.URL.Query().Get("done")],
	}
	for _, key := range found.Keys {
		line := access.KeyLine{Credential: key.Credential, Status: key.Status, Team: found.Team, Application: found.Application.Name}
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[key.Credential.ID], found.At))
	}
	shown.Actions, shown.MayGrant = subscriptionActions(found), v.Principal.MayAnywhere(identity.GrantAccess)
	return v.RenderStaff(planName(found.Plan)+" of "+found.Team, staffSubscriptionView(shown))
}

// opensOf returns the names of the versions that the subscription opens under the plan.
func opensOf(found overview.SubscriptionPage, under plan.Plan) []string {
	var names []string
	for _, version := range under.Opens {
		if narrowed := found.Subscription.Version; narrowed.IsZero() || narrowed == version {
			names = append(names, found.Versions[version])
		}
	}
	return names
}

// listText joins texts, or returns "none" if there are none.
func listText(texts []string, none string) string {
	if len(texts) == 0 {
		return none
	}
	return strings.Join(texts, ", ")
}

var subscriptionNotices = map[string]string{
	"suspend": "Suspended. Its keys don't work until you reinstate it.", "reinstate": "Reinstated. Its keys work again.",
	"revoke": "Revoked. Its keys no longer work.",
	"clear":  "The team can request it again.", "plan": "Plan changed. Keys stay.", "grant": "Access granted.",
}

// subscriptionActions returns links to the actions that the visitor may take on the subscription.
func subscriptionActions(found overview.SubscriptionPage) []changeLink {
	path := address.StaffSubscription(found.Subscription.ID)
	var actions []changeLink
	add := func(offered bool, action string) {
		if offered {
			actions = append(actions, changeLink{view.Link{Text: subscriptionChanges[action].link, Path: path + "/" + action, Icon: changeIcon(action)}, action == "revoke"})
		}
	}
	may := found.Actions
	add(may.IssueKey, "keys")
	add(may.ChangePlan && len(found.Others) > 0, "plan")
	add(may.Suspend, "suspend")
	add(may.Reinstate, "reinstate")
	add(may.Clear, "clear")
	add(may.Revoke, "revoke")
	return actions
}
