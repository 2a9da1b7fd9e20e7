package konnect_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/demo"
	"github.com/portico-api/portico/internal/platform/id"
	"github.com/portico-api/portico/internal/site"
)

const unknownID = "0192f0c1-2d3e-7f40-8a1b-2c3d4e5f6071"

// create creates an application with the portal's default strategy.
func (c *client) create(t *testing.T, name string) string {
	t.Helper()
	return c.want(t, http.StatusCreated, "ApplicationsApi.createApplication", object{"createApplicationPayload": object{"name": name}}).text("id")
}

// parcels returns a version of the demo's product. Version 2 is approved automatically, version 1 by staff.
func (c *client) parcels(t *testing.T, version string) object {
	t.Helper()
	product := c.want(t, http.StatusOK, "ProductsApi.listProducts", object{"filterName": "Parcels"}).byName(t, "Parcels")["id"]
	versions := c.want(t, http.StatusOK, "VersionsApi.listProductVersions", object{"productId": product})
	return object{"productId": product, "productVersionId": versions.byName(t, version)["id"]}
}

func (c *client) register(t *testing.T, application, version any) answer {
	t.Helper()
	return c.call(t, "RegistrationsApi.createApplicationRegistration", registering(application, version))
}

func registering(application, version any) object {
	return object{"applicationId": application, "createRegistrationPayload": object{"product_version_id": version}}
}

// subscription returns the domain's ID of a registration.
func subscription(t *testing.T, registration answer) access.SubscriptionID {
	t.Helper()
	parsed, err := id.Parse[access.SubscriptionID](registration.text("id"))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestRegisteringNeedsNoForm checks that clients of this protocol need no fields that staff require on the site.
func TestRegisteringNeedsNoForm(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.change(t, func(s *site.Settings) {
			s.RequestFields = []site.RequestField{{Label: "Volume", Kind: site.TextField, Required: true}}
		})
		c := p.signedIn(t, demo.Developer)
		made := c.want(t, http.StatusCreated, "ApplicationsApi.createApplication", object{"createApplicationPayload": object{"name": "Shop", "reference_id": "shop-1"}})
		got := c.register(t, made.text("id"), c.parcels(t, "1")["productVersionId"])
		if got.Status != http.StatusCreated || got.text("status") != "pending" {
			t.Errorf("registering: %d %v", got.Status, got.Body)
		}
	})
}

