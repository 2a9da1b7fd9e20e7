package konnect

import (
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/fault"
)

// credential is a key in a list. Only newCredential has its secret.
type credential struct {
	ID          string `json:"id"`
	DisplayName string `json:"display_name"`
}

type newCredential struct {
	credential

	Credential string `json:"credential"`
}

func spellCredential(of access.Credential) credential { return credential{of.ID.UUID(), of.Name} }

func credentialID(c *call) (access.CredentialID, error) {
	return pathID[access.CredentialID](c, "credentialId", "credential")
}

// credentialNames maps the domain's field names to the protocol's. The protocol has no environments: the application's
// registrations decide the environment of its keys.
var credentialNames = map[string]string{"name": "display_name", "environment": "applicationId"}

type credentialBody struct {
	DisplayName *string `json:"display_name"`
}

func listCredentials(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	of, err := applicationID(c)
	if err != nil {
		return err
	}
	found, err := c.config.Access.ApplicationCredentials(c.request.Context(), of, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellCredential))
}

// createCredential issues a key. The body may be missing, because none of its members is required.
func createCredential(c *call) error {
	of, err := applicationID(c)
	if err != nil {
		return err
	}
	sent, err := rest.Decode[credentialBody](c.writer, c.request)
	if err != nil && fault.From(err).Code != rest.CodeNoBody {
		return err
	}
	issued, err := c.config.Access.IssueCredential(c.request.Context(), access.NewCredential{
		Application: of, Name: orNothing(sent.DisplayName), UsualEnvironment: true, Kinds: spokenKinds(),
	})
	if err != nil {
		return renamed(err, credentialNames)
	}
	return c.json(http.StatusCreated, newCredential{spellCredential(issued.Credential), issued.Secret})
}

func updateCredential(c *call) error {
	of, wanted, err := c.key()
	if err != nil {
		return err
	}
	sent, err := rest.Decode[credentialBody](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"display_name", sent.DisplayName}); err != nil {
		return err
	}
	if _, err := c.config.Access.RenameApplicationCredential(c.request.Context(), of, wanted, *sent.DisplayName); err != nil {
		return renamed(err, credentialNames)
	}
	return c.empty(http.StatusOK)
}

func deleteCredential(c *call) error {
	of, wanted, err := c.key()
	if err != nil {
		return err
	}
	if err := c.config.Access.RevokeApplicationCredential(c.request.Context(), of, wanted); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}

// key parses the identifiers in a credential's path.
func (c *call) key() (of access.ApplicationID, wanted access.CredentialID, err error) {
	if of, err = applicationID(c); err == nil {
		wanted, err = credentialID(c)
	}
	return of, wanted, err
}

var errNoClientSecret = fault.New(fault.Conflict, codeNoClientSecret, "The application has no client secret. Create a new key for it instead.")

// refreshToken refuses to renew a client secret, since no application has one.
func refreshToken(c *call) error {
	of, err := applicationID(c)
	if err != nil {
		return err
	}
	if _, err := c.config.Access.Application(c.request.Context(), of); err != nil {
		return err
	}
	if err := identity.Require(c.request.Context(), identity.ManageCredentials); err != nil {
		return err
	}
	return errNoClientSecret
}
