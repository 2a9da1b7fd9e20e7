package testkit

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portico-api/portico/internal/account"
	"github.com/portico-api/portico/internal/platform/page"
)

func TestEachKitIsASeparatePortal(t *testing.T) {
	for name, newKit := range map[string]func(testing.TB) *Kit{"sqlite": New, "postgres": NewPostgres} {
		t.Run(name, func(t *testing.T) {
			first, second := newKit(t), newKit(t)
			if _, err := first.Accounts.AddTeam(first.As(first.Staff), "Initech"); err != nil {
				t.Fatal(err)
			}
			count := func(kit *Kit) int {
				teams, err := kit.Accounts.Teams(kit.As(kit.Support), "", page.Request{})
				if err != nil {
					t.Fatal(err)
				}
				return teams.Total
			}
			if got := [3]int{count(first), count(first.Another(t)), count(second)}; got != [3]int{3, 3, 2} {
				t.Errorf("the teams of a kit, of another process on it and of another kit are %v, want 3, 3 and 2", got)
			}
			in := account.SignIn{Email: "viewer@acme.example", Password: Password, Address: addressOfPeople}
			if _, err := second.Accounts.SignIn(second.As(second.Visitor), in); err != nil {
				t.Errorf("with the password of all accounts: %v", err)
			}
		})
	}
}

const waitVariable = "PORTICO_TEST_WAIT_TO_BE_KILLED"

// TestTheServerEndsWithItsProcess kills a process and waits until its PostgreSQL server and the files are gone.
func TestTheServerEndsWithItsProcess(t *testing.T) {
	if os.Getenv(waitVariable) != "" {
		waitToBeKilled(t)
	}
	process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	process.Env = append(os.Environ(), waitVariable+"=1")
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	directory := strings.TrimSpace(line)
	if err != nil || !filepath.IsAbs(directory) {
		t.Fatalf("the process printed %q, %v", line, err)
	}
	server := serverOf(t, directory)
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait()
	for range 600 {
		_, err := os.Stat(directory)
		if errors.Is(err, fs.ErrNotExist) && errors.Is(syscall.Kill(server, 0), syscall.ESRCH) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("the server %d or %s is left behind", server, directory)
}

func serverOf(t *testing.T, directory string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(directory, "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	server, err := strconv.Atoi(first)
	if err != nil || syscall.Kill(server, 0) != nil {
		t.Fatalf("no server runs: %q", text)
	}
	return server
}

func waitToBeKilled(t *testing.T) {
	server, err := theCluster()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(server.directory)
	time.Sleep(time.Minute) // not reached: the parent kills this process
}
