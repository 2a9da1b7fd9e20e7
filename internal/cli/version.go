package cli

import (
	"fmt"

	"github.com/portico-api/portico/internal/platform/build"
)

type versionCommand struct{}

// Run prints the version that the program was built from.
func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, "portico", build.Version())
	return err
}
