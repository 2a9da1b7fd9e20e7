package application

import (
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// registrationContent is the form that leads to a key for a version, or that adds the version to a chosen application.
type registrationContent struct {
	access.RegistrationForm

	Form view.Form
	// Once keeps a form that is sent twice from creating two keys.
	Once string
	// MayCreate reports whether the visitor may create an application in the form.
	MayCreate bool
	Support   string
}

// newApplication is the choice that creates an application.
const newApplication = ""

// releaseName is the name of the version with its product's.
func (c registrationContent) releaseName() string { return c.Product.Name + " " + c.Version.Name }

// title says what the form leads to.
func (c registrationContent) title() string {
	switch {
	case len(c.Offers) == 0:
		return c.releaseName()
	case c.Chosen:
		return "Add " + c.releaseName() + " to " + c.Applications[0].Application.Name
	case c.Automatic():
		return "Get a key for " + c.releaseName()
	}
	return "Request access to " + c.releaseName()
}

// button is the verb of the form.
func (c registrationContent) button() string {
	switch {
	case !c.Automatic():
		return "Send request"
	case c.Chosen:
		return "Add API"
	}
	return "Create key"
}

// action is where the form is sent.
func (c registrationContent) action() string {
	if c.Chosen {
		return address.Register(c.Product.Slug, c.Version.Name)
	}
	return address.GetKey(c.Product.Slug, c.Version.Name)
}

// cancel is the page that the visitor came from.
func (c registrationContent) cancel() string {
	if c.Chosen {
		return address.Application(c.Applications[0].Application.ID)
	}
	return address.Product(c.Product.Slug)
}

// offered returns the offers to choose from: only the one for the chosen application, or all.
func (c registrationContent) offered() []access.RegistrationOffer {
	if c.Chosen {
		return []access.RegistrationOffer{c.Offer(c.Applications[0].Strategy.ID)}
	}
	return c.Offers
}

// choosesPlan reports whether the visitor chooses the plan for a new application.
func (c registrationContent) choosesPlan() bool { return c.MayCreate && len(c.offered()) > 1 }

// planChosen reports whether the form shows the offer as chosen.
func (c registrationContent) planChosen(position int, offer access.RegistrationOffer) bool {
	if wanted := c.Form.Value("strategy"); wanted != "" {
		return wanted == offer.Strategy.ID.Hex()
	}
	return position == 0
}

// search returns the text that filters the applications to choose from.
func (c registrationContent) search() string { return c.Form.Value("q") }

// choices returns the applications, each with the result of registering it if the results differ.
func (c registrationContent) choices() []view.Choice {
	var choices []view.Choice
	if c.MayCreate {
		choices = append(choices, view.Choice{Value: newApplication, Text: "New application"})
	}
	for _, one := range c.Applications {
		text := one.Application.Name
		if len(c.Offers) > 1 {
			text += " (" + one.Strategy.Name + ": " + leadsTo(c.Offer(one.Strategy.ID)) + ")"
		}
		choices = append(choices, view.Choice{Value: one.Application.ID.Hex(), Text: text})
	}
	if c.Automatic() {
		for _, one := range c.Registered {
			choices = append(choices, view.Choice{Value: one.Application.ID.Hex(), Text: one.Application.Name + " (calls it already)"})
		}
	}
	return choices
}

// none reports whether there is no application to choose and none may be created.
func (c registrationContent) none() bool { return len(c.choices()) == 0 }

func leadsTo(offer access.RegistrationOffer) string {
	if offer.Automatic {
		return "approved at once"
	}
	return "staff approve"
}

// registerPage shows the form. A link from an application's page chooses that application.
func (p *Pages) registerPage(v *visit.Visit) error {
	return p.showRegister(v, view.Filled(v.Request.URL.Query()))
}

func (p *Pages) showRegister(v *visit.Visit, form view.Form) error {
	chosen := visit.ParseID[access.ApplicationID](form.Value("application"))
	return p.showRegistrationForm(v, form, chosen)
}

// getKeyPage shows the form for all applications, even if it was sent with one.
func (p *Pages) getKeyPage(v *visit.Visit) error {
	return p.showGetKey(v, view.Filled(v.Request.URL.Query()))
}

func (p *Pages) showGetKey(v *visit.Visit, form view.Form) error {
	return p.showRegistrationForm(v, markTaken(form), access.ApplicationID{})
}

func (p *Pages) showRegistrationForm(v *visit.Visit, form view.Form, chosen access.ApplicationID) error {
	found, err := p.Access.RegistrationForm(v.Request.Context(), v.PathPart("product"), v.PathPart("version"), form.Value("q"), chosen)
	if err != nil {
		return err
	}
	shown := registrationContent{
		RegistrationForm: found, Form: form, Once: id.New[access.CredentialID](found.At).Hex(),
		MayCreate: mayIn(v, identity.ManageApplications), Support: v.Settings.Support,
	}
	return v.Render(shown.title(), site.AreaAPIs, registerView(shown))
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
		return v.Refuse(err, sent, p.showRegister, "application", "purpose")
	}
	done := "waiting"
	if made.Subscription.State == access.Approved {
		done = "registered"
	}
	return v.Redirect(address.Application(made.Subscription.Application) + "?done=" + done)
}

// registerWithKey registers a new or existing application and shows its key, unless staff must approve first.
func (p *Pages) registerWithKey(v *visit.Visit) error {
	sent, err := v.Form()
	if err != nil {
		return err
	}
	in := access.NewRegistrationWithKey{
		NewRegistration: access.NewRegistration{Version: visit.ParseID[catalog.VersionID](sent.Get("version")), Form: sentRequestForm(sent)},
		New:             access.NewApplication{Name: sent.Get("name"), Strategy: visit.ParseID[plan.StrategyID](sent.Get("strategy"))},
		KeyName:         sent.Get("key_name"), Once: visit.ParseID[access.CredentialID](sent.Get("once")),
	}
	if chosen := sent.Get("application"); chosen != newApplication {
		in.Application = visit.ParseNonZeroID[access.ApplicationID](chosen)
	}
	made, err := p.Access.RegisterWithKey(v.Request.Context(), in)
	if err != nil {
		return v.Refuse(err, sent, p.showGetKey, "application", "name", "key_name", "purpose")
	}
	return p.showRegistered(v, made)
}

// showRegistered shows the key of a registration, or the application's page if staff must approve first.
func (p *Pages) showRegistered(v *visit.Visit, made access.RegisteredWithKey) error {
	if made.Key == nil {
		return v.Redirect(address.Application(made.Subscription.Application) + "?done=waiting")
	}
	return p.showFreshKey(v, *made.Key)
}

func (p *Pages) unregisterPage(v *visit.Visit) error {
	found, err := p.Access.RegistrationToRemove(v.Request.Context(), application(v), v.SubscriptionID())
	if err != nil {
		return err
	}
	path := address.Application(application(v))
	return v.Render("Remove registration", site.AreaApplications, view.ConfirmView(view.Confirmation{
		Above: []view.Link{{Text: "Applications", Path: address.Applications}, {Text: "Application", Path: path}},
		Title: "Remove " + releaseName(found.Release) + "?", Text: removalText(found.Subscription.State),
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
