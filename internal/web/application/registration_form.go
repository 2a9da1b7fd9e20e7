package application

import (
	"net/url"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// registrationContent is the form that registers an application for a version.
type registrationContent struct {
	access.RegistrationForm

	Form view.Form
	// NewApplication is the form for creating an application first, empty if the visitor may not.
	NewApplication string
	Support        string
}

// search returns the text that filters the applications to choose from.
func (c registrationContent) search() string { return c.Form.Value("q") }

// choices returns the applications, each with the result of registering it if the results differ.
func (c registrationContent) choices() []view.Choice {
	choices := make([]view.Choice, len(c.Applications))
	for i, one := range c.Applications {
		text := one.Application.Name
		if len(c.Offers) > 1 {
			text += " (" + one.Strategy.Name + ": " + leadsTo(c.Offer(one.Strategy.ID)) + ")"
		}
		choices[i] = view.Choice{Value: one.Application.ID.Hex(), Text: text}
	}
	return choices
}

func (c registrationContent) hint() string {
	if c.Chosen {
		return ""
	}
	return "Those that are not registered for this version yet."
}

func leadsTo(offer access.RegistrationOffer) string {
	if offer.Automatic {
		return "approved at once"
	}
	return "staff decide"
}

// termsText describes the price and limits of a plan.
func termsText(under plan.Plan) string {
	terms := append([]string{}, view.LimitsOf(under)...)
	if price := view.PriceText(under.Price); price != "" {
		terms = append([]string{price}, terms...)
	}
	if len(terms) == 0 {
		return "No limits."
	}
	return view.Capital(strings.Join(terms, ", ")) + "."
}

// registerPage shows the form. A link from an application's page selects that application.
func (p *Pages) registerPage(v *visit.Visit) error {
	query := v.Request.URL.Query()
	return p.showRegister(v, view.Filled(query), visit.ParseID[access.ApplicationID](query.Get("application")))
}

func (p *Pages) showRegister(v *visit.Visit, form view.Form, chosen access.ApplicationID) error {
	found, err := p.Access.RegistrationForm(v.Request.Context(), v.PathPart("product"), v.PathPart("version"), form.Value("q"), chosen)
	if err != nil {
		return err
	}
	shown := registrationContent{
		RegistrationForm: found, Form: form, Support: v.Settings.Support,
	}
	if mayIn(v, identity.ManageApplications) {
		query := url.Values{"return_to": {address.Register(found.Product.Slug, found.Version.Name)}}
		if len(found.Offers) > 0 {
			query.Set("strategy", found.Offers[0].Strategy.ID.Hex())
		}
		shown.NewApplication = address.Applications + "/new?" + query.Encode()
	}
	return v.Render("Register for "+found.Product.Name+" "+found.Version.Name, site.AreaAPIs, registerView(shown))
}

func (p *Pages) register(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	made, err := p.Access.Register(v.Request.Context(), access.NewRegistration{
		Application: visit.ParseNonZeroID[access.ApplicationID](sent.Get("application")), Version: visit.ParseID[catalog.VersionID](sent.Get("version")),
		Form: sentRequestForm(sent),
	})
	if err != nil {
		return v.Refuse(err, sent, func(v *visit.Visit, form view.Form) error {
			return p.showRegister(v, form, access.ApplicationID{})
		}, "application", "purpose")
	}
	done := "waiting"
	if made.Subscription.State == access.Approved {
		done = "registered"
	}
	return v.Redirect(address.Application(made.Subscription.Application) + "?done=" + done)
}

func (p *Pages) unregisterPage(v *visit.Visit) error {
	found, err := p.Access.RegistrationToRemove(v.Request.Context(), application(v), v.SubscriptionID())
	if err != nil {
		return err
	}
	path := address.Application(application(v))
	return v.Render("Remove registration", site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: []view.Link{{Text: "Applications", Path: address.Applications}, {Text: "Application", Path: path}},
		Title: "Remove the registration for " + releaseName(found.Release) + "?", Text: removalText(found.Subscription.State),
		Facts:  []view.Fact{{Name: "Now", Value: view.StateText(found.Subscription.State)}, {Name: "Since", Value: view.Day(found.Subscription.UpdatedAt)}},
		Action: address.Application(application(v), "registrations", found.Subscription.ID.Hex(), "remove"), Button: "Remove registration",
		Danger: found.Subscription.State == access.Approved || found.Subscription.State == access.Suspended, Back: path,
	}))
}

// removalText says what happens when a registration is removed.
func removalText(state access.SubscriptionState) string {
	switch state {
	case access.Approved:
		return "The application's keys stop working with this version. You can request it again."
	case access.Pending:
		return "Its request is withdrawn. You can request it again."
	case access.Suspended:
		return "Staff suspended it. If you remove it, you can't request it again until they allow it."
	case access.Revoked:
		return "It leaves the list. You can't request it again until staff allow it."
	case access.Rejected, access.Expired, access.Cancelled:
	}
	return "It leaves the list. You can request it again."
}

func (p *Pages) unregister(v *visit.Visit) error {
	if err := p.Access.Unregister(v.Request.Context(), application(v), v.SubscriptionID()); err != nil {
		return err
	}
	return v.Redirect(address.Application(application(v)) + "?done=unregistered")
}

// lastCall returns the time when an application's keys were last used.
func lastCall(found overview.ApplicationPage) string {
	var last time.Time
	for _, at := range found.LastUsed {
		if at.After(last) {
			last = at
		}
	}
	if last.IsZero() {
		return "Never"
	}
	return view.Capital(view.Ago(last, found.At))
}
