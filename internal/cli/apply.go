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

// maxWarnings limits how many warnings are printed; all of them are stored with the description.
const maxWarnings = 20

type applyCommand struct {
	settings
	Folder string `short:"f" name:"folder" required:"" type:"existingdir" placeholder:"DIR" help:"Folder with a portico.yaml and what it refers to."`
	DryRun bool   `help:"Show what would change, and change nothing."`
	Prune  bool   `help:"Delete objects that earlier files created and these files no longer name."`

	CloseAccess bool `help:"With --prune: end the subscriptions to what is deleted."`
}

// Run reads and checks the folder, then publishes it or prints what would change.
func (c applyCommand) Run(ctx context.Context, t terminal) (err error) {
	if c.CloseAccess && !c.Prune {
		return errors.New("--close-access works only with --prune: add --prune, or leave out --close-access")
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

// readFolder reads and checks a folder and prints the findings.
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
	printFindings(t, findings)
	if openapi.HasErrors(findings) {
		_, _ = fmt.Fprintln(t.err, "\nNothing was changed. Fix the errors above and apply again.")
		return publish.Manifest{}, errSaid
	}
	return manifest, nil
}

// printFindings prints every error and at most maxWarnings warnings.
func printFindings(t terminal, findings []openapi.Finding) {
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
