package view

import (
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

// SecretForm is one way to write a secret down: a name for its tab, and the text to copy.
type SecretForm struct {
	Name, Text string
	// File is the name of the file to download, empty if the form is only copied.
	File string
}

// SecretForms returns a secret plain and as the lines of a file of environment variables.
func SecretForms(of access.Material) []SecretForm {
	if of.Identifier != "" {
		return []SecretForm{
			{Name: "Password", Text: of.Secret}, {Name: "User name", Text: of.Identifier},
			envFile("API_USER=" + of.Identifier + "\nAPI_PASSWORD=" + of.Secret),
		}
	}
	return []SecretForm{{Name: "Key", Text: of.Secret}, envFile("API_KEY=" + of.Secret)}
}

// envFile has a name without a leading dot, because browsers rename files that begin with one.
func envFile(text string) SecretForm {
	return SecretForm{Name: ".env", Text: text, File: "api-key.env"}
}

// CurlLine returns a GET request to an address with a credential of the strategy, as one pastes it into a shell. It is
// empty if the portal issues no credentials of this kind.
func CurlLine(address string, strategy plan.Strategy, material access.Material) string {
	switch strategy.Kind {
	case plan.Key:
		return "curl " + ShellQuoted(address) + " \\\n  -H " + ShellQuoted(strategy.KeyHeaders()[0]+": "+material.Secret)
	case plan.Basic:
		return "curl " + ShellQuoted(address) + " \\\n  -u " + ShellQuoted(material.Identifier+":"+material.Secret)
	}
	return ""
}

// ShellQuoted returns a text as one word of a POSIX shell.
func ShellQuoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
