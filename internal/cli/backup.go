package cli

import (
	"context"
	"fmt"

	"github.com/portico-api/portico/internal/app"
)

type backupCommand struct {
	settings
	Archive string `arg:"" help:"The file to write; it must not be there yet."`
}

// Run writes the backup.
func (c backupCommand) Run(ctx context.Context, t terminal) error {
	config, err := c.load(t)
	if err != nil {
		return err
	}
	if err := app.Backup(ctx, config, c.Archive); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Wrote %s. Keep it secret: it contains the key ring, which decrypts every stored key.\n", c.Archive)
	return err
}

type restoreCommand struct {
	settings
	Archive string `arg:"" type:"existingfile" help:"The backup to read."`
}

// Run restores a backup into an empty installation.
func (c restoreCommand) Run(ctx context.Context, t terminal) error {
	config, err := c.load(t)
	if err != nil {
		return err
	}
	if err := app.Restore(ctx, config, c.Archive); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Restored %s. Sessions and keys work as they did when it was written.\n", c.Archive)
	return err
}
