package main

import (
	"slices"
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
