package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestParseReadsTheTableOfBench(t *testing.T) {
	const table = `figure                                       median    spread        rounds  target
gateway, its own work in process             1044 ns   1005 to 1092  7       at most 1000 ns  MISS
gateway, allocations of its own              2.00      2.00 to 2.00  7       at most 2.00     ok
CPU per call against a bare proxy, 1 key     0.77 times  0.66 to 0.83  7       at most 1.10 times  ok
`
	want := []reading{
		{"gateway, its own work in process", 1044, " ns"},
		{"gateway, allocations of its own", 2, ""},
		{"CPU per call against a bare proxy, 1 key", 0.77, " times"},
	}
	if got := parse(table); !slices.Equal(got, want) {
		t.Errorf("parse returned %v, want %v", got, want)
	}
}

func TestVerdictAllowsForNoise(t *testing.T) {
	base := spread{95, 100, 105}
	for want, head := range map[string]spread{
		"WORSE":        {110, 120, 130},
		"better":       {70, 80, 90},
		"within noise": {104, 120, 130},
	} {
		if got := verdict(base, head); got != want {
			t.Errorf("verdict of %v is %q, want %q", head, got, want)
		}
	}
	if got := verdict(spread{100, 100, 100}, spread{103, 103, 103}); got != "within noise" {
		t.Errorf("a change of 3 %% is %q, want within noise", got)
	}
}

func TestReportNamesFiguresOfOneSideOnly(t *testing.T) {
	measured := func(commit, name string) *side {
		return &side{commit: commit, names: []string{name}, figures: map[string][]reading{name: {{name, 1, " ns"}}}}
	}
	var out strings.Builder
	if err := report(&out, measured("old", "gone"), measured("new", "added")); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for name, without := range map[string]string{"gone": "new", "added": "old"} {
		if !slices.ContainsFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, name) && strings.Contains(line, "not measured by "+without)
		}) {
			t.Errorf("the report does not say that %s lacks %q:\n%s", without, name, out.String())
		}
	}
}

func TestABenchWithoutATableIsAnError(t *testing.T) {
	for name, script := range map[string]string{"succeeds": "exit 0", "fails": "exit 3"} {
		folder := t.TempDir()
		if err := os.Mkdir(filepath.Join(folder, "bin"), 0o700); err != nil {
			t.Fatal(err)
		}
		bench := filepath.Join(folder, "bin", "bench")
		if err := os.WriteFile(bench, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		err := (&side{commit: "new", folder: folder}).measure(context.Background(), "gateway")
		if err == nil || !strings.Contains(err.Error(), "gateway of new printed no table") || strings.Contains(err.Error(), "%!") ||
			(name == "fails") != strings.Contains(err.Error(), "exit status 3") {
			t.Errorf("if bench %s, the error is %v", name, err)
		}
	}
}
