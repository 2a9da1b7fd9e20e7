package desk

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// subscriptionChange is a change that staff can make to a subscription. In its title and button, {name} stands for the
// subscription's name.
type subscriptionChange struct {
	link, title, text, button string
	danger                    bool
	apply                     func(p *Pages, v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error)
}

var subscriptionChanges = map[string]subscriptionChange{
	"suspend":   {"Suspend", "Suspend {name}?", "Its keys stop working until you reinstate it. We'll email the person who requested it.", "Suspend {name}", true, (*Pages).suspendSubscription},
	"reinstate": {"Reinstate", "Reinstate {name}?", "Its keys work again. We'll email the person who requested it.", "Reinstate {name}", false, (*Pages).reinstateSubscription},
	"revoke":    {"Revoke", "Revoke {name}?", "Its own keys are revoked. You can't undo this. We'll email the person who requested it.", "Revoke {name}", true, (*Pages).revokeSubscription},
	"clear":     {"Allow requests", "Allow requests again?", "The team can request the same access again. Nothing else changes.", "Allow requests", false, (*Pages).clearSubscription},
	"plan":      {"Change plan", "Change the plan?", "The new plan applies now. Keys and counted calls stay.", "Change plan", false, (*Pages).changePlan},
	"keys":      {"Create key", "Create a key?", "It works for this subscription only.", "Create key", false, (*Pages).issueCredential},
}

