package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/publish"
)

// maxWarnings is how many warnings a terminal is shown; all of them are stored with the description.
const maxWarnings = 20

type applyCommand struct {
	settings
	Folder string `short:"f" name:"folder" required:"" type:"existingdir" placeholder:"DIR" help:"Folder with a portico.yaml and what it refers to."`
	DryRun bool   `help:"Show what would change, and change nothing."`
	Prune  bool   `help:"Take down what earlier files made and these do not name any more."`

	CloseAccess bool `help:"With --prune: end the subscriptions that hang on what is taken down."`
}

// Run reads and checks everything, then publishes it or shows what would change.
func (c applyCommand) Run(ctx context.Context, t terminal) (err error) {
	if c.CloseAccess && !c.Prune {
		return errors.New("--close-access says what may end with --prune, and there is no --prune")
	}
	how := app.Open
	if c.DryRun {
		how = app.OpenPresent
	}
	ctx, services, err := c.open(ctx, t, how)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()

	manifest, err := readFolder(ctx, t, services, c.Folder)
	if err != nil {
		return err
	}
	manifest.Prune, manifest.CloseAccess = c.Prune, c.CloseAccess
	act, verdict := services.Publish.Apply, "Published."
	if c.DryRun {
		act, verdict = services.Publish.Plan, "Nothing was changed: this was a dry run."
	}
	changes, err := act(ctx, manifest)
	if err != nil {
		return err
	}
	return tellChanges(t, changes, verdict)
}

// readFolder reads and checks a folder, and tells what was found.
func readFolder(ctx context.Context, t terminal, services *app.Services, name string) (manifest publish.Manifest, err error) {
	folder, err := os.OpenRoot(name)
	if err != nil {
		return publish.Manifest{}, err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	manifest, findings, err := services.Publish.Read(ctx, folder.FS())
	if err != nil {
		return publish.Manifest{}, err
	}
	tell(t, findings)
	if openapi.HasErrors(findings) {
		_, _ = fmt.Fprintln(t.err, "\nNothing was changed. Mend the errors above and apply again.")
		return publish.Manifest{}, errSaid
	}
	return manifest, nil
}

// tell prints what was found: every error, and no more warnings than somebody reads.
func tell(t terminal, findings []openapi.Finding) {
	warnings := 0
	for _, finding := range findings {
		if finding.Severity == openapi.Warning {
			warnings++
		}
		if finding.Severity == openapi.Error || warnings <= maxWarnings {
			_, _ = fmt.Fprintln(t.err, finding)
		}
	}
	if warnings > maxWarnings {
		_, _ = fmt.Fprintf(t.err, "… and %d more warnings.\n", warnings-maxWarnings)
	}
}

func tellChanges(t terminal, changes publish.Changes, verdict string) error {
	_, err := fmt.Fprintf(t.out, "%s\n%s\n", changes, verdict)
	return err
}
