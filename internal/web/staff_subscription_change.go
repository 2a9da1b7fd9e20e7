package web

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
)

// subscriptionChange is one thing that staff do to a subscription.
type subscriptionChange struct {
	link, title, text, button string
	danger                    bool
	fields                    []string
	apply                     func(v *visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error)
}

var subscriptionChanges = map[string]subscriptionChange{
	"suspend":   {"Suspend", "Suspend this subscription?", "Its keys are refused at once, until you reinstate it. A mail tells whoever asked for it.", "Suspend", true, []string{"reason"}, suspend},
	"reinstate": {"Reinstate", "Reinstate this subscription?", "Its keys work again at once. A mail tells whoever asked for it.", "Reinstate", false, nil, reinstate},
	"cancel":    {"Cancel", "Cancel this subscription?", "It ends at once and for good, without blame: its own keys are revoked, and the team may ask again. A mail tells whoever asked for it.", "Cancel the subscription", true, []string{"reason"}, cancel},
	"revoke":    {"Revoke", "Revoke this subscription?", "It ends at once and for good: its own keys are revoked, and the team cannot ask again until you clear it. A mail tells whoever asked for it.", "Revoke", true, []string{"reason"}, revokeSubscription},
	"expire":    {"End", "End this subscription?", "Its time is over: its own keys are revoked at once, and the team may ask again. A mail tells whoever asked for it.", "End it", true, nil, expire},
	"clear":     {"Clear", "Clear this subscription?", "The team may ask for the same again. Nothing else changes.", "Clear", false, nil, clearSubscription},
	"plan":      {"Change plan", "Change the plan?", "The subscription goes on under the other plan at once. Its keys stay, and so does what was counted.", "Change the plan", false, []string{"plan"}, moveToPlan},
	"keys":      {"Make a key", "Make a key?", "The key serves this subscription alone. A key that its team can see again is shown to nobody now.", "Make the key", false, []string{"name", "slot", "validity"}, issueKey},
}

