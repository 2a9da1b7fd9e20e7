package web

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/usage"
)

const subscriptionsPath = staffPath + "/subscriptions"

// staffSubscriptionPath leads to a subscription's page, or to something that is done to it.
func staffSubscriptionPath(subscription access.SubscriptionID, parts ...string) string {
	path, _ := url.JoinPath(subscriptionsPath, append([]string{subscription.Hex()}, parts...)...)
	return path
}

// subscription is the one that the address names; what is no identifier names none.
func (v *visit) subscription() access.SubscriptionID {
	parsed, err := id.Parse[access.SubscriptionID](v.pathPart("subscription"))
	if err != nil {
		return access.SubscriptionID{}
	}
	return parsed
}

// subscriptionsContent is the list of all subscriptions.
type subscriptionsContent struct {
	List     listing
	Items    []access.SubscriptionDetail
	MayGrant bool
}

func subscriptionsPage(v *visit) error {
	list, err := v.listing("q", "state")
	if err != nil {
		return err
	}
	filter := access.SubscriptionFilter{Search: list.filter("q"), Removed: true}
	if state := access.SubscriptionState(list.filter("state")); state != "" {
		filter.States = []access.SubscriptionState{state}
	}
	found, err := v.config.Access.AllSubscriptions(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Total
	return v.renderStaff("Subscriptions", subscriptionsView(subscriptionsContent{
		List: list, Items: found.Items, MayGrant: v.principal.May(identity.GrantAccess),
	}))
}

func subscriptionStateChoices() []choice {
	choices := []choice{{"", "Any state"}}
	for _, state := range access.SubscriptionStates() {
		choices = append(choices, choice{string(state), stateText(state)})
	}
	return choices
}

// subscriptionContent is the page of one subscription.
type subscriptionContent struct {
	usage.SubscriptionPage
	Row     subscriptionRow
	Moves   []subscriptionMove
	Notice  string
	MayKeys bool
}

func staffSubscriptionPage(v *visit) error {
	found, err := v.config.Usage.SubscriptionPage(v.request.Context(), v.subscription())
	if err != nil {
		return err
	}
	shown := subscriptionContent{
		SubscriptionPage: found, Row: newSubscriptionRow(found.SubscriptionUse, found.At),
		Notice: subscriptionNotice(v.request.URL.Query().Get("done")), MayKeys: v.principal.May(identity.ManageCredentials),
	}
	if v.principal.May(identity.GrantAccess) {
		shown.Moves = movesOf(found.Detail.Subscription)
	}
	return v.renderStaff(found.Detail.Plan.Name+" of "+found.Detail.Team.Name, staffSubscriptionView(shown))
}

// subscriptionNotice words what was done, on the page that a form leads to.
func subscriptionNotice(word string) string {
	return map[string]string{
		"granted":     "Access is granted. It is effective at the gateway.",
		"suspend":     "The subscription is suspended. Its keys are refused.",
		"reinstate":   "The subscription is reinstated. Its keys work again.",
		"revoke":      "The subscription is revoked. Its keys are refused.",
		"cancel":      "The subscription is cancelled. Its keys are refused.",
		"expire":      "The subscription has ended. Its keys are refused.",
		"clear":       "The team may ask for the same again.",
		"plan":        "The subscription is under another plan. Its keys stay.",
		"regenerated": "The key is replaced. Its team sees the new one on Profile; the old one is refused.",
		"revoked":     "The key is revoked. It is refused for good.",
	}[word]
}

// grantForm is the form that grants access.
type grantForm struct {
	Email   string
	Plan    string
	Reason  string
	Plans   []plan.Plan
	Refused refusals
}

func grantPage(v *visit) error {
	form, err := v.grantForm(url.Values{"email": {v.request.URL.Query().Get("email")}})
	if err != nil {
		return err
	}
	return v.renderStaff("Grant access", grantView(form))
}

func (v *visit) grantForm(sent url.Values) (grantForm, error) {
	plans, err := v.config.Access.GrantablePlans(v.request.Context())
	return grantForm{Email: sent.Get("email"), Plan: sent.Get("plan"), Reason: sent.Get("reason"), Plans: plans}, err
}

func grantAccess(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	granted, err := v.config.Access.GrantNamed(v.request.Context(), access.NamedAccess{
		Email: sent.Get("email"), Plan: sent.Get("plan"), Reason: sent.Get("reason"),
	})
	if err == nil {
		return v.redirect(staffSubscriptionPath(granted.Subscription.ID) + "?done=granted")
	}
	if !correctable(err) && !fault.Is(err, fault.NotFound) {
		return err
	}
	form, formErr := v.grantForm(sent)
	if formErr != nil {
		return formErr
	}
	form.Refused = refused(err, "email", "plan", "reason")
	return v.renderStaffAs(v.refusedForm(err), "Grant access", grantView(form))
}

func (f grantForm) choices() []choice {
	choices := []choice{{"", "Choose a plan"}}
	for _, one := range f.Plans {
		choices = append(choices, choice{one.Slug, one.Name + " (" + one.Environment + ")"})
	}
	return choices
}
