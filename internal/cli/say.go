package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/portico-api/portico/internal/platform/fault"
)

// plainly formats an error for a terminal: a domain error as its public text, its fields and its cause if that adds
// information; all others unchanged.
func plainly(err error) string {
	refusal, classified := errors.AsType[*fault.Error](err)
	if !classified {
		return err.Error()
	}
	text := refusal.Public
	for _, field := range refusal.Fields {
		text += fmt.Sprintf("\n  %s %s", field.Name, field.Reason)
	}
	if refusal.Err != nil {
		text += "\n  cause: " + refusal.Err.Error()
	}
	return strings.TrimSpace(text)
}
