package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/platform/sealed"
)

type ringCommands struct {
	New    ringNewCommand    `cmd:"" help:"Make the key ring of a new installation on PostgreSQL."`
	Rotate ringRotateCommand `cmd:"" help:"Add a key to the ring; what older keys have hashed and sealed goes on working."`
}

type ringNewCommand struct{ settings }

// Run creates a key ring unless there is one.
func (c ringNewCommand) Run(t terminal) error {
	config, err := c.load(t)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(config.Keyring), 0o700); err != nil {
		return err
	}
	if _, err := sealed.Generate(config.Keyring, clock.Now()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "Made %s. Keep a copy: without it, no key and no sealed value of the database can be read.\n", config.Keyring)
	return err
}

type ringRotateCommand struct{ settings }

// Run adds a key to the ring.
func (c ringRotateCommand) Run(t terminal) error {
	config, err := c.load(t)
	if err != nil {
		return err
	}
	ring, err := sealed.Rotate(config.Keyring, clock.Now())
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "The ring's current key is now version %d. Copy %s to every node, then restart them one by one.\n", ring.Current(), config.Keyring)
	return err
}
