package cli

import (
	"fmt"
	"runtime/debug"
)

// version is the released version, which the linker sets; empty in other builds.
var version string

type versionCommand struct{}

// Run prints the version that the program was built from.
func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, "portico", builtFrom())
	return err
}

func builtFrom() string {
	if version != "" {
		return version
	}
	if info, known := debug.ReadBuildInfo(); known {
		return info.Main.Version
	}
	return "unknown"
}
