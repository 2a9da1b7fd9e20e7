package konnect

import (
	"net/http"
	"slices"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

// credentialTypes are the protocol's words for kinds of strategies. Its clients do not see strategies of other kinds.
var credentialTypes = []struct {
	kind plan.Kind
	word string
}{
	{plan.Key, "key_auth"},
	{plan.ClientCredentials, "client_credentials"},
	{plan.SelfManaged, "self_managed_client_credentials"},
}

// credentialType returns the protocol's word for a kind, empty if it has none.
func credentialType(kind plan.Kind) string {
	for _, known := range credentialTypes {
		if known.kind == kind {
			return known.word
		}
	}
	return ""
}

// spoken reports whether the protocol has a word for the kind.
func spoken(kind plan.Kind) bool { return credentialType(kind) != "" }

// spokenKinds returns the kinds for these words, or all kinds that have a word.
func spokenKinds(words ...string) []plan.Kind {
	var kinds []plan.Kind
	for _, known := range credentialTypes {
		if len(words) == 0 || slices.Contains(words, known.word) {
			kinds = append(kinds, known.kind)
		}
	}
	return kinds
}

// authStrategy is a strategy on the wire. KeyNames is set for keys, the other two lists for clients of a token server.
type authStrategy struct {
	ID              string   `json:"id"`
	Name            string   `json:"name"`
	CredentialType  string   `json:"credential_type"`
	KeyNames        []string `json:"key_names,omitempty"`
	AuthMethods     []string `json:"auth_methods,omitempty"`
	AvailableScopes []string `json:"available_scopes,omitempty"`
}

func spellStrategy(of plan.Strategy) authStrategy {
	spelled := authStrategy{ID: of.ID.UUID(), Name: of.Name, CredentialType: credentialType(of.Kind)}
	switch of.Kind {
	case plan.Key:
		spelled.KeyNames = of.KeyHeaders()
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
	known := make([]string, len(filter.Kinds))
	for i, kind := range filter.Kinds {
		known[i] = credentialType(kind)
	}
	word, err := c.equalWord("credential_type", known...)
	if err != nil {
		return err
	}
	if word != "" {
		filter.Kinds = spokenKinds(word)
	}
	found, err := c.config.Access.Strategies(c.request.Context(), filter, asked)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, listOf(asked, found, spellStrategy))
}