// TestApplicationCallsAPI creates and registers an application, calls the gateway with its key, and suspends and
// deletes it.
func TestApplicationCallsAPI(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		made := c.want(t, http.StatusCreated, "ApplicationsApi.createApplication", object{"createApplicationPayload": object{
			"name": "Shop", "description": "Sells things.", "reference_id": "shop-1", "redirect_uri": "https://shop.example/back", "auth_strategy_id": nil,
		}})
		if made.text("auth_strategy", "credential_type") != "key_auth" || made.text("auth_strategy", "key_names", 0) != "X-Api-Key" || made.at("credentials") != nil {
			t.Errorf("the new application is %v", made.Body)
		}
		shop, of := made.text("id"), object{"applicationId": made.text("id")}
		key := c.want(t, http.StatusCreated, "CredentialsApi.createCredential", object{"applicationId": shop, "createCredentialPayload": object{"display_name": "First"}})
		call := func() int {
			return ask(t, http.MethodGet, p.GatewayURL+"/parcels/v2/status", map[string]string{"X-Api-Key": key.text("credential")}).status
		}
		if status := call(); status != http.StatusUnauthorized && status != http.StatusForbidden {
			t.Errorf("a call before registering: %d", status)
		}
		second := c.parcels(t, "2")["productVersionId"]
		registration := c.register(t, shop, second)
		if registration.Status != http.StatusCreated || registration.text("status") != "approved" || registration.text("product_name") != "Parcels" ||
			registration.text("product_version_name") != "2" || registration.text("application_id") != shop {
			t.Fatalf("the new registration is %d %v", registration.Status, registration.Body)
		}
		if status := call(); status != http.StatusOK {
			t.Errorf("a call after registering: %d", status)
		}
		if again := c.register(t, shop, second); again.Status != http.StatusConflict {
			t.Errorf("registering again: %d %v", again.Status, again.Body)
		}

		staff := subscription(t, registration)
		if _, err := p.Services.Access.SuspendSubscription(system(), staff, "a test"); err != nil {
			t.Fatal(err)
		}
		if status := call(); status == http.StatusOK {
			t.Error("the key works while its registration is suspended")
		}
		named := object{"applicationId": shop, "registrationId": registration.text("id")}
		if got := c.want(t, http.StatusOK, "RegistrationsApi.getApplicationRegistration", named); got.text("status") != "revoked" {
			t.Errorf("the suspended registration is %v", got.Body)
		}
		if _, err := p.Services.Access.ReinstateSubscription(system(), staff); err != nil {
			t.Fatal(err)
		}
		if got := c.want(t, http.StatusOK, "RegistrationsApi.getApplicationRegistration", named); got.text("status") != "approved" || call() != http.StatusOK {
			t.Errorf("the reinstated registration is %v", got.Body)
		}
		for _, scopes := range []answer{
			c.want(t, http.StatusUnprocessableEntity, "RegistrationsApi.getApplicationRegistrationGrantedScopes", named),
			c.want(t, http.StatusUnprocessableEntity, "ApplicationsApi.getApplicationProductVersionGrantedScopes", object{"applicationId": shop, "productVersionId": second}),
		} {
			if scopes.text("title") != "Unsupported IDP" || !strings.HasSuffix(scopes.text("type"), "granted-scopes-unavailable") {
				t.Errorf("the scopes are %v", scopes.Body)
			}
		}
		c.want(t, http.StatusBadRequest, "CredentialsApi.refreshApplicationToken", of)

		c.want(t, http.StatusNoContent, "ApplicationsApi.deleteApplication", of)
		if status := call(); status == http.StatusOK {
			t.Error("the key of a deleted application works")
		}
		for _, gone := range []string{"ApplicationsApi.getApplication", "ApplicationsApi.deleteApplication", "RegistrationsApi.listApplicationRegistrations", "RegistrationsApi.getApplicationRegistration"} {
			c.want(t, http.StatusNotFound, gone, named)
		}
	})
}

func TestRegistrationStates(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		shop, other := c.create(t, "Shop"), c.create(t, "Other")
		first, second := c.parcels(t, "1"), c.parcels(t, "2")
		waits := c.register(t, shop, first["productVersionId"])
		open := c.register(t, shop, second["productVersionId"])
		if waits.text("status") != "pending" || open.text("status") != "approved" {
			t.Fatalf("the registrations are %v and %v", waits.Body, open.Body)
		}
		list := func(parameters object) string {
			parameters["applicationId"] = shop
			got := c.want(t, http.StatusOK, "RegistrationsApi.listApplicationRegistrations", parameters)
			return fmt.Sprint(got.total(), got.column("status"))
		}
		for name, row := range map[string]struct {
			parameters object
			want       string
		}{
			"all":              {object{}, "2 [approved pending]"},
			"a page":           {object{"pageSize": 1, "pageNumber": 2}, "2 [pending]"},
			"a status":         {object{"filterStatus": "pending"}, "1 [pending]"},
			"no such status":   {object{"filterStatusEq": "revoked"}, "0 []"},
			"an id":            {object{"filterId": waits.text("id")}, "1 [pending]"},
			"a product":        {object{"filterProductName": "Parcels"}, "2 [approved pending]"},
			"another product":  {object{"filterProductNameContains": "maps"}, "0 []"},
			"a version":        {object{"filterProductVersionName": "2"}, "1 [approved]"},
			"a part of one":    {object{"filterProductVersionNameContains": "1"}, "1 [pending]"},
			"product, version": {object{"filterProductNameContains": "PARC", "filterProductVersionNameEq": "1"}, "1 [pending]"},
		} {
			if got := list(row.parameters); got != row.want {
				t.Errorf("%s: %s, want %s", name, got, row.want)
			}
		}
		c.want(t, http.StatusBadRequest, "RegistrationsApi.listApplicationRegistrations", object{"applicationId": shop, "filterStatus": "suspended"})

		applications := func(parameters object) string {
			parameters["productId"], parameters["productVersionId"] = first["productId"], first["productVersionId"]
			got := c.want(t, http.StatusOK, "VersionsApi.getApplicationsByProductVersion", parameters)
			return fmt.Sprint(got.column("name"), got.column("registration_status"))
		}
		strategy := c.want(t, http.StatusOK, "ApplicationsApi.listApplicationAuthStrategies", object{"filterName": "API key"})
		for name, row := range map[string]struct {
			parameters object
			want       string
		}{
			"registered":       {object{}, "[Shop] [pending]"},
			"unregistered":     {object{"unregistered": true}, "[Other] [<nil>]"},
			"not unregistered": {object{"unregistered": false}, "[Shop] [pending]"},
			"as a dialog asks": {object{"unregistered": true, "filterAuthStrategyId": strategy.text("data", 0, "id"), "pageSize": 5}, "[Other] [<nil>]"},
			"by status":        {object{"filterStatus": "approved"}, "[] []"},
			"by name":          {object{"filterNameContains": "sho"}, "[Shop] [pending]"},
			"another strategy": {object{"filterAuthStrategyIdEq": unknownID, "unregistered": true}, "[] []"},
		} {
			if got := applications(row.parameters); got != row.want {
				t.Errorf("%s: %s, want %s", name, got, row.want)
			}
		}
		p.decideAndRemove(t, c, waits, open, first["productVersionId"], shop, other)
	})
}

