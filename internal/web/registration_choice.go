package web

import (
	"net/http"
	"net/url"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/site"
)

// registrationChoices are the versions that an application may still be registered for.
type registrationChoices struct {
	access.RegistrationChoices

	List listing
}

func registrationChoicesPage(v *visit) error {
	list, err := v.listing("q")
	if err != nil {
		return err
	}
	filter := access.RegistrationChoiceFilter{Application: v.application(), Search: list.filter("q")}
	found, err := v.config.Access.RegistrationChoices(v.request.Context(), filter, list.request())
	if err != nil {
		return err
	}
	list.Total = found.Choices.Total
	return v.render(http.StatusOK, "Register "+found.Application.Name, site.AreaApplications,
		registrationChoicesView(registrationChoices{RegistrationChoices: found, List: list}))
}

// registerPath leads to where the application is registered for one of the versions.
func (c registrationChoices) registerPath(choice access.RegistrationChoice) string {
	return registerPath(choice.Release.Product, choice.Release.Version) + "?" + url.Values{"application": {c.Application.ID.Hex()}}.Encode()
}
