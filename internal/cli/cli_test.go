package cli

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// asProgram makes the test binary run as the program, so that tests can kill it.
const asProgram = "PORTICO_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(Run(os.Args[1:], nil, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// run runs a command in a data directory and returns its output and exit code.
func run(t *testing.T, folder string, arguments ...string) (said string, code int) {
	t.Helper()
	var out bytes.Buffer
	environment := []string{"PORTICO_DATA_DIR=" + folder, "PORTICO_PORTAL_URL=http://127.0.0.1:8080"}
	code = Run(arguments, environment, &out, &out)
	return out.String(), code
}

// program starts the program itself on a data directory.
func program(t *testing.T, folder string, arguments ...string) (*exec.Cmd, *output) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], append(arguments, "--data-dir", folder)...)
	command.Env = append(os.Environ(), asProgram+"=1")
	said := &output{}
	command.Stdout, command.Stderr = said, said
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command, said
}

var firstManifest = map[string]string{
	"portico.yaml": `
products:
  - slug: clock
    name: Clock
    description: Tells the time.
    audience: public
    versions:
      - name: "1"
        spec: clock.yaml
`,
	"clock.yaml": `
openapi: 3.0.3
info: {title: Clock, version: "1"}
paths:
  /now:
    get:
      operationId: now
      responses:
        "200": {description: The time.}
`,
}

// nothingChanges is the output of a dry run for a folder that is already published.
const nothingChanges = "0 created, 0 changed, 0 removed"

func writeFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestCommandsSayWhatToDo(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	notAFolder := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notAFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	withoutRing := t.TempDir()
	if said, code := run(t, withoutRing, "user", "add", "ada@demo.example"); code != 0 {
		t.Fatal(said)
	}
	if err := os.Remove(filepath.Join(withoutRing, "keyring")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name      string
		folder    string
		arguments []string
		code      int
		says      string
	}{
		{"nothing", t.TempDir(), nil, 2, "portico --help"},
		{"an unknown command", t.TempDir(), []string{"sevre"}, 2, "sevre"},
		{"help", t.TempDir(), []string{"--help"}, 0, "backup"},
		{"version", t.TempDir(), []string{"version"}, 0, "portico "},
		{"a taken port", t.TempDir(), []string{"serve", "--listen", taken.Addr().String()}, 1, "is taken by another program"},
		{"a data directory that is a file", notAFolder, []string{"serve"}, 1, "data directory"},
		{"a database without its ring", withoutRing, []string{"serve"}, 1, "put its key ring back"},
		{"PostgreSQL without a ring", t.TempDir(), []string{"serve", "--database-url", "postgres://127.0.0.1:1/none"}, 1, "portico keyring new"},
		{"the demo on a public address", t.TempDir(), []string{"demo", "--listen", "0.0.0.0:8080", "--portal-url", "http://portal.example"}, 1, "only on loopback"},
		{"a setting that does not exist", t.TempDir(), []string{"serve", "--lissten", "x"}, 2, "--listen"},
		{"a folder that is not there", t.TempDir(), []string{"apply", "-f", "no/such/folder"}, 2, "no/such/folder"},
		{"a folder without a manifest", t.TempDir(), []string{"apply", "-f", t.TempDir()}, 1, "portico.yaml"},
		{"a backup of nothing", t.TempDir(), []string{"backup", filepath.Join(t.TempDir(), "backup")}, 1, "no installation"},
		{"a dry run on nothing", t.TempDir(), []string{"apply", "--dry-run", "-f", writeFolder(t, firstManifest)}, 1, "no installation"},
		{"access in nothing", t.TempDir(), []string{"grant", "ada@demo.example", "any"}, 1, "no installation"},
		{"a link for an unknown account", t.TempDir(), []string{"user", "link", "ada@demo.example"}, 1, "no such account"},
		{"a ring that is not there", t.TempDir(), []string{"keyring", "rotate"}, 1, "keyring"},
		{"a malformed address", t.TempDir(), []string{"user", "add", "ada"}, 1, "email"},
		{"an unknown role", t.TempDir(), []string{"user", "add", "ada@demo.example", "--staff", "king"}, 1, "staff"},
		{"a restore from something else", t.TempDir(), []string{"restore", notAFolder}, 1, "no whole backup"},
		{"a second ring", withoutRing, []string{"keyring", "new"}, 0, "Keep a copy"},
		{"a ring of another database", withoutRing, []string{"user", "add", "bob@demo.example"}, 1, "not the one of this database"},
	} {
		t.Run(test.name, func(t *testing.T) {
			said, code := run(t, test.folder, test.arguments...)
			if code != test.code || !strings.Contains(said, test.says) {
				t.Errorf("exit %d, said:\n%s\nwant exit %d and %q", code, said, test.code, test.says)
			}
		})
	}
}

