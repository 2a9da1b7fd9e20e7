package reference

import (
	"encoding/json"
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// tryForm is the data for the script that builds the Try it form. It contains no secrets.
type tryForm struct {
	Method       string           `json:"method"`
	Path         string           `json:"path"`
	Environments []tryEnvironment `json:"environments"`
	// Subscriptions are the visitor's own. SignIn is the sign-in page, empty if the visitor is signed in.
	Subscriptions []trySubscription `json:"subscriptions"`
	SignIn        string            `json:"signIn,omitempty"`
	// CreateKey is the page on which a signed-in visitor creates a key.
	CreateKey string `json:"createKey,omitempty"`
	// Input is the operation's input as JSON from the catalogue; null if it has none.
	Input json.RawMessage `json:"input"`
	// Examples are the examples of the body, if there are several.
	Examples []tryExample `json:"examples,omitempty"`
}

// tryEnvironment is an environment with the operation's URL and how to send a key.
type tryEnvironment struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	tryPlace
	// Trial is the URL that issues a temporary key for a visitor, empty if there is none.
	Trial string `json:"trial,omitempty"`
}

// tryPlace says how to send a key: in a header, or as user name and password.
type tryPlace struct {
	Kind   plan.Kind `json:"kind"`
	Header string    `json:"header"`
}

// trySubscription is a subscription with the keys that can be chosen.
type trySubscription struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Application string `json:"application,omitempty"`
	Environment string `json:"environment"`
	tryPlace
	Keys []tryKey `json:"keys"`
	// Ticket is the URL that issues a temporary key, empty if the visitor may not have one.
	Ticket string `json:"ticket,omitempty"`
}

// tryKey is a key that the visitor may reveal at the URL Reveal.
type tryKey struct {
	Name   string `json:"name"`
	Prefix string `json:"prefix"`
	Reveal string `json:"reveal"`
}

// tryOperation sends the data for the form.
func (p *Pages) tryOperation(v *visit.Visit) error {
	found, err := p.Access.Trial(v.Request.Context(), v.PathPart("product"), v.PathPart("version"), v.PathPart("operation"))
	if err != nil {
		return err
	}
	text, err := json.Marshal(newTryForm(v, found))
	if err != nil {
		return err
	}
	v.Writer.Header().Set("Content-Type", "application/json")
	v.Writer.WriteHeader(http.StatusOK)
	_, _ = v.Writer.Write(text) // the visitor has left
	return nil
}

func newTryForm(v *visit.Visit, trial access.Trial) tryForm {
	form := tryForm{
		Method: trial.Operation.Method, Path: trial.Operation.Path, Input: trial.Operation.Input, Examples: tryExamples(trial.Operation),
		Environments: []tryEnvironment{}, Subscriptions: []trySubscription{},
	}
	if len(form.Input) == 0 {
		form.Input = json.RawMessage("null")
	}
	for _, endpoint := range trial.Version.Endpoints {
		shown := tryEnvironment{
			Name: endpoint.Environment, Address: v.Config.GatewayURL + endpoint.BasePath, tryPlace: tryPlace(trial.Keys[endpoint.Environment]),
		}
		if trial.Triable[endpoint.Environment] {
			shown.Trial = address.VisitorKey(v.PathPart("product"), trial.Version.Name, endpoint.Environment)
		}
		form.Environments = append(form.Environments, shown)
	}
	for _, under := range trial.Subscriptions {
		form.Subscriptions = append(form.Subscriptions, newTrySubscription(under))
	}
	switch {
	case v.Principal.Anonymous():
		form.SignIn = address.SignIn(operationOf(v))
	case trial.MayGetKey:
		form.CreateKey = address.GetKey(v.PathPart("product"), v.PathPart("version"))
	default:
		form.CreateKey = address.Product(v.PathPart("product"))
	}
	return form
}

// operationOf returns the page URL of the operation that the request's path names.
func operationOf(v *visit.Visit) string {
	return address.Operation(v.PathPart("product"), v.PathPart("version"), v.PathPart("operation"))
}

func newTrySubscription(under access.TrialSubscription) trySubscription {
	shown := trySubscription{
		ID: under.Subscription.ID.Hex(), Name: under.Plan.Name, Environment: under.Plan.Environment, tryPlace: tryPlace(under.Scheme),
		Keys: []tryKey{},
	}
	if !under.Application.Default {
		shown.Application = under.Application.Name
	}
	for _, key := range under.Shown {
		shown.Keys = append(shown.Keys, tryKey{Name: view.KeyTitle(key), Prefix: key.Prefix, Reveal: address.ProfileKey(key.ID, "reveal")})
	}
	if under.Actions.IssueTicket {
		shown.Ticket = "/try/tickets?subscription=" + shown.ID
	}
	return shown
}

// issueTicket issues a temporary key for one of the visitor's subscriptions.
func (p *Pages) issueTicket(v *visit.Visit) error {
	subscription, err := id.Parse[access.SubscriptionID](v.Request.URL.Query().Get("subscription"))
	if err != nil {
		subscription = access.SubscriptionID{} // a malformed ID matches no subscription
	}
	issued, err := p.Access.IssueTicket(v.Request.Context(), subscription)
	if err != nil {
		return err
	}
	return v.RenderPart(http.StatusOK, ticket(issued, "/try/tickets/"+issued.Credential.ID.Hex()+"/end"))
}

// issueVisitorKey issues a temporary key for a visitor without an account. It ends by itself.
func (p *Pages) issueVisitorKey(v *visit.Visit) error {
	sent := v.Request.URL.Query()
	issued, err := p.Access.IssueVisitorKey(v.Request.Context(), access.NewVisitorKey{
		Product: sent.Get("product"), Version: sent.Get("version"), Environment: sent.Get("environment"),
	})
	if err != nil {
		return err
	}
	return v.RenderPart(http.StatusOK, ticket(issued, ""))
}

// endTicket ends a temporary key. The script calls it at the latest when the visitor leaves the page.
func (p *Pages) endTicket(v *visit.Visit) error {
	if err := p.Access.EndTicket(v.Request.Context(), v.Credential()); err != nil {
		return err
	}
	v.Writer.WriteHeader(http.StatusNoContent)
	return nil
}
