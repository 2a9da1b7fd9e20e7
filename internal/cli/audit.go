package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/event"
)

type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Verify that the audit trail is intact; the exit code is 1 if it is not."`
}

type auditVerifyCommand struct {
	settings
	Head string `placeholder:"HEAD" help:"What an earlier run printed and you kept elsewhere: the trail must lead to it."`
}

// Run verifies the trail and prints its head for the operator to keep.
func (c auditVerifyCommand) Run(ctx context.Context, t terminal) (err error) {
	var kept event.Head
	if c.Head != "" {
		if kept, err = event.ParseHead(c.Head); err != nil {
			return err
		}
	}
	ctx, services, err := c.open(ctx, t, app.OpenPresent)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	found, err := services.Trail.Verify(ctx, kept)
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.out, verdict(found))
	return err
}

// verdict returns what the command prints for an intact trail.
func verdict(found event.Verified) string {
	if found.Head.IsZero() {
		return "The audit trail is empty. Only --head with a head that you kept can show whether records were removed.\n"
	}
	text := fmt.Sprintf("The audit trail is intact: %d records.", found.Head.Position)
	if found.Adopted > 0 {
		text += fmt.Sprintf(" The first %d are older than the chain and were added to it later: see the record %s after them.", found.Adopted, event.AuditAdopted)
	}
	return text + fmt.Sprintf(" Keep its head where users with write access to the database cannot change it:\n\n  %s\n\n"+
		"portico audit verify --head HEAD then shows whether records up to there were removed or rewritten.\n", found.Head)
}
