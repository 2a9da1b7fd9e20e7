package view

import (
	"strings"

	"github.com/portico-api/portico/internal/access"
	"github.com/portico-api/portico/internal/plan"
)

// SecretForm is one way to write a secret down: a name for its tab, and the text to copy.
type SecretForm struct {
	Name, Text string
}

// SecretForms returns a secret plain and as the lines of a file of environment variables.
func SecretForms(of access.Material) []SecretForm {
	if of.Identifier != "" {
		return []SecretForm{
			{"Password", of.Secret}, {"User name", of.Identifier}, {".env", "API_USER=" + of.Identifier + "\nAPI_PASSWORD=" + of.Secret},
		}
	}
	return []SecretForm{{"Key", of.Secret}, {".env", "API_KEY=" + of.Secret}}
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
