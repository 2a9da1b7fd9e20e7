package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/event"
)

type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Tell whether the audit trail is as it was written; exit code 1 where it is not."`
}

type auditVerifyCommand struct {
	settings
	Head string `placeholder:"HEAD" help:"What an earlier run printed and you kept elsewhere: the trail must lead to it."`
}

// Run walks the trail and prints its end, for the operator to keep.
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
	head, err := services.Trail.Verify(ctx, kept)
	if err != nil {
		return err
	}
	if head.IsZero() {
		_, err = fmt.Fprintln(t.out, "The audit trail is empty.")
		return err
	}
	_, err = fmt.Fprintf(t.out, "The audit trail is as it was written, %d records. Keep its head where nobody who can write into the database can write:\n\n  %s\n\nportico audit verify --head HEAD then tells whether anything up to there was cut off or made anew.\n", head.Position, head)
	return err
}
