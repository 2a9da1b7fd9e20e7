package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/portico-api/portico/internal/demo"
)

// programPath is the program that make build creates.
const programPath = "bin/portico"

// documentPath is where make setup stores the large description; documentSetting overrides it.
const (
	documentPath    = ".cache/github/api.github.com.json"
	documentSetting = "PORTICO_GITHUB_DOCUMENT"
)

// startPatience is how long to wait for a portal to become ready.
const startPatience = 30 * time.Second

const manifest = `products:
  - slug: github-rest
    name: GitHub REST
    description: A large description.
    audience: signed-in
    versions:
      - name: "1"
        spec: description.json
`

// process is a running portal, started as users start it.
type process struct {
	command *exec.Cmd
	portal  string
	// ready is the time from its start to its first ready answer.
	ready time.Duration
}

// launch starts a portal on free ports and waits until it is ready.
func launch(ctx context.Context, command, folder string, more ...string) (*process, error) {
	program := exec.CommandContext(ctx, programPath, append([]string{command, "--data-dir", folder, "--log-format", "text",
		"--listen", "127.0.0.1:0", "--gateway-listen", "127.0.0.1:0"}, more...)...)
	program.Cancel = func() error { return program.Process.Signal(syscall.SIGTERM) }
	said, writer := io.Pipe()
	program.Stdout, program.Stderr = writer, writer
	began := time.Now()
	if err := program.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w (make build creates it)", programPath, err)
	}
	addresses := make(chan string, 1)
	go readAddress(said, addresses)
	started, client := &process{command: program}, &http.Client{Timeout: startPatience}
	select {
	case started.portal = <-addresses:
	case <-time.After(startPatience):
		return nil, errors.Join(errors.New("the portal did not print its address"), started.end())
	}
	for {
		response, err := client.Get(started.portal + "/readyz") //nolint:noctx // the client has a timeout
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				started.ready = time.Since(began)
				return started, nil
			}
		}
		if time.Since(began) > startPatience {
			return nil, errors.Join(errors.New("the portal did not become ready"), started.end())
		}
		time.Sleep(time.Millisecond)
	}
}

// readAddress finds the portal's address in its output. It keeps reading, so that the program never blocks.
func readAddress(said io.Reader, addresses chan<- string) {
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if _, rest, found := strings.Cut(lines.Text(), "http://"); found {
			select {
			case addresses <- "http://" + strings.TrimRight(strings.Fields(rest)[0], `"`):
			default:
			}
		}
	}
}

func (p *process) end() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.command.Wait()
}

// measureStart measures how soon a portal is ready on an empty directory, and with an existing demo.
func measureStart(ctx context.Context, settings settings) ([]figure, error) {
	empty := figure{what: "serve on an empty directory, ready", unit: " ms", most: 1000}
	existing := figure{what: "demo on an existing directory, ready", unit: " ms", most: 1000}
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	seeded := filepath.Join(folder, "demo")
	first, err := launch(ctx, "demo", seeded, "--document", "")
	if err != nil {
		return nil, err
	}
	if err := first.end(); err != nil {
		return nil, err
	}
	for round := range settings.rounds {
		for _, side := range []struct {
			into            *figure
			command, folder string
			more            []string
		}{
			{&empty, "serve", filepath.Join(folder, fmt.Sprint(round)), nil},
			{&existing, "demo", seeded, []string{"--document", ""}},
		} {
			running, err := launch(ctx, side.command, side.folder, side.more...)
			if err != nil {
				return nil, err
			}
			if err := running.end(); err != nil {
				return nil, err
			}
			side.into.rounds = append(side.into.rounds, float64(running.ready.Microseconds())/1000)
		}
	}
	return []figure{empty, existing}, nil
}

// measureApply measures publishing a very large description while people sign in.
func measureApply(ctx context.Context, settings settings) ([]figure, error) {
	took := figure{what: "apply of the GitHub document", unit: " s", most: 4}
	peak := figure{what: "apply of the GitHub document, peak memory", unit: " MiB", most: 400}
	longest := figure{what: "longest sign-in meanwhile", unit: " ms"}
	files, err := documentFolder()
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(files) }()
	for range settings.rounds {
		round, err := applyOnce(ctx, files)
		if err != nil {
			return nil, err
		}
		took.rounds = append(took.rounds, round.took.Seconds())
		peak.rounds = append(peak.rounds, float64(round.peak)/(1<<20))
		longest.rounds = append(longest.rounds, float64(round.longest.Milliseconds()))
	}
	return []figure{took, peak, longest}, nil
}

func documentFolder() (string, error) {
	path := os.Getenv(documentSetting)
	if path == "" {
		path = documentPath
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w (make setup fetches the document)", err)
	}
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return "", err
	}
	return folder, errors.Join(
		os.WriteFile(filepath.Join(folder, "description.json"), text, 0o600),
		os.WriteFile(filepath.Join(folder, "portico.yaml"), []byte(manifest), 0o600),
	)
}

type applied struct {
	took    time.Duration
	peak    int64
	longest time.Duration
}

func applyOnce(ctx context.Context, files string) (_ applied, err error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return applied{}, err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	portal, err := launch(ctx, "demo", folder, "--document", "")
	if err != nil {
		return applied{}, err
	}
	defer func() { err = errors.Join(err, portal.end()) }()

	signing, stop := context.WithCancel(ctx)
	longest := make(chan signedIn, 1)
	go func() { longest <- signIn(signing, portal.portal) }()
	command := exec.CommandContext(ctx, programPath, "apply", "-f", files, "--data-dir", folder)
	began := time.Now()
	output, err := command.CombinedOutput()
	took := time.Since(began)
	stop()
	people := <-longest
	if err != nil {
		return applied{}, fmt.Errorf("apply: %w\n%s", err, output)
	}
	usage, known := command.ProcessState.SysUsage().(*syscall.Rusage)
	if !known {
		return applied{}, errors.New("this system does not report the memory that a process used")
	}
	return applied{took: took, peak: usage.Maxrss << 10, longest: people.longest}, people.err
}

type signedIn struct {
	longest time.Duration
	err     error
}

// signIn signs in a few times a second, and records the longest wait.
func signIn(ctx context.Context, portal string) (done signedIn) {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	form := url.Values{"email": {demo.Developer}, "password": {demo.DefaultPassword}}.Encode()
	for ctx.Err() == nil {
		began := time.Now()
		response, err := client.Post(portal+"/sign-in", "application/x-www-form-urlencoded", strings.NewReader(form)) //nolint:noctx // it must complete
		if err != nil {
			return signedIn{err: err}
		}
		_ = response.Body.Close()
		if response.StatusCode != http.StatusSeeOther {
			return signedIn{err: fmt.Errorf("a sign-in was answered %s", response.Status)}
		}
		done.longest = max(done.longest, time.Since(began))
		time.Sleep(200 * time.Millisecond)
	}
	return done
}