// decideAndRemove rejects the pending registration, and tests which registrations can be removed and requested again.
func (p *portal) decideAndRemove(t *testing.T, c *client, waits, open answer, version any, shop, other string) {
	t.Helper()
	at := func(registration answer) object {
		return object{"applicationId": shop, "registrationId": registration.text("id")}
	}
	detail, err := p.Services.Access.Subscription(system(), subscription(t, waits))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Services.Access.DecideRequest(system(), access.Decision{Request: detail.Subscription.Request, Reason: "a test"}); err != nil {
		t.Fatal(err)
	}
	if got := c.want(t, http.StatusOK, "RegistrationsApi.getApplicationRegistration", at(waits)); got.text("status") != "rejected" {
		t.Errorf("the rejected registration is %v", got.Body)
	}
	if again := c.register(t, shop, version); again.Status != http.StatusConflict {
		t.Errorf("registering again after a rejection: %d", again.Status)
	}
	c.want(t, http.StatusNotFound, "RegistrationsApi.getApplicationRegistration", object{"applicationId": other, "registrationId": waits.text("id")})
	c.want(t, http.StatusNoContent, "RegistrationsApi.deleteApplicationRegistration", at(waits))
	c.want(t, http.StatusNotFound, "RegistrationsApi.deleteApplicationRegistration", at(waits))
	if again := c.register(t, shop, version); again.text("status") != "pending" {
		t.Errorf("registering again after the removal: %v", again.Body)
	}

	if _, err := p.Services.Access.SuspendSubscription(system(), subscription(t, open), "a test"); err != nil {
		t.Fatal(err)
	}
	c.want(t, http.StatusNoContent, "RegistrationsApi.deleteApplicationRegistration", at(open))
	c.want(t, http.StatusNotFound, "RegistrationsApi.getApplicationRegistration", at(open))
	if again := c.register(t, shop, open.text("product_version_id")); again.Status != http.StatusConflict {
		t.Errorf("registering again after removing a suspended registration: %d %v", again.Status, again.Body)
	}
	second := c.parcels(t, "2")
	second["unregistered"] = true
	if got := c.want(t, http.StatusOK, "VersionsApi.getApplicationsByProductVersion", second); names(got) != "Other" {
		t.Errorf("a dialog offers %s, though one of them cannot register", names(got))
	}

	mine := c.want(t, http.StatusOK, "ProductsApi.listProducts", object{"filterNameContains": "maps"})
	maps := mine.byName(t, "Maps")
	versions := c.want(t, http.StatusOK, "VersionsApi.listProductVersions", object{"productId": maps["id"]})
	for _, row := range []struct {
		version any
		status  int
	}{
		{versions.byName(t, "1")["id"], http.StatusConflict},   // has another strategy
		{versions.byName(t, "0")["id"], http.StatusBadRequest}, // is not registrable
		{unknownID, http.StatusNotFound},                       // unknown
		{"x", http.StatusBadRequest},
		{nil, http.StatusBadRequest},
	} {
		if got := c.register(t, shop, row.version); got.Status != row.status {
			t.Errorf("%v: %d %v, want %d", row.version, got.Status, got.Body, row.status)
		}
	}
}