func suspend(v *visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.SuspendSubscription(v.request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func reinstate(v *visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.ReinstateSubscription(v.request.Context(), subscription)
	return nil, err
}

func cancel(v *visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.CancelSubscription(v.request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func revokeSubscription(v *visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.RevokeSubscription(v.request.Context(), subscription, sent.Get("reason"))
	return nil, err
}

func expire(v *visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.ExpireSubscription(v.request.Context(), subscription)
	return nil, err
}

func clearSubscription(v *visit, subscription access.SubscriptionID, _ url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.ClearSubscription(v.request.Context(), subscription)
	return nil, err
}

func moveToPlan(v *visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	_, err := v.config.Access.ChangePlan(v.request.Context(), access.ChangePlan{Subscription: subscription, Plan: idOrNone[plan.ID](sent.Get("plan"))})
	return nil, err
}

func issueKey(v *visit, subscription access.SubscriptionID, sent url.Values) ([]access.IssuedCredential, error) {
	validity, err := daysSent(sent.Get("validity"))
	if err != nil {
		return nil, err
	}
	issued, err := v.config.Access.IssueCredential(v.request.Context(), access.NewCredential{
		Once: idOrNone[access.CredentialID](sent.Get("once")), Subscription: subscription, Name: sent.Get("name"),
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
	Facts   []fact
	Plans   []choice
	Pair    bool
	Once    string
	Sent    url.Values
	Refused refusals
}

func subscriptionChangePage(v *visit) error {
	return v.showSubscriptionChange(http.StatusOK, v.request.URL.Query(), refusals{})
}

func (v *visit) showSubscriptionChange(status int, sent url.Values, told refusals) error {
	name := v.pathPart("action")
	change, known := subscriptionChanges[name]
	if !known {
		return notFound(v)
	}
	found, err := v.config.Overview.SubscriptionPage(v.request.Context(), v.subscriptionID())
	if err != nil {
		return err
	}
	shown := subscriptionChangeContent{
		Change: change, Name: name, Path: staffSubscriptionPath(found.Subscription.ID), Of: planName(found.Plan) + " of " + found.Team,
		Facts: affected(found), Pair: found.Plan.Keys.Pair, Sent: sent, Refused: told, Once: id.New[access.CredentialID](found.At).Hex(),
	}
	if name == "plan" {
		shown.Plans = otherPlans(found)
		shown.Facts = append(shown.Facts, planFacts(found, idOrNone[plan.ID](sent.Get("plan")))...)
	}
	return v.renderStaffAs(status, change.title, subscriptionChangeView(shown))
}

// affected are who and what a change of the subscription touches.
func affected(found overview.SubscriptionPage) []fact {
	working := 0
	for _, key := range found.Keys {
		if key.Usable {
			working++
		}
	}
	return []fact{
		{"Team", found.Team}, {"Application", found.Application.Name}, {"Working keys", number(int64(working))},
		{"Calls today", number(found.CallsToday)}, {"Calls in 30 days", number(found.Calls)},
	}
}

func otherPlans(found overview.SubscriptionPage) []choice {
	choices := []choice{{"", "Choose a plan"}}
	for _, other := range found.Others {
		choices = append(choices, choice{other.ID.Hex(), other.Name})
	}
	return choices
}

// planFacts say what is different under another plan; nothing before one is chosen.
func planFacts(found overview.SubscriptionPage, chosen plan.ID) []fact {
	at := slices.IndexFunc(found.Others, func(other plan.Plan) bool { return other.ID == chosen })
	if at < 0 {
		return nil
	}
	other := found.Others[at]
	before, after := opensOf(found, found.Plan), opensOf(found, other)
	without := func(all, some []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(one string) bool { return slices.Contains(some, one) })
	}
	return []fact{
		{"Limits now", listText(limitsOf(found.Plan), "none")}, {"Limits then", listText(limitsOf(other), "none")},
		{"Opened besides", listText(without(after, before), "nothing")}, {"Closed then", listText(without(before, after), "nothing")},
		{"Keys", "stay as they are"},
	}
}

func changeSubscription(v *visit) error {
	name := v.pathPart("action")
	change, known := subscriptionChanges[name]
	if !known {
		return notFound(v)
	}
	sent, err := v.form()
	if err != nil {
		return err
	}
	subscription := v.subscriptionID()
	issued, err := change.apply(v, subscription, sent)
	if err != nil && correctable(err) {
		return v.showSubscriptionChange(v.refusedForm(err), sent, refused(err, change.fields...))
	}
	if err != nil {
		return err
	}
	path := staffSubscriptionPath(subscription) + "?done=" + name
	if len(issued) > 0 {
		path = staffKeyPath(issued[0].Credential.ID) + "?done=issue"
	}
	if shown := secretsOf(issued); len(shown) > 0 {
		return v.renderStaff("New key", staffSecretsView(shown, path))
	}
	return v.redirect(path)
}

// grantContent is the form that grants access.
type grantContent struct {
	Plans []choice
	// For names the application that gets access, empty where a person does.
	For     string
	Sent    url.Values
	Refused refusals
}

var grantFields = []string{"email", "plan", "ends_at", "reason"}

func grantPage(v *visit) error { return v.showGrant(http.StatusOK, v.request.URL.Query(), refusals{}) }

func (v *visit) showGrant(status int, sent url.Values, told refusals) error {
	found, err := v.config.Overview.GrantForm(v.request.Context(), idOrNone[access.ApplicationID](sent.Get("application")))
	if err != nil {
		return err
	}
	shown := grantContent{For: found.Application.Name, Sent: sent, Refused: told, Plans: []choice{{"", "Choose a plan"}}}
	for _, one := range found.Plans {
		shown.Plans = append(shown.Plans, choice{one.Slug, one.Name + " (" + one.Environment + ")"})
	}
	return v.renderStaffAs(status, "Grant access", grantView(shown))
}

func grantAccess(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	end, err := endSent(sent.Get("ends_at"))
	var granted access.Granted
	if err == nil {
		granted, err = v.config.Access.GrantNamed(v.request.Context(), access.NamedAccess{
			Email: sent.Get("email"), ForTeam: sent.Get("for") == "team", Application: idOrNone[access.ApplicationID](sent.Get("application")),
			Plan: sent.Get("plan"), EndsAt: end, IssueKey: sent.Get("issue_key") != "", Reason: sent.Get("reason"),
		})
	}
	if err != nil && (correctable(err) || fault.Is(err, fault.NotFound)) {
		return v.showGrant(v.refusedForm(err), sent, refused(err, grantFields...))
	}
	if err != nil {
		return err
	}
	path := staffSubscriptionPath(granted.Subscription.ID) + "?done=grant"
	if shown := secretsOf(granted.Issued); len(shown) > 0 {
		return v.renderStaff("Keys to hand over", staffSecretsView(shown, path))
	}
	return v.redirect(path)
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
	recipients  = []choice{{"person", "The person alone"}, {"team", "Their whole team"}}
	slotChoices = []choice{{"", "Beside the pair"}, {string(access.Primary), "Primary"}, {string(access.Secondary), "Secondary"}}
)
