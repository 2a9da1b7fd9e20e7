package application

import (
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// registrationChoices is the list of versions that an application may still be registered for.
type registrationChoices struct {
	access.RegistrationChoices

	List view.Listing
}

func (p *Pages) registrationChoicesPage(v *visit.Visit) error {
	list, err := v.Listing("q")
	if err != nil {
		return err
	}
	filter := access.RegistrationChoiceFilter{Application: application(v), Search: list.Filter("q")}
	found, err := p.Access.RegistrationChoices(v.Request.Context(), filter, list.Request())
	if err != nil {
		return err
	}
	list.Total = found.Choices.Total
	return v.Render("Add an API to "+found.Application.Name, site.AreaApplications,
		registrationChoicesView(registrationChoices{RegistrationChoices: found, List: list}))
}

// registerPath returns the form that registers the application for one of the versions.
func (c registrationChoices) registerPath(choice access.RegistrationChoice) string {
	return address.Register(choice.Release.Product.Slug, choice.Release.Version.Name) + "?" + url.Values{"application": {c.Application.ID.Hex()}}.Encode()
}