func TestAddingAPersonPrintsALink(t *testing.T) {
	folder := t.TempDir()
	said, code := run(t, folder, "user", "add", "Ada@Demo.example", "--name", "Ada", "--staff", "admin", "--team", "House")
	link := regexp.MustCompile(`http://127\.0\.0\.1:8080/set-up/[0-9a-f-]{36}`)
	if code != 0 || !link.MatchString(said) {
		t.Fatalf("exit %d, said:\n%s", code, said)
	}
	if said, code := run(t, folder, "user", "add", "ada@demo.example"); code != 1 || !strings.Contains(said, "e-mail address") {
		t.Errorf("the same address again: exit %d, said:\n%s", code, said)
	}
	again, code := run(t, folder, "user", "link", "ADA@demo.example")
	if code != 0 || !link.MatchString(again) || link.FindString(again) == link.FindString(said) {
		t.Errorf("another link: exit %d, said:\n%s", code, again)
	}
}

func TestApplyingTwiceChangesNothing(t *testing.T) {
	folder, files := t.TempDir(), writeFolder(t, firstManifest)
	if said, code := run(t, folder, "user", "add", "ada@demo.example"); code != 0 { // creates the installation
		t.Fatal(said)
	}
	if said, code := run(t, folder, "apply", "-f", files, "--dry-run"); code != 0 || !strings.Contains(said, "Nothing was changed") || !strings.Contains(said, "clock") {
		t.Errorf("dry run: exit %d, said:\n%s", code, said)
	}
	if said, code := run(t, folder, "apply", "-f", files); code != 0 || !strings.Contains(said, "Published") {
		t.Errorf("first: exit %d, said:\n%s", code, said)
	}
	said, code := run(t, folder, "apply", "-f", files, "--dry-run")
	if code != 0 || !strings.Contains(said, nothingChanges) {
		t.Errorf("again: exit %d, said:\n%s", code, said)
	}
	broken := writeFolder(t, map[string]string{"portico.yaml": firstManifest["portico.yaml"], "clock.yaml": "openapi: 3.0.3\ninfo: ["})
	if said, code := run(t, folder, "apply", "-f", broken); code != 1 || !strings.Contains(said, "clock.yaml:") || !strings.Contains(said, "Nothing was changed") {
		t.Errorf("broken: exit %d, said:\n%s", code, said)
	}
}

// TestKilledWhileMigrating checks that the next start finds a complete schema, whenever the program was killed.
func TestKilledWhileMigrating(t *testing.T) {
	folder := t.TempDir()
	for wait := range 12 {
		command, _ := program(t, folder, "user", "add", "ada@demo.example", "--portal-url", "http://127.0.0.1:8080")
		time.AfterFunc(time.Duration(wait*4)*time.Millisecond, func() { _ = command.Process.Kill() })
		_ = command.Wait()
	}
	if said, code := run(t, folder, "user", "add", "bob@demo.example"); code != 0 {
		t.Fatalf("after being killed: exit %d, said:\n%s", code, said)
	}
}

type output struct{ bytes.Buffer }
