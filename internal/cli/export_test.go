package cli

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// written returns every file below a folder.
func written(t *testing.T, folder string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(folder), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(filepath.Join(folder, name))
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAnExportIsAppliedElsewhere(t *testing.T) {
	here, there, folder := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "export")
	for _, step := range [][]string{
		{here, "apply", "-f", writeFolder(t, firstManifest)}, {here, "export", folder},
		{there, "apply", "-f", folder}, {there, "export", folder + "2"},
	} {
		if said, code := run(t, step[0], step[1:]...); code != 0 {
			t.Fatalf("%v: %s", step, said)
		}
	}
	first := written(t, folder)
	if diff := cmp.Diff(first, written(t, folder+"2")); diff != "" {
		t.Error(diff)
	}
	if first["clock.yaml"] != firstManifest["clock.yaml"] {
		t.Errorf("the description is %q", first["clock.yaml"])
	}
	if said, _ := run(t, here, "apply", "-f", folder, "--dry-run"); !strings.Contains(said, nothingChanges) {
		t.Errorf("its own portal: %s", said)
	}
}

func TestAnExportLosesNothing(t *testing.T) {
	data, parent := t.TempDir(), t.TempDir()
	if said, code := run(t, data, "apply", "-f", writeFolder(t, firstManifest)); code != 0 {
		t.Fatal(said)
	}
	folder := filepath.Join(parent, "export")
	for _, step := range []struct {
		name   string
		before func() error
		flags  []string
		says   string
	}{
		{"an empty folder", func() error { return os.Mkdir(folder, 0o700) }, nil, "Wrote 2 files"},
		{"an earlier export", func() error { return nil }, nil, "--replace"},
		{"one to replace", func() error { return os.WriteFile(filepath.Join(folder, "old.yaml"), nil, 0o600) }, []string{"--replace"}, "Wrote 2 files"},
		{"a working copy", func() error { return os.Mkdir(filepath.Join(folder, ".git"), 0o700) }, []string{"--replace"}, "holds .git"},
		{"a folder of people's own", func() error {
			return os.WriteFile(filepath.Join(folder, "portico.yaml"), []byte("products: []"), 0o600)
		}, []string{"--replace"}, "not an earlier export"},
	} {
		if err := step.before(); err != nil {
			t.Fatal(err)
		}
		before := written(t, folder)
		said, code := run(t, data, append([]string{"export", folder}, step.flags...)...)
		if !strings.Contains(said, step.says) || (code == 0) != strings.Contains(said, "Wrote") {
			t.Errorf("%s: %d %s", step.name, code, said)
		}
		if after := written(t, folder); code != 0 && cmp.Diff(before, after) != "" || after["old.yaml"] != "" {
			t.Errorf("%s left %v", step.name, after)
		}
		if beside, err := os.ReadDir(parent); err != nil || len(beside) != 1 {
			t.Errorf("%s leaves beside it %v, %v", step.name, beside, err)
		}
	}
	if _, there := written(t, folder)["old.yaml"]; there {
		t.Error("what was replaced is still there")
	}
}
