package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBillListsComponents(t *testing.T) {
	lock := []byte(`{"packages": {
		"": {"name": "portico"},
		"node_modules/htmx.org": {"version": "2.0.11", "license": "0BSD"},
		"node_modules/@scope/part": {"version": "1.0.0+a"},
		"node_modules/htmx.org/node_modules/@scope/part": {"version": "2.0.0"},
		"node_modules/axe-core": {"version": "4.0.0", "dev": true}
	}}`)
	packages, err := npmComponents(lock)
	if err != nil {
		t.Fatal(err)
	}
	modules := goComponents([]*debug.BuildInfo{
		{GoVersion: "go1.26.8", Deps: []*debug.Module{{Path: "Host.example/Old", Version: "v1.0.0", Replace: &debug.Module{Path: "Host.example/New", Version: "v2.0.0+incompatible"}}}},
		{GoVersion: "go1.26.8", Deps: []*debug.Module{{Path: "host.example/only-there", Version: "v0.1.0"}}},
	})
	text, err := bill("v1.2.3", append(modules, packages...))
	if err != nil {
		t.Fatal(err)
	}
	var read document
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, one := range read.Components {
		urls = append(urls, one.Package)
	}
	want := []string{
		"pkg:golang/host.example/new@v2.0.0%2Bincompatible", "pkg:golang/host.example/only-there@v0.1.0", "pkg:golang/stdlib@1.26.8",
		"pkg:npm/%40scope/part@1.0.0%2Ba", "pkg:npm/%40scope/part@2.0.0", "pkg:npm/htmx.org@2.0.11",
	}
	if difference := cmp.Diff(want, urls); difference != "" {
		t.Error(difference)
	}
	if got := read.Components[len(read.Components)-1].Licences; len(got) != 1 || got[0].Expression != "0BSD" {
		t.Errorf("the licence of htmx.org is %v", got)
	}
	if got := read.Metadata.Component.Version; got != "v1.2.3" {
		t.Errorf("the version is %q", got)
	}
}

func TestLockFileIsRead(t *testing.T) {
	lock, err := os.ReadFile(filepath.Join("..", "..", lockFile))
	if err != nil {
		t.Fatal(err)
	}
	packages, err := npmComponents(lock)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, one := range packages {
		named[one.Name] = true
		if one.Version == "" {
			t.Errorf("%s has no version", one.Name)
		}
	}
	if !named["htmx.org"] || named["playwright-core"] {
		t.Errorf("listed are %v", named)
	}
}

func TestReleaseHasLicencesOfFontsAndIcons(t *testing.T) {
	path := filepath.Join(t.TempDir(), "licences.txt")
	installed := filepath.Join("..", "..", packages)
	if err := writeLicences(path, installed, served); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for text, times := range map[string]int{"SIL OPEN FONT LICENSE Version 1.1": 2, "ISC License": 1} {
		if strings.Count(string(got), text) < times {
			t.Errorf("the file lacks %q, which it must have %d times", text, times)
		}
	}
	for _, name := range served {
		if !strings.Contains(string(got), name+"\n") {
			t.Errorf("the file does not name %s", name)
		}
	}
	if err := writeLicences(path, installed, []string{"no-such-package"}); err == nil {
		t.Error("no error for a package without a licence")
	}
}

func TestChecksums(t *testing.T) {
	directory := t.TempDir()
	for name, text := range map[string]string{"b": "", "a": "abc", checksumFile: "of another release"} {
		if err := os.WriteFile(filepath.Join(directory, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeChecksums(directory); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(directory, checksumFile))
	if err != nil {
		t.Fatal(err)
	}
	want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
	if string(got) != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestVersionsInvalidInFileNamesAreRejected(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, version := range []string{"", "a b", "../x", "it's"} {
		if err := run(version); err == nil || !strings.Contains(err.Error(), "-version is") {
			t.Errorf("%q: %v", version, err)
		}
	}
}