func (p *Pages) suspendSubscription(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.SuspendSubscription(v.Request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func (p *Pages) reinstateSubscription(v *visit.Visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ReinstateSubscription(v.Request.Context(), subscription)
	return nil, err
}

// revokeSubscription ends a subscription. If its team can request it again, it counts as cancelled.
func (p *Pages) revokeSubscription(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	end := p.Access.RevokeSubscription
	if sent.Get("again") != "" {
		end = p.Access.CancelSubscription
	}
	_, err := end(v.Request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func (p *Pages) clearSubscription(v *visit.Visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ClearSubscription(v.Request.Context(), subscription)
	return nil, err
}

func (p *Pages) changePlan(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ChangePlan(v.Request.Context(), access.ChangePlan{Subscription: subscription, Plan: visit.ParseID[plan.ID](sent.Get("plan"))})
	return nil, err
}

func (p *Pages) issueCredential(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	validity, err := daysSent(sent.Get("validity"))
	if err != nil {
		return nil, err
	}
	issued, err := p.Access.IssueCredential(v.Request.Context(), access.NewCredential{
		Once: visit.ParseID[access.CredentialID](sent.Get("once")), Subscription: subscription, Name: sent.Get("name"),
		Slot: access.Slot(sent.Get("slot")), Validity: validity,
	})
	return []access.IssuedCredential{issued}, err
}

// subscriptionChangeContent is the page that asks before a subscription is changed.
type subscriptionChangeContent struct {
	view.Form
	Change subscriptionChange
	Name   string
	Path   string
	Of     string
	Facts  []view.Fact
	Plans  []view.Choice
	Pair   bool
	Once   string
}

func (p *Pages) subscriptionChangePage(v *visit.Visit) error {
	return p.showSubscriptionChange(v, view.Filled(v.Request.URL.Query()))
}

func (p *Pages) showSubscriptionChange(v *visit.Visit, form view.Form) error {
	name := v.PathPart("action")
	change, known := subscriptionChanges[name]
	if !known {
		return visit.NotFound(v)
	}
	found, err := p.Overview.SubscriptionPage(v.Request.Context(), v.SubscriptionID())
	if err != nil {
		return err
	}
	shown := subscriptionChangeContent{
		Form: form, Change: change, Name: name, Path: address.StaffSubscription(found.Subscription.ID), Of: planName(found.Plan) + " of " + found.Team,
		Facts: affected(found), Pair: found.Plan.Keys.Pair, Once: id.New[access.CredentialID](found.At).Hex(),
	}
	if name == "plan" {
		shown.Plans = otherPlans(found)
		shown.Facts = append(shown.Facts, planFacts(found, visit.ParseID[plan.ID](form.Value("plan")))...)
	}
	return v.RenderStaff(named(change.title, shown.Of), subscriptionChangeView(shown))
}

// button returns the text of the button that makes the change, or "" until a plan is chosen.
func (c subscriptionChangeContent) button() string {
	if c.Name == "plan" && c.Value("plan") == "" {
		return ""
	}
	return named(c.Change.button, c.Of)
}

// affected describes who is affected if the subscription changes.
func affected(found overview.SubscriptionPage) []view.Fact {
	working := 0
	for _, key := range found.Keys {
		if key.Status.Works() {
			working++
		}
	}
	return []view.Fact{
		{Name: "Team", Value: found.Team}, {Name: "Application", Value: found.Application.Name}, {Name: "Working keys", Value: view.Number(int64(working))},
		{Name: "Calls today", Value: view.Number(found.CallsToday)}, {Name: "Calls in 30 days", Value: view.Number(found.Calls)},
	}
}

func otherPlans(found overview.SubscriptionPage) []view.Choice {
	choices := []view.Choice{{Value: "", Text: "Choose a plan"}}
	for _, other := range found.Others {
		choices = append(choices, view.Choice{Value: other.ID.Hex(), Text: other.Name})
	}
	return choices
}

// planFacts compares the current plan with the chosen one; it is empty if none is chosen.
func planFacts(found overview.SubscriptionPage, chosen plan.ID) []view.Fact {
	at := slices.IndexFunc(found.Others, func(other plan.Plan) bool { return other.ID == chosen })
	if at < 0 {
		return nil
	}
	other := found.Others[at]
	before, after := opensOf(found, found.Plan), opensOf(found, other)
	without := func(all, some []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
	}
	return []view.Fact{
		{Name: "Limits now", Value: listText(view.LimitsOf(found.Plan), "none")}, {Name: "Limits then", Value: listText(view.LimitsOf(other), "none")},
		{Name: "Added", Value: listText(without(after, before), "nothing")}, {Name: "Removed", Value: listText(without(before, after), "nothing")},
		{Name: "Keys", Value: "No change"},
	}
}

func (p *Pages) changeSubscription(v *visit.Visit) error {
	name := v.PathPart("action")
	change, known := subscriptionChanges[name]
	if !known {
		return visit.NotFound(v)
	}
	sent, err := v.Form()
	if err != nil {
		return err
	}
	subscription := v.SubscriptionID()
	issued, err := change.apply(p, v, subscription, sent)
	if err != nil {
		return v.Refuse(err, sent, p.showSubscriptionChange)
	}
	path := address.StaffSubscription(subscription) + "?done=" + name
	if len(issued) > 0 {
		path = address.StaffKey(issued[0].Credential.ID) + "?done=issue"
	}
	if shown := secretsOf(issued); len(shown) > 0 {
		return v.RenderStaff("New key", staffSecretsView(shown, path))
	}
	return v.Redirect(path)
}

// grantContent is the form that grants access.
type grantContent struct {
	view.Form
	Plans []view.Choice
	// For is the name of the application that gets access, empty if a person does.
	For string
}

func (p *Pages) grantPage(v *visit.Visit) error {
	return p.showGrant(v, view.Filled(v.Request.URL.Query()))
}

func (p *Pages) showGrant(v *visit.Visit, form view.Form) error {
	found, err := p.Overview.GrantForm(v.Request.Context(), visit.ParseID[access.ApplicationID](form.Value("application")))
	if err != nil {
		return err
	}
	shown := grantContent{Form: form, For: found.Application.Name, Plans: []view.Choice{{Value: "", Text: "Choose a plan"}}}
	for _, one := range found.Plans {
		shown.Plans = append(shown.Plans, view.Choice{Value: one.Slug, Text: one.Name + " (" + one.Environment + ")"})
	}
	return v.RenderStaff("Grant access", grantView(shown))
}

func (p *Pages) grantNamed(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	end, err := endSent(sent.Get("ends_at"))
	var granted access.Granted
	if err == nil {
		granted, err = p.Access.GrantNamed(v.Request.Context(), access.NamedAccess{
			Email: sent.Get("email"), ForTeam: sent.Get("for") == "team", Application: visit.ParseID[access.ApplicationID](sent.Get("application")),
			Plan: sent.Get("plan"), EndsAt: end, IssueKey: sent.Get("issue_key") != "", Reason: sent.Get("reason"),
		})
	}
	if fault.Is(err, fault.NotFound) { // the form names an unknown person or plan
		return v.ShowAgain(err, sent, p.showGrant)
	}
	if err != nil {
		return v.Refuse(err, sent, p.showGrant)
	}
	path := address.StaffSubscription(granted.Subscription.ID) + "?done=grant"
	if shown := secretsOf(granted.Issued); len(shown) > 0 {
		return v.RenderStaff("Share these keys", staffSecretsView(shown, path))
	}
	return v.Redirect(path)
}

// endSent parses a last day and returns the exclusive end, or the zero time for none.
func endSent(spelled string) (time.Time, error) {
	if spelled == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, spelled)
	if err != nil {
		return time.Time{}, fault.InvalidFields([]fault.Field{{Name: "ends_at", Reason: "must be a day, such as 2027-01-31"}})
	}
	return day.AddDate(0, 0, 1), nil
}

// daysSent parses a number of days; an empty one is zero.
func daysSent(spelled string) (time.Duration, error) {
	if spelled == "" {
		return 0, nil
	}
	days, err := strconv.Atoi(spelled)
	if err != nil || days < 1 || days > maxDays {
		return 0, fault.InvalidFields([]fault.Field{{Name: "validity", Reason: "must be a number of days up to 3,650"}})
	}
	return time.Duration(days) * 24 * time.Hour, nil
}

const maxDays = 3650

var (
	recipients  = []view.Choice{{Value: "person", Text: "This person only"}, {Value: "team", Text: "Their whole team"}}
	slotChoices = []view.Choice{{Value: "", Text: "Extra key"}, {Value: string(access.Primary), Text: "Primary"}, {Value: string(access.Secondary), Text: "Secondary"}}
)
