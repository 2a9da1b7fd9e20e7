package konnect

import (
	"net/http"
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/catalog"
)

// version is a published version on the wire.
type version struct {
	ID                  string               `json:"id"`
	Name                string               `json:"name"`
	Deprecated          bool                 `json:"deprecated"`
	RegistrationConfigs []registrationConfig `json:"registration_configs"`
	CreatedAt           timestamp            `json:"created_at"`
	UpdatedAt           timestamp            `json:"updated_at"`
}

// registrationConfig is a way to register for a version. Its id is that of the strategy that applications need.
type registrationConfig struct {
	ID                      string   `json:"id"`
	Name                    string   `json:"name"`
	CredentialType          string   `json:"credential_type"`
	AuthMethods             []string `json:"auth_methods,omitempty"`
	AvailableScopes         []string `json:"available_scopes,omitempty"`
	RegistrationEnabled     bool     `json:"registration_enabled"`
	RegistrationAutoApprove bool     `json:"registration_auto_approve"`
}

func spellVersion(of access.OfferedRelease) version {
	spelled := version{
		ID: of.Version.ID.UUID(), Name: of.Version.Name, Deprecated: of.Version.Deprecated, RegistrationConfigs: []registrationConfig{},
		CreatedAt: timestamp(of.Version.CreatedAt), UpdatedAt: timestamp(of.Version.UpdatedAt),
	}
	for _, offer := range of.Offers {
		if !spoken(offer.Strategy.Kind) {
			continue
		}
		strategy := spellStrategy(offer.Strategy)
		spelled.RegistrationConfigs = append(spelled.RegistrationConfigs, registrationConfig{
			ID: strategy.ID, Name: strategy.Name, CredentialType: strategy.CredentialType,
			AuthMethods: strategy.AuthMethods, AvailableScopes: strategy.AvailableScopes,
			RegistrationEnabled: true, RegistrationAutoApprove: offer.Automatic,
		})
	}
	return spelled
}

func versionID(c *call) (catalog.VersionID, error) {
	return pathID[catalog.VersionID](c, "productVersionId", "version")
}

// release parses the identifiers in a version's path.
func (c *call) release() (product catalog.ProductID, version catalog.VersionID, err error) {
	if product, err = productID(c); err == nil {
		version, err = versionID(c)
	}
	return product, version, err
}

func listProductVersions(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	of, err := productID(c)
	if err != nil {
		return err
	}
	found, err := c.config.Access.OfferedReleases(c.request.Context(), access.ReleaseFilter{
		Product: of, Name: c.equal("name"), NameContains: c.contains("name"),
	}, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellVersion))
}

func getProductVersion(c *call) error {
	product, wanted, err := c.release()
	if err != nil {
		return err
	}
	found, err := c.config.Access.OfferedRelease(c.request.Context(), product, wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, spellVersion(found))
}

const openAPI = "openapi"

// specification holds the attributes of an API description. rest.WithText appends its text as "content".
type specification struct {
	APIType string `json:"api_type"`
}

func getVersionSpec(c *call) error {
	product, wanted, err := c.release()
	if err != nil {
		return err
	}
	found, err := c.config.Access.DescribedRelease(c.request.Context(), product, wanted, c.config.GatewayURL)
	if err != nil {
		return err
	}
	if found.Text == nil {
		return c.empty(http.StatusNoContent)
	}
	return rest.WithText(c.writer, specification{openAPI}, "content", found.Text)
}

type specOperations struct {
	APIType    string          `json:"api_type"`
	Operations []specOperation `json:"operations"`
}

type specOperation struct {
	Path        string   `json:"path"`
	Method      string   `json:"method"`
	OperationID *string  `json:"operation_id"`
	Tags        []string `json:"tags"`
	Summary     *string  `json:"summary"`
	Deprecated  bool     `json:"deprecated"`
}

func getVersionOperations(c *call) error {
	product, wanted, err := c.release()
	if err != nil {
		return err
	}
	found, err := c.config.Catalog.ReleaseOperations(c.request.Context(), product, wanted)
	if err != nil {
		return err
	}
	if found == nil {
		return c.empty(http.StatusNoContent)
	}
	spelled := specOperations{APIType: openAPI, Operations: make([]specOperation, len(found))}
	for i, one := range found {
		spelled.Operations[i] = specOperation{
			Path: one.Path, Method: strings.ToLower(one.Method), OperationID: orNull(one.OperationID), Tags: orEmpty(one.Tags),
			Summary: orNull(one.Summary), Deprecated: one.Deprecated,
		}
	}
	return c.json(http.StatusOK, spelled)
}
