package publish_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-api/portico/internal/identity"
	"github.com/portico-api/portico/internal/platform/clock"
	"github.com/portico-api/portico/internal/publish"
	"github.com/portico-api/portico/internal/store"
	"github.com/portico-api/portico/internal/testkit"
)

// If these variables are set, the test binary applies a folder instead of running tests.
const (
	applyFolder   = "PORTICO_TEST_APPLY_FOLDER"
	applyDatabase = "PORTICO_TEST_APPLY_DATABASE"
)

func TestMain(m *testing.M) {
	if directory := os.Getenv(applyFolder); directory != "" {
		if err := applyAlone(os.Getenv(applyDatabase), directory); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func applyAlone(database, directory string) error {
	ctx := identity.With(context.Background(), identity.SystemPrincipal("apply"))
	db, err := store.Open(ctx, store.Config{URL: database, Now: clock.NewFrozen(testkit.Start).Now})
	if err != nil {
		return err
	}
	service := publish.New(publish.Config{
		Catalog: db.Catalog(), Plans: db.Plans(), Site: db.Site(), Teams: db.Accounts(), Events: db, Now: clock.NewFrozen(testkit.Start).Now,
	})
	manifest, findings, err := service.Read(ctx, os.DirFS(directory))
	if err != nil {
		return err
	}
	_, err = service.Apply(ctx, manifest)
	return errors.Join(err, db.Close(), errorOf(listed(findings)))
}

func errorOf(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

// manyPaths returns a description with the given number of operations.
func manyPaths(count int) string {
	var paths []string
	for i := range count {
		paths = append(paths, fmt.Sprintf(`"/things/%d": {"get": {"summary": "Thing %d", "responses": {"200": {"description": "Here."}}}}`, i, i))
	}
	return `{"openapi": "3.1.0", "info": {"title": "Things", "version": "1"}, "paths": {` + strings.Join(paths, ",\n") + `}}`
}

func TestKilledApplyLeavesTheOldCatalogue(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, kit *testkit.Kit) {
		apply(t, kit, weatherFolder(weather))
		before := snapshot(t, kit)
		files := weatherFolder(strings.ReplaceAll(weather, "Weather", "Climate"))
		files["weather.json"].Data = []byte(manyPaths(3000))
		directory := t.TempDir()
		if err := os.CopyFS(directory, files); err != nil {
			t.Fatal(err)
		}
		for _, operations := range []int{1, 200, 1000} {
			killApply(t, kit, directory, operations)
			if diff := cmp.Diff(before, snapshot(t, kit)); diff != "" {
				t.Fatalf("killed after %d operations: %s", operations, diff)
			}
		}
		reapplied(t, kit, files)
	})
}

// reapplied applies the folder again and checks that nothing is left of the killed apply.
func reapplied(t *testing.T, kit *testkit.Kit, files fs.FS) {
	t.Helper()
	if got, want := apply(t, kit, files), "changed product weather (name)\nchanged version weather/v1 (spec)"; got != want {
		t.Error(cmp.Diff(want, got))
	}
	page, err := kit.Catalog.VersionPage(kit.As(kit.Viewer), "weather", "v1")
	if err != nil || len(page.Operations) != 3000 {
		t.Errorf("%d operations, %v", len(page.Operations), err)
	}
	kit.Clock.Advance(2 * time.Hour)
	apply(t, kit, files)
	if specs, operations := kit.Rows(t, "spec"), kit.Rows(t, "operation"); specs != 1 || operations != 3000 {
		t.Errorf("%d descriptions with %d operations are left", specs, operations)
	}
}

// killApply applies the folder in another process and kills it once it has stored the given number of operations.
func killApply(t *testing.T, kit *testkit.Kit, directory string, operations int) {
	t.Helper()
	driver, address := "sqlite", strings.TrimPrefix(kit.URL, "sqlite:")
	if kit.Postgres {
		driver, address = "pgx", kit.URL
	}
	connection, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	stored := func() (count int) {
		if err := connection.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM operation").Scan(&count); err != nil {
			t.Fatal(err)
		}
		return count
	}
	enough := stored() + operations

	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), applyFolder+"="+directory, applyDatabase+"="+kit.URL)
	other.Stderr = os.Stderr
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- other.Wait() }()
	for stored() < enough {
		select {
		case err := <-ended:
			t.Fatalf("the process ended before it was killed: %v", err)
		default:
		}
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("the killed process reported success")
	}
}
