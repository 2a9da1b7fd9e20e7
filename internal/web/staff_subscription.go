package web

import (
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
)

const staffSubscriptionsPath = staffPath + "/subscriptions"

func staffSubscriptionPath(subscription access.SubscriptionID) string {
	return staffSubscriptionsPath + "/" + subscription.Hex()
}

// staffSubscriptionsContent is the list of subscriptions.
type staffSubscriptionsContent struct {
	List     listing
	Rows     []subscriptionLineRow
	Plans    []choice
	MayGrant bool
}

type subscriptionLineRow struct {
	Path, Plan, Environment, Team, Application, Since string
	State                                             access.SubscriptionState
	CallsToday                                        int64
}

// stateChoices are the states that a list can be narrowed to.
func stateChoices() []choice {
	choices := []choice{{"", "All states"}}
	for _, state := range access.SubscriptionStates() {
		choices = append(choices, choice{string(state), stateText(state)})
	}
	return choices
}

func staffSubscriptionsPage(v *visit) error {
	list, err := v.listing("state", "plan", "environment", "team", "q")
	if err != nil {
		return err
	}
	filter := access.SubscriptionFilter{
		Plan: idOrNone[plan.ID](list.filter("plan")), Team: idOrNone[identity.TeamID](list.filter("team")),
		Environment: list.filter("environment"), Search: list.filter("q"),
	}
	if state := list.filter("state"); state != "" {
		filter.States = []access.SubscriptionState{access.SubscriptionState(state)}
	}
	found, err := v.config.Overview.SubscriptionList(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Lines.Total
	shown := staffSubscriptionsContent{List: list, Plans: planChoices(found.Plans, "All plans"), MayGrant: v.principal.May(identity.GrantAccess)}
	for _, line := range found.Lines.Items {
		shown.Rows = append(shown.Rows, subscriptionLineRow{
			Path: staffSubscriptionPath(line.Subscription.ID), Plan: planName(line.Plan), Environment: line.Plan.Environment, Team: line.Team,
			Application: line.Application, Since: sinceText(line.Subscription), State: line.Subscription.State,
			CallsToday: found.CallsToday[line.Subscription.ID],
		})
	}
	return v.renderStaff("Subscriptions", staffSubscriptionsView(shown))
}

func planName(under plan.Plan) string {
	if under.Name == "" {
		return "A plan that was deleted"
	}
	return under.Name
}

// staffSubscriptionContent is the page of one subscription.
type staffSubscriptionContent struct {
	Found   overview.SubscriptionPage
	Opens   []string
	Limits  []string
	Keys    []keyLineRow
	Actions []link
	Notice  string
}

func staffSubscriptionPage(v *visit) error {
	found, err := v.config.Overview.SubscriptionPage(v.request.Context(), v.subscriptionID())
	if err != nil {
		return err
	}
	shown := staffSubscriptionContent{
		Found: found, Opens: opensOf(found, found.Plan), Limits: limitsOf(found.Plan),
		Notice: subscriptionNotices[v.request.URL.Query().Get("done")],
	}
	for _, key := range found.Keys {
		line := access.KeyLine{Credential: key.Credential, Status: key.Status, Team: found.Team, Application: found.Application.Name}
		shown.Keys = append(shown.Keys, newKeyLineRow(line, found.LastUsed[key.Credential.ID], found.At))
	}
	if v.principal.May(identity.GrantAccess) {
		shown.Actions = subscriptionActions(found)
	}
	return v.renderStaff(planName(found.Plan)+" of "+found.Team, staffSubscriptionView(shown))
}

func (v *visit) subscriptionID() access.SubscriptionID {
	return idOrNone[access.SubscriptionID](v.pathPart("subscription"))
}

// opensOf are the names of the versions that the subscription opens under the plan.
func opensOf(found overview.SubscriptionPage, under plan.Plan) []string {
	var names []string
	for _, version := range under.Opens {
		if narrowed := found.Subscription.Version; narrowed.IsZero() || narrowed == version {
			names = append(names, found.Versions[version])
		}
	}
	return names
}

func limitsOf(under plan.Plan) []string {
	var texts []string
	for _, limit := range under.Limits {
		texts = append(texts, limitText(limit))
	}
	return texts
}

// listText joins what may be nothing.
func listText(texts []string, none string) string {
	if len(texts) == 0 {
		return none
	}
	return strings.Join(texts, ", ")
}

var subscriptionNotices = map[string]string{
	"suspend": "Suspended. Its keys are refused until it is reinstated.", "reinstate": "Reinstated. Its keys work again.",
	"cancel": "Cancelled. Its keys are refused.", "revoke": "Revoked. Its keys are refused.", "expire": "Ended. Its keys are refused.",
	"clear": "Cleared. The team may ask for it again.", "plan": "The plan is changed. Its keys stay as they were.", "grant": "Access is granted.",
}

// subscriptionActions are what can be done with a subscription in its state.
func subscriptionActions(found overview.SubscriptionPage) []link {
	subscription := found.Subscription
	path := staffSubscriptionPath(subscription.ID)
	var actions []link
	add := func(action string, states ...access.SubscriptionState) {
		for _, state := range states {
			if subscription.State == state {
				actions = append(actions, link{Text: subscriptionChanges[action].link, Path: path + "/" + action})
			}
		}
	}
	add("keys", access.Approved)
	if len(found.Others) > 0 {
		add("plan", access.Approved, access.Suspended)
	}
	add("suspend", access.Approved)
	add("reinstate", access.Suspended)
	add("cancel", access.Pending, access.Approved, access.Suspended)
	add("expire", access.Approved, access.Suspended)
	add("revoke", access.Approved, access.Suspended)
	if subscription.ClearedAt.IsZero() {
		add("clear", access.Revoked)
	}
	return actions
}
