package konnect

import (
	"net/http"
	"unicode/utf8"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
)

// application is an application on the wire. It omits a strategy whose kind the protocol has no word for.
type application struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	Description  *string       `json:"description"`
	ReferenceID  string        `json:"reference_id"`
	RedirectURI  *string       `json:"redirect_uri"`
	AuthStrategy *authStrategy `json:"auth_strategy,omitempty"`
	CreatedAt    timestamp     `json:"created_at"`
	UpdatedAt    timestamp     `json:"updated_at"`
}

func spellApplication(of access.ApplicationDetail) application {
	return application{
		ID: of.Application.ID.UUID(), Name: of.Application.Name, Description: orNull(of.Application.Description),
		ReferenceID: of.Application.ReferenceID, RedirectURI: orNull(of.Application.RedirectURI),
		AuthStrategy: strategyOf(of), CreatedAt: timestamp(of.Application.CreatedAt), UpdatedAt: timestamp(of.Application.UpdatedAt),
	}
}

func strategyOf(of access.ApplicationDetail) *authStrategy {
	if !spoken(of.Strategy.Kind) {
		return nil
	}
	spelled := spellStrategy(of.Strategy)
	return &spelled
}

func applicationID(c *call) (access.ApplicationID, error) {
	return pathID[access.ApplicationID](c, "applicationId", "application")
}

// sentNames maps the domain's names of rejected fields to the protocol's.
var sentNames = map[string]string{"strategy": "auth_strategy_id"}

// applicationBody is an application as a client sends it. A null member counts as missing.
type applicationBody struct {
	Name        *string  `json:"name"`
	Description *string  `json:"description"`
	ReferenceID *string  `json:"reference_id"`
	RedirectURI *string  `json:"redirect_uri"`
	StrategyID  *string  `json:"auth_strategy_id"`
	Scopes      []string `json:"scopes"`
}

// longestDescription is the protocol's limit. The portal's own pages accept longer ones.
const longestDescription = 255

// refuse rejects what the protocol does not allow: a long description, and scopes of an application with keys.
func (b applicationBody) refuse() error {
	var refused []fault.Field
	if utf8.RuneCountInString(orNothing(b.Description)) > longestDescription {
		refused = append(refused, fault.Field{Name: "description", Reason: "must have at most 255 characters"})
	}
	if len(b.Scopes) > 0 {
		refused = append(refused, fault.Field{Name: "scopes", Reason: "are not supported by the application's auth strategy"})
	}
	return fault.InvalidFields(refused)
}

func listApplications(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	strategy, err := equalID[plan.StrategyID](c, "auth_strategy_id")
	if err != nil {
		return err
	}
	found, err := c.config.Access.TeamApplications(c.request.Context(), access.ApplicationFilter{
		Name: c.equal("name"), Search: c.contains("name"), Strategy: strategy,
	}, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellApplication))
}

func createApplication(c *call) error {
	sent, err := rest.Decode[applicationBody](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := required(member{"name", sent.Name}); err != nil {
		return err
	}
	if err := sent.refuse(); err != nil {
		return err
	}
	made := access.NewApplication{
		Name: *sent.Name, Description: orNothing(sent.Description), ReferenceID: orNothing(sent.ReferenceID),
		RedirectURI: orNothing(sent.RedirectURI), Kinds: spokenKinds(),
	}
	if made.Strategy, err = sentID[plan.StrategyID]("auth_strategy_id", sent.StrategyID); err != nil {
		return err
	}
	created, err := c.config.Access.CreateApplication(c.request.Context(), made)
	if err != nil {
		return renamed(err, sentNames)
	}
	return c.json(http.StatusCreated, spellApplication(created))
}

func getApplication(c *call) error {
	wanted, err := applicationID(c)
	if err != nil {
		return err
	}
	found, err := c.config.Access.Application(c.request.Context(), wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, spellApplication(found))
}

func updateApplication(c *call) error {
	wanted, err := applicationID(c)
	if err != nil {
		return err
	}
	sent, err := rest.Decode[applicationBody](c.writer, c.request)
	if err != nil {
		return err
	}
	if err := sent.refuse(); err != nil {
		return err
	}
	if sent.StrategyID != nil {
		return fault.InvalidFields([]fault.Field{{Name: "auth_strategy_id", Reason: "is fixed when the application is created"}})
	}
	changed, err := c.config.Access.UpdateApplication(c.request.Context(), access.UpdateApplication{
		Application: wanted, Name: given(sent.Name), Description: given(sent.Description),
		ReferenceID: given(sent.ReferenceID), RedirectURI: given(sent.RedirectURI),
	})
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, spellApplication(changed))
}

func deleteApplication(c *call) error {
	wanted, err := applicationID(c)
	if err != nil {
		return err
	}
	if err := c.config.Access.DeleteApplication(c.request.Context(), wanted); err != nil {
		return err
	}
	return c.empty(http.StatusNoContent)
}
