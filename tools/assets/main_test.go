package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestPublishRemovesFilesOfEarlierBuilds(t *testing.T) {
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, keepFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	first := published(t, directory, []asset{{"site.js", []byte("one")}, {"site.css", []byte("a{}")}})
	second := published(t, directory, []asset{{"site.js", []byte("two")}, {"site.css", []byte("a{}")}})

	if first["site.js"] == second["site.js"] {
		t.Errorf("changed content kept the name %s, so browsers would keep the old file", first["site.js"])
	}
	if first["site.css"] != second["site.css"] {
		t.Errorf("the same content went from %s to %s", first["site.css"], second["site.css"])
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	want := []string{keepFile, manifest, second["site.css"], second["site.js"]}
	slices.Sort(want)
	if !slices.Equal(names, want) {
		t.Errorf("the directory holds %v, want %v", names, want)
	}
	if content, _ := os.ReadFile(filepath.Join(directory, second["site.js"])); string(content) != "two" {
		t.Errorf("%s holds %q", second["site.js"], content)
	}
}

func published(t *testing.T, directory string, assets []asset) map[string]string {
	t.Helper()
	if err := publish(directory, assets); err != nil {
		t.Fatal(err)
	}
	index, err := os.ReadFile(filepath.Join(directory, manifest))
	if err != nil {
		t.Fatal(err)
	}
	var names map[string]string
	if err := json.Unmarshal(index, &names); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestBundleIncludesImportsAndRemovesTypes(t *testing.T) {
	directory := t.TempDir()
	for name, content := range map[string]string{
		"page.ts":          `import { greet } from "./parts/greet"; document.title = greet("x");`,
		"parts/greet.ts":   `export const greet = (name: string): string => "Hello, " + name;`,
		"parts/unused.txt": ``,
	} {
		path := filepath.Join(directory, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	scripts, err := bundle(directory)
	if err != nil || len(scripts) != 1 || scripts[0].name != "page.js" {
		t.Fatalf("bundle = %v, %v; want page.js alone", scripts, err)
	}
	text := string(scripts[0].content)
	if !strings.Contains(text, "Hello, ") || strings.Contains(text, "import") || strings.Contains(text, "string") {
		t.Errorf("bundled to %q", text)
	}
	alone, err := bundleEach([]string{filepath.Join(directory, "parts", "greet.ts")})
	if err != nil || len(alone) != 1 || !strings.Contains(string(alone[0].content), "export") {
		t.Errorf("a module bundled alone is %v, %v; want one that exports", alone, err)
	}
	if err := os.WriteFile(filepath.Join(directory, "page.ts"), []byte(`import "missing-package"`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := bundle(directory); err == nil {
		t.Error("no error for a missing import")
	}
	if _, err := bundle(filepath.Join(directory, "none")); err == nil {
		t.Error("no error for a directory without islands")
	}
}
