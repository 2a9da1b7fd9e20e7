package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/publish"
)

const everyOwner = "all"

type exportCommand struct {
	settings
	Folder    string `arg:"" placeholder:"DIR" help:"The folder to write. It must not exist or must be empty."`
	ManagedBy string `enum:"all,files,staff" default:"all" help:"Whose products, plans and strategies to write: all, files or staff."`
	Replace   bool   `help:"Replace an earlier export and everything in it."`
}

// Run writes to a temporary folder and moves it into place, so that a failure leaves no partial export.
func (c exportCommand) Run(ctx context.Context, t terminal) (err error) {
	folder, err := filepath.Abs(c.Folder)
	if err != nil {
		return err
	}
	if err := c.refuse(folder); err != nil {
		return err
	}
	ctx, services, err := c.open(ctx, t, app.OpenPresent)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, services.Close()) }()
	owner := catalog.ManagedBy(c.ManagedBy)
	if c.ManagedBy == everyOwner {
		owner = ""
	}
	export, err := services.Publish.Export(ctx, owner)
	if err != nil {
		return err
	}
	beside, err := os.MkdirTemp(filepath.Dir(folder), ".portico-export-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(beside)) }()
	count, err := writeExport(ctx, export, filepath.Join(beside, "new"))
	if err != nil {
		return err
	}
	if err := exchange(folder, beside); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Wrote %d files to %s. portico apply -f %s publishes them in another portal.\n", count, c.Folder, c.Folder)
	return err
}

// refuse returns an error if writing would overwrite files without --replace.
func (c exportCommand) refuse(folder string) error {
	entries, err := os.ReadDir(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0:
		return nil
	case err != nil:
		return fmt.Errorf("%s cannot be written: %w; choose another folder", c.Folder, err)
	}
	manifest, err := os.ReadFile(filepath.Join(folder, "portico.yaml"))
	if err != nil || !bytes.HasPrefix(manifest, []byte(publish.ExportMark)) {
		return fmt.Errorf("%s is not empty and not an earlier export: choose another folder", c.Folder)
	}
	if !c.Replace {
		return fmt.Errorf("%s is an earlier export: choose another folder, or add --replace to overwrite it", c.Folder)
	}
	for _, entry := range entries {
		if strings.HasPrefix(entry.Name(), ".") {
			return fmt.Errorf("%s holds %s, which no export wrote: name another folder, and copy the files from there", c.Folder, entry.Name())
		}
	}
	return nil
}

func writeExport(ctx context.Context, export publish.Export, folder string) (count int, err error) {
	if err := os.Mkdir(folder, 0o750); err != nil {
		return 0, err
	}
	root, err := os.OpenRoot(folder) // prevents writes outside of the folder
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	err = export.Each(ctx, func(name string, text []byte) error {
		count++
		name = filepath.FromSlash(name)
		if err := root.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			return err
		}
		return root.WriteFile(name, text, 0o600)
	})
	return count, err
}

// exchange moves the new export into place and the old one into the temporary folder.
func exchange(folder, beside string) error {
	made, before := filepath.Join(beside, "new"), filepath.Join(beside, "before")
	err := os.Rename(folder, before)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.Rename(made, folder)
	case err != nil:
		return err
	}
	if err := os.Rename(made, folder); err != nil {
		return errors.Join(err, os.Rename(before, folder))
	}
	return nil
}
