package demo_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/app"
	"github.com/portico-api/portico/internal/platform/sealed"
	"github.com/portico-api/portico/internal/testkit"
)

// elsewhere returns an empty installation without a key ring.
func elsewhere(t *testing.T, from installation, empty func(testing.TB) string) installation {
	t.Helper()
	folder := t.TempDir()
	to := installation{config: from.config, empty: empty}
	to.config.DataDir, to.config.Keyring, to.config.DatabaseURL = folder, filepath.Join(folder, "keyring"), empty(t)
	return to
}

func TestABackupIsRestoredIntoEitherDatabase(t *testing.T) {
	onEachDB(t, func(t *testing.T, installed installation) {
		node := installed.start(t)
		key := node.reveal(t, primary(node.subscription(t, "acme-production")))
		backup := filepath.Join(t.TempDir(), "portico.backup")
		if err := app.Backup(t.Context(), installed.config, backup); err != nil { // while the node runs
			t.Fatal(err)
		}
		if info, err := os.Stat(backup); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup is open to others: %v, %v", info.Mode(), err)
		}
		if err := app.Backup(t.Context(), installed.config, backup); err == nil || !strings.Contains(err.Error(), "there already") {
			t.Errorf("a second backup over the first: %v", err)
		}
		for name, empty := range map[string]func(testing.TB) string{"sqlite": testkit.EmptySQLite, "postgres": testkit.EmptyPostgres} {
			t.Run("into "+name, func(t *testing.T) {
				to := elsewhere(t, installed, empty)
				if err := app.Restore(t.Context(), to.config, backup); err != nil {
					t.Fatal(err)
				}
				restored := to.start(t)
				if status := restored.call(t, productionStatus, key); status != http.StatusOK {
					t.Errorf("the old key returns %d", status)
				}
				if again := restored.reveal(t, primary(restored.subscription(t, "acme-production"))); again != key {
					t.Error("the sealed key cannot be read")
				}
				restored.stop()
				if err := app.Restore(t.Context(), to.config, backup); err == nil || !strings.Contains(err.Error(), "in use already") {
					t.Errorf("a second restore over the first: %v", err)
				}
			})
		}
	})
}

func TestAnIncompleteBackupRestoresNothing(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	backup := filepath.Join(t.TempDir(), "portico.backup")
	if err := app.Backup(t.Context(), installed.config, backup); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	flipped := append([]byte(nil), whole...)
	flipped[len(flipped)/2] ^= 0xff
	broken := map[string][]byte{"flipped": flipped, "empty": nil, "something else": []byte("not a backup at all")}
	for _, part := range []int{1, 10, 50, 90, 99} {
		broken[strings.Repeat("x", part)] = whole[:len(whole)*part/100]
	}
	to := elsewhere(t, installed, testkit.EmptySQLite)
	for name, content := range broken {
		path := filepath.Join(t.TempDir(), "broken")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := app.Restore(t.Context(), to.config, path); err == nil || !strings.Contains(err.Error(), "nothing was restored") {
			t.Errorf("%d bytes (%.20s): %v", len(content), name, err)
		}
	}
	if left, err := os.ReadDir(to.config.DataDir); err != nil || len(left) > 0 {
		t.Errorf("failed restores left %v, %v", left, err)
	}
	if err := app.Restore(t.Context(), to.config, backup); err != nil {
		t.Errorf("the complete backup, after the failed ones: %v", err)
	}
	if err := app.Restore(t.Context(), withOtherRing(t, elsewhere(t, installed, testkit.EmptySQLite)).config, backup); err == nil || !strings.Contains(err.Error(), "another key ring") {
		t.Errorf("over another key ring: %v", err)
	}
}

func withOtherRing(t *testing.T, to installation) installation {
	t.Helper()
	if _, err := sealed.Generate(to.config.Keyring, testkit.Start); err != nil {
		t.Fatal(err)
	}
	return to
}

// A backup that fails half way leaves no file.
func TestAFailedBackupLeavesNothing(t *testing.T) {
	installed := install(t, testkit.EmptySQLite)
	folder := t.TempDir()
	lost := installed.config
	lost.Keyring = filepath.Join(folder, "no ring here")
	if err := app.Backup(t.Context(), lost, filepath.Join(folder, "backup")); err == nil {
		t.Fatal("a backup without a key ring was written")
	}
	if err := app.Backup(t.Context(), installed.config, filepath.Join(folder, "no", "such", "folder")); err == nil {
		t.Fatal("a backup into a folder that is not there was written")
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
