// Package build tells which version of the program runs.
//
// The linker sets the released version; other builds have the version that the Go tool recorded. The command line
// prints it, and the metrics and traces carry it.
package build

import "runtime/debug"

// released is the released version, which the linker sets; empty in other builds.
var released string

// Version returns the version that the program was built from, or "unknown".
func Version() string {
	if released != "" {
		return released
	}
	if info, known := debug.ReadBuildInfo(); known && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
