package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bigDescription returns a description that takes long enough to store.
func bigDescription(operations int) string {
	var text strings.Builder
	text.WriteString("openapi: 3.0.3\ninfo: {title: Big, version: \"1\"}\npaths:\n")
	for i := range operations {
		fmt.Fprintf(&text, "  /things/%d:\n    get:\n      operationId: get%d\n      description: %s\n      responses:\n        \"200\": {description: One of many.}\n",
			i, i, strings.Repeat("words ", 40))
	}
	return text.String()
}

func TestKilledWhileApplyingTheOldCatalogueStaysWhole(t *testing.T) {
	folder, files := t.TempDir(), writeFolder(t, firstManifest)
	if said, code := run(t, folder, "apply", "-f", files); code != 0 {
		t.Fatal(said)
	}
	bigger := writeFolder(t, map[string]string{
		"portico.yaml": firstManifest["portico.yaml"], "clock.yaml": bigDescription(3000),
	})
	published := func(files string) bool {
		said, code := run(t, folder, "apply", "-f", files, "--dry-run")
		return code == 0 && strings.Contains(said, nothingChanges)
	}
	for wait := 100 * time.Millisecond; ; wait += 150 * time.Millisecond {
		command, _ := program(t, folder, "apply", "-f", bigger)
		time.AfterFunc(wait, func() { _ = command.Process.Kill() })
		if command.Wait() == nil {
			break // it finished before it could be killed
		}
		if !published(files) && !published(bigger) {
			t.Fatalf("killed after %s, the catalogue is neither the old one nor the new one", wait)
		}
	}
	if !published(bigger) || published(files) {
		t.Error("the folder that was applied is not what is published")
	}
}

func TestKilledWhileBackingUpNoFileHasTheName(t *testing.T) {
	folder, files := t.TempDir(), writeFolder(t, map[string]string{
		"portico.yaml": firstManifest["portico.yaml"], "clock.yaml": bigDescription(3000),
	})
	if said, code := run(t, folder, "apply", "-f", files); code != 0 {
		t.Fatal(said)
	}
	backup := filepath.Join(t.TempDir(), "portico.backup")
	for wait := 10 * time.Millisecond; ; wait += 20 * time.Millisecond {
		command, _ := program(t, folder, "backup", backup)
		time.AfterFunc(wait, func() { _ = command.Process.Kill() })
		err := command.Wait()
		if err == nil {
			break
		}
		if _, there := os.Stat(backup); there == nil {
			break // killed after the file was renamed, so it must be complete
		}
	}
	if said, code := run(t, t.TempDir(), "restore", backup); code != 0 {
		t.Errorf("the backup that has its name is not whole: %s", said)
	}
}
