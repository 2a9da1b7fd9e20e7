package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// measureMeterMemory compares the largest memory of a gateway with that of one that counts nothing, while 100,000 keys
// are called within a minute.
func measureMeterMemory(ctx context.Context, _ settings) (_ []figure, err error) {
	folder, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	unmetered := filepath.Join(folder, "unmetered")
	if output, err := exec.CommandContext(ctx, "go", "build", "-tags", "unmetered", "-o", unmetered, "./tools/bench").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build a gateway that counts nothing: %w\n%s", err, output)
	}
	metered, err := os.Executable()
	if err != nil {
		return nil, err
	}
	upstream, err := start(ctx, "upstream", "", 1)
	if err != nil {
		return nil, err
	}
	defer upstream.stop()
	rate := figure{what: "calls per second meanwhile"}
	var peaks [2]float64
	for i, program := range []string{metered, unmetered} {
		peak, reached, err := peakUnderLoad(ctx, program, upstream.address)
		if err != nil {
			return nil, err
		}
		peaks[i] = peak
		rate.rounds = append(rate.rounds, reached)
	}
	return []figure{
		{what: fmt.Sprintf("memory for counting %d keys", activeKeys), unit: " MiB", most: 100, rounds: []float64{peaks[0] - peaks[1]}},
		{what: "gateway's peak memory, counting", unit: " MiB", rounds: peaks[:1]},
		{what: "gateway's peak memory, not counting", unit: " MiB", rounds: peaks[1:]},
		rate,
	}, nil
}

// peakUnderLoad returns the largest memory of a gateway in MiB, and how many calls it served per second.
func peakUnderLoad(ctx context.Context, program, upstream string) (peak, rate float64, err error) {
	running, err := startProgram(ctx, program, "gateway", upstream, activeKeys)
	if err != nil {
		return 0, 0, err
	}
	defer running.stop()
	calls, err := connect(ctx, running.address, activeKeys)
	if err != nil {
		return 0, 0, err
	}
	defer calls.close()
	calls.perSecond = callsPerSecond
	made, err := calls.run(recordedFor, 0)
	if err != nil {
		return 0, 0, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", running.command.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	kilobytes, err := strconv.Atoi(strings.Fields(rest)[0])
	return float64(kilobytes) / 1024, float64(made) / recordedFor.Seconds(), err
}
