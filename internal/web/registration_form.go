package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/site"
)

func registerPath(product catalog.Product, version catalog.Version) string {
	return versionPath(product, version) + "/register"
}

// registrationContent is the form by which an application is registered for a version.
type registrationContent struct {
	access.RegistrationForm

	Search, Application string
	Refused             refusals
	// NewApplication is where one is made first, empty for who may not.
	NewApplication string
	Support        string
}

// choices are the applications with what registering each leads to, where that differs.
func (c registrationContent) choices() []choice {
	choices := make([]choice, len(c.Applications))
	for i, one := range c.Applications {
		text := one.Application.Name
		if len(c.Offers) > 1 {
			text += " (" + one.Strategy.Name + ": " + leadsTo(c.Offer(one.Strategy.ID)) + ")"
		}
		choices[i] = choice{one.Application.ID.Hex(), text}
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

// termsText says what a plan costs and allows.
func termsText(under plan.Plan) string {
	terms := append([]string{}, limitsOf(under)...)
	if price := priceText(under.Price); price != "" {
		terms = append([]string{price}, terms...)
	}
	if len(terms) == 0 {
		return "No limits."
	}
	return capital(strings.Join(terms, ", ")) + "."
}

// registerPage is led to from a version, or from an application that is chosen thereby.
func registerPage(v *visit) error {
	sent := v.request.URL.Query()
	return v.showRegister(http.StatusOK, sent, idOrNone[access.ApplicationID](sent.Get("application")), refusals{})
}

func (v *visit) showRegister(status int, sent url.Values, chosen access.ApplicationID, told refusals) error {
	found, err := v.config.Access.RegistrationForm(v.request.Context(), v.pathPart("product"), v.pathPart("version"), sent.Get("q"), chosen)
	if err != nil {
		return err
	}
	shown := registrationContent{
		RegistrationForm: found, Search: sent.Get("q"), Application: sent.Get("application"), Refused: told, Support: v.settings.Support,
	}
	if v.mayIn(identity.ManageApplications) {
		query := url.Values{"return_to": {registerPath(found.Product, found.Version)}}
		if len(found.Offers) > 0 {
			query.Set("strategy", found.Offers[0].Strategy.ID.Hex())
		}
		shown.NewApplication = applicationsPath + "/new?" + query.Encode()
	}
	return v.render(status, "Register for "+found.Product.Name+" "+found.Version.Name, site.AreaAPIs, registerView(shown))
}

func register(v *visit) error {
	sent, err := v.form()
	if err != nil {
		return err
	}
	made, err := v.config.Access.Register(v.request.Context(), access.NewRegistration{
		Application: idOrNobodys[access.ApplicationID](sent.Get("application")), Version: idOrNone[catalog.VersionID](sent.Get("version")),
	})
	if err != nil && correctable(err) {
		return v.showRegister(v.refusedForm(err), sent, access.ApplicationID{}, refused(err, "application"))
	}
	if err != nil {
		return err
	}
	done := "waiting"
	if made.Subscription.State == access.Approved {
		done = "registered"
	}
	return v.redirect(applicationPath(made.Subscription.Application) + "?done=" + done)
}

func unregisterPage(v *visit) error {
	found, err := v.config.Access.RegistrationToRemove(v.request.Context(), v.application(), v.subscriptionID())
	if err != nil {
		return err
	}
	path := applicationPath(v.application())
	return v.render(http.StatusOK, "Remove registration", site.AreaApplications, confirmView(confirmation{
		Above: []link{{Text: "Applications", Path: applicationsPath}, {Text: "Application", Path: path}},
		Title: "Remove the registration for " + releaseName(found.Release) + "?", Text: removalText(found.Subscription.State),
		Facts:  []fact{{"Now", stateText(found.Subscription.State)}, {"Since", day(found.Subscription.UpdatedAt)}},
		Action: applicationPath(v.application(), "registrations", found.Subscription.ID.Hex(), "remove"), Button: "Remove it",
		Danger: found.Subscription.State == access.Approved || found.Subscription.State == access.Suspended, Back: path,
	}))
}

// removalText says what removing a registration does.
func removalText(state access.SubscriptionState) string {
	switch state {
	case access.Approved:
		return "The application's keys do not open this version any more, at once. You may register again."
	case access.Pending:
		return "The request for it is withdrawn. You may register again."
	case access.Suspended:
		return "Staff have suspended it. Removed, it counts as revoked: you cannot register again until they clear it."
	case access.Revoked:
		return "It goes from the list. You cannot register again until the portal's staff clear it."
	case access.Rejected, access.Expired, access.Cancelled:
	}
	return "It goes from the list. You may register again."
}

func unregister(v *visit) error {
	if err := v.config.Access.Unregister(v.request.Context(), v.application(), v.subscriptionID()); err != nil {
		return err
	}
	return v.redirect(applicationPath(v.application()) + "?done=unregistered")
}

// lastCall is when any of an application's keys was last used.
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
	return capital(ago(last, found.At))
}
