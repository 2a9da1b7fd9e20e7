package konnect

import (
	"net/http"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

// credentialTypes are the protocol's words for how applications prove themselves. It has none for the other kinds, so that
// strategies of those are not there for its clients.
var credentialTypes = map[plan.Kind]string{
	plan.Key:               "key_auth",
	plan.ClientCredentials: "client_credentials",
	plan.SelfManaged:       "self_managed_client_credentials",
}

// spoken reports whether the protocol has a word for the kind.
func spoken(kind plan.Kind) bool { return credentialTypes[kind] != "" }

func spokenKinds() []plan.Kind {
	return []plan.Kind{plan.Key, plan.ClientCredentials, plan.SelfManaged}
}

// usualHeaders are where the gateway looks for a key whose strategy says nothing about it.
var usualHeaders = []string{"X-Api-Key", "Ocp-Apim-Subscription-Key"}

// authStrategy is a strategy on the wire: of keys with their names, of clients with their methods.
type authStrategy struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	CredentialType  string   `json:"credential_type"`
	KeyNames        []string `json:"key_names,omitempty"`
	AuthMethods     []string `json:"auth_methods,omitempty"`
	AvailableScopes []string `json:"available_scopes,omitempty"`
}

func spellStrategy(of plan.Strategy) authStrategy {
	spelled := authStrategy{ID: of.ID.UUID(), Name: of.Name, CredentialType: credentialTypes[of.Kind]}
	switch of.Kind {
	case plan.Key:
		spelled.KeyNames = of.Headers
		if len(of.Headers) == 0 {
			spelled.KeyNames = usualHeaders
		}
	default:
		spelled.AuthMethods, spelled.AvailableScopes = []string{"bearer"}, of.Scopes
	}
	return spelled
}

func listAuthStrategies(c *call) error {
	asked, err := c.paging()
	if err != nil {
		return err
	}
	filter := access.StrategyFilter{Name: c.equal("name"), NameContains: c.contains("name"), Kinds: spokenKinds()}
	word, err := c.equalWord("credential_type", "client_credentials", "self_managed_client_credentials", "key_auth")
	if err != nil {
		return err
	}
	for kind, spelling := range credentialTypes {
		if spelling == word {
			filter.Kinds = []plan.Kind{kind}
		}
	}
	found, err := c.config.Access.Strategies(c.request.Context(), filter, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellStrategy))
}