func TestUpdateApplications(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		p.publishMaps(t)
		c := p.signedIn(t, demo.Developer)
		strategies := c.want(t, http.StatusOK, "ApplicationsApi.listApplicationAuthStrategies", nil)
		if names(strategies) != "API key Maps key" { // the protocol has no word for passwords
			t.Errorf("the strategies are %v", strategies.Body)
		}
		if got := c.want(t, http.StatusOK, "ApplicationsApi.listApplicationAuthStrategies", object{"filterCredentialTypeEq": "client_credentials"}); got.total() != 0 {
			t.Errorf("client credentials are %v", got.Body)
		}
		c.want(t, http.StatusBadRequest, "ApplicationsApi.listApplicationAuthStrategies", object{"filterCredentialTypeEq": "basic"})
		mapsKey := strategies.byName(t, "Maps key")["id"]
		create := func(payload object) answer {
			return c.call(t, "ApplicationsApi.createApplication", object{"createApplicationPayload": payload})
		}
		map1 := create(object{"name": "Atlas", "auth_strategy_id": mapsKey, "reference_id": "atlas"})
		if map1.Status != http.StatusCreated || map1.text("auth_strategy", "key_names", 0) != "Maps-Key" {
			t.Fatalf("an application with a chosen strategy: %v", map1.Body)
		}
		shop := c.create(t, "Shop")
		for _, row := range []struct {
			payload object
			status  int
			field   string
		}{
			{object{"name": ""}, http.StatusBadRequest, "name"},
			{object{"name": strings.Repeat("x", 256)}, http.StatusBadRequest, "name"},
			{object{"name": 7}, http.StatusBadRequest, "name"},
			{object{}, http.StatusBadRequest, "name"},
			{object{"name": "New", "auth_strategy_id": "x"}, http.StatusBadRequest, "auth_strategy_id"},
			{object{"name": "New", "auth_strategy_id": shop}, http.StatusBadRequest, "auth_strategy_id"},
			{object{"name": "New", "redirect_uri": "back"}, http.StatusBadRequest, "redirect_uri"},
			{object{"name": "New", "scopes": []string{"a"}}, http.StatusBadRequest, "scopes"},
			{object{"name": "New", "description": strings.Repeat("ü", 256)}, http.StatusBadRequest, "description"},
			{object{"name": "New", "reference_id": "atlas"}, http.StatusConflict, ""},
			{object{"name": "Shop"}, http.StatusConflict, ""},
		} {
			got := create(row.payload)
			if got.Status != row.status || got.text("invalid_parameters", 0, "field") != row.field {
				t.Errorf("%v: %d %v", row.payload, got.Status, got.Body)
			}
		}
		for name, row := range map[string]struct {
			parameters object
			want       string
		}{
			"all": {object{}, "Shop Atlas"}, "contains": {object{"filterNameContains": "ATL"}, "Atlas"}, "equal": {object{"filterNameEq": "Shop"}, "Shop"},
			"a strategy": {object{"filterAuthStrategyId": mapsKey}, "Atlas"}, "a page": {object{"pageSize": 1, "pageNumber": 2}, "Atlas"},
		} {
			if got := c.want(t, http.StatusOK, "ApplicationsApi.listApplications", row.parameters); names(got) != row.want {
				t.Errorf("%s: %s, want %s", name, names(got), row.want)
			}
		}
		update := func(payload object) answer {
			return c.call(t, "ApplicationsApi.updateApplication", object{"applicationId": shop, "updateApplicationPayload": payload})
		}
		if got := update(object{"name": "Store", "description": "Sells."}); got.text("name") != "Store" || got.text("description") != "Sells." || got.at("reference_id") != "" {
			t.Errorf("the changed application is %v", got.Body)
		}
		if got := update(object{"reference_id": "store", "redirect_uri": nil}); got.text("name") != "Store" || got.text("description") != "Sells." || got.text("reference_id") != "store" {
			t.Errorf("the changed application is %v", got.Body)
		}
		for _, row := range []struct {
			payload object
			status  int
		}{
			{object{"reference_id": "atlas"}, http.StatusConflict}, {object{"name": "Atlas"}, http.StatusConflict}, {object{"name": ""}, http.StatusBadRequest},
			{object{"description": strings.Repeat("x", 256)}, http.StatusBadRequest},
			{object{"auth_strategy_id": mapsKey}, http.StatusBadRequest},
		} {
			if got := update(row.payload); got.Status != row.status {
				t.Errorf("%v: %d %v", row.payload, got.Status, got.Body)
			}
		}
	})
}

