// Command portico is the developer portal and its gateway in one program.
package main

import (
	"os"

	"github.com/portico-api/portico/internal/cli"
)

func main() { os.Exit(cli.Run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr)) }
