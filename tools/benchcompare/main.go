// Command benchcompare measures the figures of two commits in one run and says which differ by more than noise.
//
// It builds both in worktrees of its own and runs the bench program of each, in turns, so that a busy machine slows
// both alike. It does not know what is measured: it reads the tables that tools/bench prints. make bench-compare calls
// it from the root of the repository.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// patience is how long an interrupted command may take to end what it started.
const patience = 30 * time.Second

func main() {
	base := flag.String("base", "", "the commit to compare with")
	head := flag.String("head", "HEAD", "the commit that is compared")
	rounds := flag.Int("rounds", 5, "how many times each side is measured, at least 3")
	only := flag.String("only", "gateway,forwarding,reference", "the measurements of tools/bench, separated by commas")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *base, *head, max(*rounds, 3), strings.Split(*only, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "benchcompare:", err)
		stop()
		os.Exit(1) //nolint:gocritic // the deferred functions of run have returned
	}
}

func run(ctx context.Context, base, head string, rounds int, measurements []string) (err error) {
	if base == "" {
		return errors.New("name the commit to compare with: make bench-compare BASE=main~1")
	}
	folder, err := os.MkdirTemp("", "portico-compare-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	var sides []*side
	defer func() {
		for _, one := range sides {
			one.remove()
		}
	}()
	for _, commit := range []string{base, head} {
		built, err := build(ctx, filepath.Join(folder, fmt.Sprint(len(sides))), commit)
		if built != nil {
			sides = append(sides, built)
		}
		if err != nil {
			return fmt.Errorf("building %s: %w", commit, err)
		}
	}
	for round := range rounds {
		for turn := range sides {
			one := sides[(turn+round)%len(sides)]
			for _, measurement := range measurements {
				fmt.Fprintf(os.Stderr, "round %d of %d: %s of %s\n", round+1, rounds, measurement, one.commit)
				if err := one.measure(ctx, measurement); err != nil {
					return err
				}
			}
		}
	}
	return report(os.Stdout, sides[0], sides[1])
}

// side is one of the two commits, built in a worktree.
type side struct {
	commit, folder string
	// figures are the medians of each figure, one per round; names keeps their order.
	figures map[string][]reading
	names   []string
}

// build checks a commit out and builds the program and its bench. The worktree shares the packages and documents that
// this one has installed.
func build(ctx context.Context, folder, commit string) (*side, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	built := &side{commit: commit, folder: folder, figures: map[string][]reading{}}
	if err := command(ctx, root, "git", "worktree", "add", "--detach", "--force", folder, commit); err != nil {
		// If it failed halfway, git still lists the worktree and refuses to remove an incomplete folder.
		_ = os.RemoveAll(folder)
		_ = command(context.Background(), root, "git", "worktree", "remove", "--force", "--force", folder)
		return nil, err
	}
	if err := install(ctx, root, folder); err != nil {
		return built, err
	}
	for _, step := range [][]string{
		{"go", "run", "./tools/assets"},
		{"go", "build", "-trimpath", "-o", "bin/portico", "./cmd/portico"},
		{"go", "build", "-trimpath", "-o", "bin/bench", "./tools/bench"},
	} {
		if err := command(ctx, folder, step[0], step[1:]...); err != nil {
			return built, err
		}
	}
	return built, nil
}

// install gives the folder the caches and npm packages of root. A commit with another lock file gets its own packages.
func install(ctx context.Context, root, folder string) error {
	shared := []string{".cache"}
	wanted, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		return err
	}
	present, err := os.ReadFile(filepath.Join(root, "package-lock.json"))
	if err != nil {
		return err
	}
	if bytes.Equal(wanted, present) {
		shared = append(shared, "node_modules")
	} else if err := command(ctx, folder, "npm", "ci"); err != nil {
		return err
	}
	for _, name := range shared {
		installed, err := filepath.EvalSymlinks(filepath.Join(root, name))
		if err == nil {
			err = os.Symlink(installed, filepath.Join(folder, name))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// remove removes the worktree, also after an interrupt.
func (s *side) remove() {
	if err := command(context.Background(), ".", "git", "worktree", "remove", "--force", s.folder); err != nil {
		fmt.Fprintln(os.Stderr, "benchcompare:", err)
	}
}

// measure runs one measurement. A figure that misses its target is still a figure: bench then exits with an error after
// its table.
func (s *side) measure(ctx context.Context, measurement string) error {
	bench := interruptible(ctx, filepath.Join(s.folder, "bin", "bench"), "-only", measurement)
	bench.Dir, bench.Stderr = s.folder, os.Stderr
	table, failed := bench.Output()
	readings := parse(string(table))
	if len(readings) == 0 {
		return errors.Join(fmt.Errorf("%s of %s printed no table", measurement, s.commit), failed)
	}
	for _, one := range readings {
		if len(s.figures[one.name]) == 0 {
			s.names = append(s.names, one.name)
		}
		s.figures[one.name] = append(s.figures[one.name], one)
	}
	return nil
}

// interruptible returns a command that the end of the context interrupts. If it were killed, the portal that bench
// started would keep running.
func interruptible(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, name, arguments...)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = patience
	return command
}

// command runs a step, whose output is shown only if it fails.
func command(ctx context.Context, folder, name string, arguments ...string) error {
	step := interruptible(ctx, name, arguments...)
	step.Dir = folder
	if output, err := step.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(step.Args, " "), err, output)
	}
	return nil
}
