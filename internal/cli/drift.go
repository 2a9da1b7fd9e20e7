package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-api/portico/internal/app"
)

// errDiffers ends a command that has printed differences.
var errDiffers = errors.New("something differs")

type driftCommand struct {
	settings
	Folder string `arg:"" type:"existingdir" placeholder:"DIR" help:"Folder with a portico.yaml and what it refers to."`
}

// Run prints how the portal differs from the folder, and changes nothing.
func (c driftCommand) Run(ctx context.Context, t terminal) (err error) {
	ctx, services, err := c.open(ctx, t, app.OpenPresent)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	manifest, err := readFolder(ctx, t, services, c.Folder)
	if err != nil {
		return err
	}
	changes, err := services.Publish.Drift(ctx, manifest)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		_, err = fmt.Fprintf(t.out, "What runs is what %s says.\n", c.Folder)
		return err
	}
	for _, change := range changes {
		_, _ = fmt.Fprintln(t.out, change)
	}
	_, _ = fmt.Fprintf(t.out, "%d things are not as %s says. This is what portico apply would do with them; nothing was changed.\n", len(changes), c.Folder)
	return errDiffers
}
