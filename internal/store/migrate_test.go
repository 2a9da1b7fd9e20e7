package store_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"

	"modernc.org/sqlite"

	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

const (
	newerStep = "99999_newer.sql"
	// earlierStep is the last migration before teams had separate rights.
	earlierStep = "00010_earlier.sql"
)

// withStep returns the program's migrations and one more.
func withStep(t *testing.T, statements string) fs.FS {
	t.Helper()
	return withStepAt(t, newerStep, statements)
}

func withStepAt(t *testing.T, name, statements string) fs.FS {
	t.Helper()
	steps := fstest.MapFS{name: {Data: []byte("-- +goose Up\n" + statements)}}
	entries, err := fs.ReadDir(store.Migrations(), ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := fs.ReadFile(store.Migrations(), entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		steps[entry.Name()] = &fstest.MapFile{Data: text}
	}
	return steps
}

func config(url string) store.Config {
	return store.Config{URL: url, Now: clock.NewFrozen(testkit.Start).Now}
}

func TestASchemaNewerThanTheProgramIsRefused(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		db, err := store.OpenWith(t.Context(), config(url), withStep(t, "CREATE TABLE news (n BIGINT);"))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err = store.Open(t.Context(), config(url)); err == nil || !strings.Contains(err.Error(), "made by a newer portico") {
			t.Errorf("opened, or said %v", err)
		}
	})
}

// TestTeamsOfAudiencesKeepTheirRights migrates products from the time when teams always had all rights.
func TestTeamsOfAudiencesKeepTheirRights(t *testing.T) {
	const first, second, product = "0192f0c12d3e0000000000a1", "0192f0c12d3e0000000000a2", "0192f0c12d3e0000000000b1"
	testkit.EachBlank(t, func(t *testing.T, url string) {
		db, err := store.OpenWith(t.Context(), config(url), withStepAt(t, earlierStep, `
			INSERT INTO team (id, name, disabled, created_at) VALUES ('`+first+`', 'Acme', FALSE, 1), ('`+second+`', 'Globex', FALSE, 1);
			INSERT INTO product (id, slug, name, description, audience, teams, published, managed_by, file, created_at, updated_at, deleted_at)
			VALUES ('`+product+`', 'maps', 'Maps', '', 'teams', '["`+second+`"]', TRUE, 'staff', '', 1, 1, 0);`))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		found, err := db.Catalog().ProductBySlug(t.Context(), "maps")
		if err != nil || len(found.Teams) != 1 || found.Teams[0].Team.Hex() != second || !found.Teams[0].Register || !found.Teams[0].Documentation {
			t.Errorf("%+v, %v", found, err)
		}
	})
}

// TestOneSettingBecomesTwo migrates settings from the time when one setting also told Konnect clients who may read.
func TestOneSettingBecomesTwo(t *testing.T) {
	for _, public := range []bool{true, false} {
		testkit.EachBlank(t, func(t *testing.T, url string) {
			saved := `{"Name":"\"Public\":true","Public":` + strconv.FormatBool(public) + `,"SignUp":"off"}`
			db, err := store.OpenWith(t.Context(), config(url), withStepAt(t, earlierStep, "INSERT INTO site (id, settings) VALUES (1, '"+saved+"');"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			settings, found, err := db.Site().Settings(t.Context())
			if err != nil || !found || settings.Public != public || settings.KonnectPublic != public || settings.Name != `"Public":true` {
				t.Errorf("public was %v: %+v, %v", public, settings, err)
			}
		})
	}
}

func TestAMigrationThatFailsLeavesAWholeSchema(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		broken := withStep(t, "CREATE TABLE half (n BIGINT);\nINSERT INTO half VALUES (1);\nINSERT INTO nowhere VALUES (1);")
		if _, err := store.OpenWith(t.Context(), config(url), broken); err == nil || !strings.Contains(err.Error(), "nowhere") {
			t.Fatalf("opened, or said %v", err)
		}
		whole(t, url)
	})
}

func TestAMigrationThatIsKilledLeavesAWholeSchema(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		if strings.HasPrefix(url, "postgres:") {
			killed := withStep(t, "CREATE TABLE half (n BIGINT);\nINSERT INTO half VALUES (1);\nSELECT pg_terminate_backend(pg_backend_pid());")
			if _, err := store.OpenWith(t.Context(), config(url), killed); err == nil {
				t.Fatal("opened, although its connection was killed")
			}
		} else {
			dieWhileMigrating(t, url)
		}
		whole(t, url)
	})
}

// whole opens the database after an interrupted migration, as the next start does, and checks it.
func whole(t *testing.T, url string) {
	t.Helper()
	db, err := store.Open(t.Context(), config(url))
	if err != nil {
		t.Fatalf("the next start: %v", err)
	}
	defer func() { _ = db.Close() }()
	var n int
	if err := db.Reader(t.Context()).NewRaw("SELECT COUNT(*) FROM half").Scan(t.Context(), &n); err == nil {
		t.Error("half of the step is there")
	}
	if _, err := db.ChangePosition(t.Context()); err != nil {
		t.Errorf("the data from before the migration: %v", err)
	}
}

const dieVariable = "PORTICO_TEST_DIE_WHILE_MIGRATING"

// dieWhileMigrating runs this test in another process, which its migration kills half-way.
func dieWhileMigrating(t *testing.T, url string) {
	t.Helper()
	if die := os.Getenv(dieVariable); die != "" {
		url = die
	} else {
		process := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAMigrationThatIsKilledLeavesAWholeSchema$/^sqlite$")
		process.Env = append(os.Environ(), dieVariable+"="+url, "TMPDIR="+t.TempDir()) // a killed process does not clean up
		output, err := process.CombinedOutput()
		status, exited := errors.AsType[*exec.ExitError](err)
		if !exited || !status.Sys().(syscall.WaitStatus).Signaled() {
			t.Fatalf("the process was not killed: %v\n%s", err, output)
		}
		return
	}
	sqlite.MustRegisterScalarFunction("die", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		return nil, syscall.Kill(os.Getpid(), syscall.SIGKILL)
	})
	killing := withStep(t, "CREATE TABLE half (n BIGINT);\nINSERT INTO half VALUES (1);\nINSERT INTO half VALUES (die());")
	_, err := store.OpenWith(t.Context(), config(url), killing)
	t.Fatalf("survived: %v", err)
}

func TestProcessesThatStartTogetherMakeOneSchema(t *testing.T) {
	testkit.EachBlank(t, func(t *testing.T, url string) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				db, err := store.Open(context.Background(), config(url))
				if err != nil {
					t.Error(err)
					return
				}
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}
