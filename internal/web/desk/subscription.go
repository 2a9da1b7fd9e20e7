package desk

import (
	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/spelling"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// subscriptionMark returns the mark for a state.
func subscriptionMark(state access.SubscriptionState) view.Mark {
	text := view.StateText(state)
	switch state {
	case access.Approved:
		return view.Mark{Tone: "good", Icon: "circle-check", Text: text}
	case access.Pending:
		return view.Mark{Tone: "warn", Icon: "clock", Text: text}
	case access.Suspended:
		return view.Mark{Tone: "bad", Icon: "circle-pause", Text: text}
	}
	return view.Mark{Tone: "off", Icon: "ban", Text: text}
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
	return spelling.List(texts)
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
