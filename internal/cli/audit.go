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
	found, err := services.Trail.Verify(ctx, kept)
	if err != nil {
		return err
	}
	_, err = io.WriteString(t.out, verdict(found))
	return err
}

// verdict is what the operator reads about a trail that is as it was written.
func verdict(found event.Verified) string {
	if found.Head.IsZero() {
		return "The audit trail is empty. Where it had records, they were removed together with its head: only a kept one tells, with --head.\n"
	}
	text := fmt.Sprintf("The audit trail is as it was written, %d records.", found.Head.Position)
	if found.Adopted > 0 {
		text += fmt.Sprintf(" The first %d were written before there was a chain and taken into it later: see the record %s behind them.", found.Adopted, event.AuditAdopted)
	}
	return text + fmt.Sprintf(" Keep its head where nobody who can write into the database can write:\n\n  %s\n\n"+
		"portico audit verify --head HEAD then tells whether anything up to there was cut off or made anew.\n", found.Head)
}
