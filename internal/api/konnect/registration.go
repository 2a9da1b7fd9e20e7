package konnect

import (
	"net/http"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/plan"
)

// The protocol's words for the states of registrations.
const (
	approved = "approved"
	pending  = "pending"
	rejected = "rejected"
	revoked  = "revoked"
)

// statusOf returns the protocol's word for a state. Every state of ended access reads revoked.
func statusOf(state access.SubscriptionState) string {
	switch state {
	case access.Approved:
		return approved
	case access.Pending:
		return pending
	case access.Rejected:
		return rejected
	case access.Suspended, access.Revoked, access.Expired, access.Cancelled:
	}
	return revoked
}

// statesOf returns the states for a word in a filter, or nil without a filter.
func statesOf(word string) []access.SubscriptionState {
	if word == "" {
		return nil
	}
	return slices.DeleteFunc(access.SubscriptionStates(), func(state access.SubscriptionState) bool { return statusOf(state) != word })
}

// registration is an application's access to a version on the wire. Its names are empty if the team may no longer see
// them.
type registration struct {
	ID                 string    `json:"id"`
	Status             string    `json:"status"`
	ProductID          string    `json:"product_id"`
	ProductName        string    `json:"product_name"`
	ProductVersionID   string    `json:"product_version_id"`
	ProductVersionName string    `json:"product_version_name"`
	ApplicationID      string    `json:"application_id"`
	GrantedScopes      []string  `json:"granted_scopes"`
	CreatedAt          timestamp `json:"created_at"`
	UpdatedAt          timestamp `json:"updated_at"`
}

func spellRegistration(of access.Registration) registration {
	return registration{
		ID: of.Subscription.ID.UUID(), Status: statusOf(of.Subscription.State),
		ProductID: of.Release.Product.ID.UUID(), ProductName: of.Release.Product.Name,
		ProductVersionID: of.Subscription.Version.UUID(), ProductVersionName: of.Release.Version.Name,
		ApplicationID: of.Subscription.Application.UUID(), GrantedScopes: orEmpty(of.Subscription.Scopes),
		CreatedAt: timestamp(of.Subscription.CreatedAt), UpdatedAt: timestamp(of.Subscription.UpdatedAt),
	}
}

// registered parses the identifiers in a registration's path.
func (c *call) registered() (of access.ApplicationID, wanted access.SubscriptionID, err error) {
	if of, err = applicationID(c); err == nil {
		wanted, err = pathID[access.SubscriptionID](c, "registrationId", "registration")
	}
	return of, wanted, err
}

func listRegistrations(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	of, err := applicationID(c)
	if err != nil {
		return err
	}
	wanted, err := equalID[access.SubscriptionID](c, "id")
	if err != nil {
		return err
	}
	status, err := c.equalWord("status", approved, pending, rejected, revoked)
	if err != nil {
		return err
	}
	found, err := c.config.Access.Registrations(c.request.Context(), access.RegistrationFilter{
		Application: of, ID: wanted, States: statesOf(status),
		ProductName: c.equal("product_name"), ProductNameContains: c.contains("product_name"),
		VersionName: c.equal("product_version_name"), VersionNameContains: c.contains("product_version_name"),
	}, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellRegistration))
}

func createRegistration(c *call) error {
	of, err := applicationID(c)
	if err != nil {
		return err
	}
	sent, err := rest.Decode[struct {
		ProductVersionID *string  `json:"product_version_id"`
		Scopes           []string `json:"scopes"`
	}](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"product_version_id", sent.ProductVersionID}); err != nil {
		return err
	}
	version, err := sentID[catalog.VersionID]("product_version_id", sent.ProductVersionID)
	if err != nil {
		return err
	}
	made, err := c.config.Access.Register(c.request.Context(), access.NewRegistration{Application: of, Version: version, Scopes: sent.Scopes})
	if err != nil {
		return err
	}
	return c.json(http.StatusCreated, spellRegistration(made))
}

func getRegistration(c *call) error {
	of, wanted, err := c.registered()
	if err != nil {
		return err
	}
	found, err := c.config.Access.Registration(c.request.Context(), of, wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, spellRegistration(found))
}

func deleteRegistration(c *call) error {
	of, wanted, err := c.registered()
	if err != nil {
		return err
	}
	if err := c.config.Access.Unregister(c.request.Context(), of, wanted); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

// scopeList holds the scopes that a token server has granted.
type scopeList struct {
	Scopes []string `json:"scopes"`
}

func getRegistrationScopes(c *call) error {
	of, wanted, err := c.registered()
	if err != nil {
		return err
	}
	granted, err := c.config.Access.RegistrationScopes(c.request.Context(), of, wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, scopeList{orEmpty(granted)})
}

func getVersionScopes(c *call) error {
	of, err := applicationID(c)
	if err != nil {
		return err
	}
	version, err := versionID(c)
	if err != nil {
		return err
	}
	granted, err := c.config.Access.VersionScopes(c.request.Context(), of, version)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, scopeList{orEmpty(granted)})
}

// versionApplication is an application with its registration for a version, null if there is none.
type versionApplication struct {
	ID                 string        `json:"id"`
	Name               string        `json:"name"`
	RegistrationID     *string       `json:"registration_id"`
	RegistrationStatus *string       `json:"registration_status"`
	AuthStrategy       *authStrategy `json:"auth_strategy,omitempty"`
	CreatedAt          timestamp     `json:"created_at"`
	UpdatedAt          timestamp     `json:"updated_at"`
}

func spellVersionApplication(of access.VersionApplication) versionApplication {
	spelled := versionApplication{
		ID: of.Application.ID.UUID(), Name: of.Application.Name, AuthStrategy: strategyOf(of.ApplicationDetail),
		CreatedAt: timestamp(of.Application.CreatedAt), UpdatedAt: timestamp(of.Application.UpdatedAt),
	}
	if !of.Registration.ID.IsZero() {
		spelled.RegistrationID, spelled.RegistrationStatus = orNull(of.Registration.ID.UUID()), orNull(statusOf(of.Registration.State))
	}
	return spelled
}

func listVersionApplications(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	product, version, err := c.release()
	if err != nil {
		return err
	}
	status, err := c.equalWord("status", approved, pending, rejected, revoked)
	if err != nil {
		return err
	}
	strategy, err := equalID[plan.StrategyID](c, "auth_strategy_id")
	if err != nil {
		return err
	}
	unregistered, err := c.flag("unregistered")
	if err != nil {
		return err
	}
	filter := access.VersionApplicationFilter{
		Product: product, Version: version, Unregistered: unregistered,
		Name: c.equal("name"), NameContains: c.contains("name"), States: statesOf(status),
	}
	if !strategy.IsZero() {
		filter.Strategies = []plan.StrategyID{strategy}
	}
	found, err := c.config.Access.VersionApplications(c.request.Context(), filter, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellVersionApplication))
}