// TestZeroIDIsNotFound checks that no object has the zero ID, not even a default application.
func TestZeroIDIsNotFound(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		c := p.signedIn(t, demo.Developer)
		for _, nothing := range []string{access.ApplicationID{}.Hex(), access.ApplicationID{}.UUID()} {
			c.want(t, http.StatusNotFound, "CredentialsApi.createCredential", object{"applicationId": nothing})
			c.want(t, http.StatusNotFound, "ApplicationsApi.getApplication", object{"applicationId": nothing})
			c.want(t, http.StatusNotFound, "ProductsApi.getProduct", object{"productId": nothing})
		}
	})
}

// TestTwoTeams checks that no team finds an object of the other by its ID.
func TestTwoTeams(t *testing.T) {
	onEachDB(t, func(t *testing.T, p *portal) {
		acme, globex, visitor := p.signedIn(t, demo.Developer), p.signedIn(t, demo.Other), p.client()
		shop, theirs := acme.create(t, "Shop"), globex.create(t, "Theirs")
		version := acme.parcels(t, "2")
		registration := acme.register(t, shop, version["productVersionId"])
		key := acme.want(t, http.StatusCreated, "CredentialsApi.createCredential", object{"applicationId": shop})
		for _, call := range []string{
			"ApplicationsApi.getApplication", "ApplicationsApi.updateApplication", "ApplicationsApi.deleteApplication",
			"ApplicationsApi.getApplicationProductVersionGrantedScopes",
			"CredentialsApi.listCredentials", "CredentialsApi.createCredential", "CredentialsApi.updateCredential", "CredentialsApi.deleteCredential",
			"CredentialsApi.refreshApplicationToken",
			"RegistrationsApi.listApplicationRegistrations", "RegistrationsApi.createApplicationRegistration", "RegistrationsApi.getApplicationRegistration",
			"RegistrationsApi.deleteApplicationRegistration", "RegistrationsApi.getApplicationRegistrationGrantedScopes",
		} {
			parameters := registering(shop, version["productVersionId"])
			parameters["registrationId"], parameters["credentialId"], parameters["productVersionId"] = registration.text("id"), key.text("id"), version["productVersionId"]
			parameters["updateApplicationPayload"], parameters["updateCredentialPayload"] = object{"name": "Mine"}, object{"display_name": "Mine"}
			globex.want(t, http.StatusNotFound, call, parameters)
			visitor.want(t, http.StatusUnauthorized, call, parameters)
			for _, one := range []string{"registrationId", "credentialId"} { // their own application, the other's registration or key
				if strings.Contains(call, "Registration") && one == "registrationId" && !strings.Contains(call, "create") && !strings.Contains(call, "list") ||
					one == "credentialId" && (strings.HasSuffix(call, "updateCredential") || strings.HasSuffix(call, "deleteCredential")) {
					parameters["applicationId"] = theirs
					globex.want(t, http.StatusNotFound, call, parameters)
				}
			}
		}
		staff := p.signedIn(t, demo.Staff) // in this API they are developers of their current team
		for _, call := range []string{"ApplicationsApi.getApplication", "CredentialsApi.createCredential", "ApplicationsApi.deleteApplication"} {
			staff.want(t, http.StatusNotFound, call, object{"applicationId": shop})
		}
		for _, call := range []string{"ApplicationsApi.listApplications", "VersionsApi.getApplicationsByProductVersion"} {
			got := globex.want(t, http.StatusOK, call, version)
			if strings.Contains(fmt.Sprint(got.Body), shop) {
				t.Errorf("%s reveals Acme's objects to Globex: %v", call, got.Body)
			}
		}
		acme.want(t, http.StatusOK, "ApplicationsApi.getApplication", object{"applicationId": shop})
	})
}
