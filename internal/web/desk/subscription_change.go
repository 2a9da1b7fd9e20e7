package desk

import (
	"net/http"
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

// subscriptionChange is one thing that staff do to a subscription.
type subscriptionChange struct {
	link, title, text, button string
	danger                    bool
	fields                    []string
	apply                     func(p *Pages, v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error)
}

var subscriptionChanges = map[string]subscriptionChange{
	"suspend":   {"Suspend", "Suspend this subscription?", "Its keys are refused at once, until you reinstate it. A mail tells whoever asked for it.", "Suspend", true, []string{"reason"}, (*Pages).suspend},
	"reinstate": {"Reinstate", "Reinstate this subscription?", "Its keys work again at once. A mail tells whoever asked for it.", "Reinstate", false, nil, (*Pages).reinstate},
	"cancel":    {"Cancel", "Cancel this subscription?", "It ends at once and for good, without blame: its own keys are revoked, and the team may ask again. A mail tells whoever asked for it.", "Cancel the subscription", true, []string{"reason"}, (*Pages).cancel},
	"revoke":    {"Revoke", "Revoke this subscription?", "It ends at once and for good: its own keys are revoked, and the team cannot ask again until you clear it. A mail tells whoever asked for it.", "Revoke", true, []string{"reason"}, (*Pages).revokeSubscription},
	"expire":    {"End", "End this subscription?", "Its time is over: its own keys are revoked at once, and the team may ask again. A mail tells whoever asked for it.", "End it", true, nil, (*Pages).expire},
	"clear":     {"Clear", "Clear this subscription?", "The team may ask for the same again. Nothing else changes.", "Clear", false, nil, (*Pages).clearSubscription},
	"plan":      {"Change plan", "Change the plan?", "The subscription goes on under the other plan at once. Its keys stay, and so does what was counted.", "Change the plan", false, []string{"plan"}, (*Pages).moveToPlan},
	"keys":      {"Make a key", "Make a key?", "The key serves this subscription alone. A key that its team can see again is shown to nobody now.", "Make the key", false, []string{"name", "slot", "validity"}, (*Pages).issueKey},
}

func (p *Pages) suspend(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.SuspendSubscription(v.Request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func (p *Pages) reinstate(v *visit.Visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ReinstateSubscription(v.Request.Context(), subscription)
	return nil, err
}

func (p *Pages) cancel(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.CancelSubscription(v.Request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func (p *Pages) revokeSubscription(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.RevokeSubscription(v.Request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func (p *Pages) expire(v *visit.Visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ExpireSubscription(v.Request.Context(), subscription)
	return nil, err
}

func (p *Pages) clearSubscription(v *visit.Visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ClearSubscription(v.Request.Context(), subscription)
	return nil, err
}

func (p *Pages) moveToPlan(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := p.Access.ChangePlan(v.Request.Context(), access.ChangePlan{Subscription: subscription, Plan: visit.ParseID[plan.ID](sent.Get("plan"))})
	return nil, err
}

func (p *Pages) issueKey(v *visit.Visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
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
	Change  subscriptionChange
	Name    string
	Path    string
	Of      string
	Facts   []view.Fact
	Plans   []view.Choice
	Pair    bool
	Once    string
	Sent    url.Values
	Refused view.Refusals
}

func (p *Pages) subscriptionChangePage(v *visit.Visit) error {
	return p.showSubscriptionChange(v, http.StatusOK, v.Request.URL.Query(), view.Refusals{})
}

func (p *Pages) showSubscriptionChange(v *visit.Visit, status int, sent url.Values, told view.Refusals) error {
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
		Change: change, Name: name, Path: address.StaffSubscription(found.Subscription.ID), Of: planName(found.Plan) + " of " + found.Team,
		Facts: affected(found), Pair: found.Plan.Keys.Pair, Sent: sent, Refused: told, Once: id.New[access.CredentialID](found.At).Hex(),
	}
	if name == "plan" {
		shown.Plans = otherPlans(found)
		shown.Facts = append(shown.Facts, planFacts(found, visit.ParseID[plan.ID](sent.Get("plan")))...)
	}
	return v.RenderStaffAs(status, change.title, subscriptionChangeView(shown))
}

// affected are who and what a change of the subscription touches.
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

// planFacts say what is different under another plan; nothing before one is chosen.
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
		{Name: "Opened besides", Value: listText(without(after, before), "nothing")}, {Name: "Closed then", Value: listText(without(before, after), "nothing")},
		{Name: "Keys", Value: "stay as they are"},
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
	if err != nil && view.Correctable(err) {
		return p.showSubscriptionChange(v, v.RefusedForm(err), sent, view.Refused(err, change.fields...))
	}
	if err != nil {
		return err
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
	Plans []view.Choice
	// For names the application that gets access, empty where a person does.
	For     string
	Sent    url.Values
	Refused view.Refusals
}

var grantFields = []string{"email", "plan", "ends_at", "reason"}

func (p *Pages) grantPage(v *visit.Visit) error {
	return p.showGrant(v, http.StatusOK, v.Request.URL.Query(), view.Refusals{})
}

func (p *Pages) showGrant(v *visit.Visit, status int, sent url.Values, told view.Refusals) error {
	found, err := p.Overview.GrantForm(v.Request.Context(), visit.ParseID[access.ApplicationID](sent.Get("application")))
	if err != nil {
		return err
	}
	shown := grantContent{For: found.Application.Name, Sent: sent, Refused: told, Plans: []view.Choice{{Value: "", Text: "Choose a plan"}}}
	for _, one := range found.Plans {
		shown.Plans = append(shown.Plans, view.Choice{Value: one.Slug, Text: one.Name + " (" + one.Environment + ")"})
	}
	return v.RenderStaffAs(status, "Grant access", grantView(shown))
}

func (p *Pages) grantAccess(v *visit.Visit) error {
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
	if err != nil && (view.Correctable(err) || fault.Is(err, fault.NotFound)) {
		return p.showGrant(v, v.RefusedForm(err), sent, view.Refused(err, grantFields...))
	}
	if err != nil {
		return err
	}
	path := address.StaffSubscription(granted.Subscription.ID) + "?done=grant"
	if shown := secretsOf(granted.Issued); len(shown) > 0 {
		return v.RenderStaff("Keys to hand over", staffSecretsView(shown, path))
	}
	return v.Redirect(path)
}

// endSent reads a last day; the end itself is exclusive.
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

// daysSent reads a number of days; none is no end of its own.
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
	recipients  = []view.Choice{{Value: "person", Text: "The person alone"}, {Value: "team", Text: "Their whole team"}}
	slotChoices = []view.Choice{{Value: "", Text: "Beside the pair"}, {Value: string(access.Primary), Text: "Primary"}, {Value: string(access.Secondary), Text: "Secondary"}}
)
