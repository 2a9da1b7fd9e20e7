// Package cli is the command line: one file per command, each of which reads its flags, calls one service and prints
// the result.
//
// It owns the output for people at a terminal and the exit codes (0 done, 1 rejected or failed, 2 usage error, 3
// different from the files). Services do the work, and config finds the settings.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/config"
	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/logging"
)

// Exit codes.
const (
	done          = 0
	failed        = 1
	notUnderstood = 2
	differs       = 3
)

type commands struct {
	Serve   serveCommand   `cmd:"" help:"Run the portal and its gateway."`
	Demo    demoCommand    `cmd:"" help:"Run a portal with people, an API and keys to try everything with, on this machine only."`
	Apply   applyCommand   `cmd:"" help:"Publish products, plans and strategies from a folder with a portico.yaml."`
	Export  exportCommand  `cmd:"" help:"Write what is published as a folder that can be applied."`
	Drift   driftCommand   `cmd:"" help:"Tell what in the portal is not as a folder says."`
	User    userCommands   `cmd:"" help:"Add people."`
	Grant   grantCommand   `cmd:"" help:"Give a person access under a plan."`
	Backup  backupCommand  `cmd:"" help:"Write the database and the key ring into one file, while the portal runs."`
	Restore restoreCommand `cmd:"" help:"Fill an empty installation from a backup."`
	Audit   auditCommands  `cmd:"" help:"Verify the audit trail."`
	Keyring ringCommands   `cmd:"" help:"Make or rotate the keys of the house."`
	Health  healthCommand  `cmd:"" help:"Ask the portal that runs here whether it is ready; for health checks of containers."`
	Version versionCommand `cmd:"" help:"Tell which version this is."`
}

// settings are the flags of every command that uses an installation.
type settings struct {
	File string `name:"config" placeholder:"FILE" help:"Configuration file (default ./portico.yaml, if there)."`
	// Said is a named field: kong would call Validate on an embedded one before the other sources are read.
	Said config.Config `embed:""`
}

// terminal holds a command's output, errors and environment.
type terminal struct {
	environment []string
	out         io.Writer
	err         io.Writer
}

// Run runs one command and returns the process's exit code.
func Run(arguments, environment []string, out, errs io.Writer) int {
	var chosen commands
	exited := -1
	parser, err := kong.New(&chosen,
		kong.Name("portico"),
		kong.Description("An API developer portal with its gateway, in one program."),
		kong.Writers(out, errs),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
	if err != nil {
		return say(errs, err)
	}
	parsed, err := parser.Parse(arguments)
	if exited >= 0 { // help was asked for
		return exited
	}
	if err != nil {
		_, _ = fmt.Fprintf(errs, "portico: %v\nSee portico --help.\n", err)
		return notUnderstood
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(terminal{environment, out, errs}); err != nil {
		return say(errs, err)
	}
	return done
}

func say(errs io.Writer, err error) int {
	if errors.Is(err, errDiffers) {
		return differs
	}
	if !errors.Is(err, errSaid) {
		_, _ = fmt.Fprintf(errs, "portico: %s\n", plainly(err))
	}
	return failed
}

// errSaid ends a command that has already printed its error.
var errSaid = errors.New("said already")

func (s settings) load(t terminal) (config.Config, error) {
	return config.Load(config.Sources{File: s.File, Environment: t.environment, Flags: s.Said})
}

// open opens the installation of the settings, with the command line as the principal. how is app.Open, which may
// create the installation, or app.OpenPresent.
func (s settings) open(ctx context.Context, t terminal, how func(context.Context, config.Config) (*app.Services, error)) (context.Context, *app.Services, error) {
	loaded, err := s.load(t)
	if err != nil {
		return ctx, nil, err
	}
	services, err := how(ctx, loaded)
	return identity.With(ctx, identity.SystemPrincipal("command line")), services, err
}

func logger(t terminal, config config.Config) (*slog.Logger, error) {
	return logging.New(t.err, config.LogFormat, config.LogLevel)
}
