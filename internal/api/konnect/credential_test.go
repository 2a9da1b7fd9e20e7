package konnect_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/platform/page"
)

func TestCredentialsAreShownOnce(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		shop := c.create(t, "Shop")
		create := func(payload any) answer {
			return c.call(t, "CredentialsApi.createCredential", object{"applicationId": shop, "createCredentialPayload": payload})
		}
		first := create(object{"display_name": "First"})
		if nameless := create(nil); nameless.Status != http.StatusCreated || nameless.at("display_name") == nil {
			t.Errorf("a key created without a body: %v", nameless.Body)
		}
		if got := create(object{"display_name": strings.Repeat("x", 256)}); got.text("invalid_parameters", 0, "field") != "display_name" {
			t.Errorf("a long name: %d %v", got.Status, got.Body)
		}
		list := func() answer {
			return c.want(t, http.StatusOK, "CredentialsApi.listCredentials", object{"applicationId": shop, "pageSize": 100})
		}
		if shown := list(); strings.Contains(fmt.Sprint(shown.Body), first.text("credential")) || first.text("credential") == "" || shown.total() != 2 {
			t.Errorf("the list is %v", shown.Body)
		}
		named := object{"applicationId": shop, "credentialId": first.text("id")}
		rename := func(payload object) object {
			return object{"applicationId": shop, "credentialId": first.text("id"), "updateCredentialPayload": payload}
		}
		if got := c.want(t, http.StatusOK, "CredentialsApi.updateCredential", rename(object{"display_name": "Renamed"})); got.Body != "" {
			t.Errorf("renaming returned %v", got.Body)
		}
		c.want(t, http.StatusBadRequest, "CredentialsApi.updateCredential", rename(object{}))
		if !slices.Contains(list().column("display_name"), any("Renamed")) {
			t.Errorf("the list after renaming is %v", list().Body)
		}
		for range 18 {
			create(object{"display_name": "More"})
		}
		if got := create(object{}); got.Status != http.StatusForbidden || got.text("detail") != "Maximum number of Credentials exceeded. Max Allowed: 20" {
			t.Errorf("creating the 21st key: %d %v", got.Status, got.Body)
		}
		c.want(t, http.StatusNoContent, "CredentialsApi.deleteCredential", named)
		c.want(t, http.StatusNotFound, "CredentialsApi.deleteCredential", named)
		c.want(t, http.StatusNotFound, "CredentialsApi.updateCredential", rename(object{"display_name": "Gone"}))
		if got := create(object{}); got.Status != http.StatusCreated {
			t.Errorf("creating a key after one was deleted: %d %v", got.Status, got.Body)
		}
	})
}

// team returns the team of an application.
func (p *portal) team(t *testing.T, application string) identity.TeamID {
	t.Helper()
	parsed, err := id.Parse[access.ApplicationID](application)
	if err != nil {
		t.Fatal(err)
	}
	found, err := p.Services.Access.Application(system(), parsed)
	if err != nil {
		t.Fatal(err)
	}
	return found.Application.Team
}

// TestNoCredentialForPasswordStrategy checks that the API creates no credential if the protocol cannot show its secret.
func TestNoCredentialForPasswordStrategy(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		strategies, err := p.Services.Access.Strategies(system(), access.StrategyFilter{Name: "Password"}, page.Request{})
		if err != nil || len(strategies.Items) != 1 {
			t.Fatalf("the strategies are %v, %v", strategies, err)
		}
		made, err := p.Services.Access.CreateApplication(system(), access.NewApplication{
			Team: p.team(t, c.create(t, "Shop")), Name: "With a password", Strategy: strategies.Items[0].ID,
		})
		if err != nil {
			t.Fatal(err)
		}
		of := object{"applicationId": made.Application.ID.UUID()}
		c.want(t, http.StatusBadRequest, "CredentialsApi.createCredential", of)
		if got := c.want(t, http.StatusOK, "CredentialsApi.listCredentials", of); got.total() != 0 {
			t.Errorf("a credential was created: %v", got.Body)
		}
	})
}

// TestUnusualApplications checks that impossible operations on unusual applications return a status that the operation
// declares.
func TestUnusualApplications(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		refused := func(call, application, field string) {
			t.Helper()
			if got := c.want(t, http.StatusBadRequest, call, object{"applicationId": application}); got.text("invalid_parameters", 0, "field") != field {
				t.Errorf("%s: %v", call, got.Body)
			}
		}
		byDefault, err := p.Services.Access.DefaultApplication(system(), p.team(t, c.create(t, "Shop")), identity.AccountID{})
		if err != nil {
			t.Fatal(err)
		}
		refused("ApplicationsApi.deleteApplication", byDefault.ID.UUID(), "applicationId") // the site shows its ID

		passing, err := p.Services.Plans.CreateStrategy(system(), plan.Strategy{Slug: "passing", Name: "Passing", Kind: plan.Key})
		if err != nil {
			t.Fatal(err)
		}
		bound := c.want(t, http.StatusCreated, "ApplicationsApi.createApplication", object{"createApplicationPayload": object{
			"name": "Bound", "auth_strategy_id": passing.ID.UUID(),
		}}).text("id")
		refused("CredentialsApi.createCredential", bound, "applicationId") // no plan has this strategy
		if err := p.Services.Plans.DeleteStrategy(system(), passing.Slug); err != nil {
			t.Fatal(err)
		}
		refused("CredentialsApi.createCredential", bound, "applicationId")
	})
}
