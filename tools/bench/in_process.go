package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

var admitLine = regexp.MustCompile(`(?m)^BenchmarkAdmit\S*\s.*?([\d.]+) cpu-ns/op.*?([\d.]+) allocs/op`)

// measureInProcess measures the gateway's own work per call without a network: route, grant, limits and counting. It
// measures CPU time, which other processes on the machine do not increase.
func measureInProcess(ctx context.Context, settings settings) ([]figure, error) {
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkAdmit$",
		"-count", strconv.Itoa(settings.rounds), "./internal/gateway")
	output, err := command.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("measure the gateway in process: %w\n%s", err, output)
	}
	times := figure{what: "gateway, its own work in process", unit: " ns", most: 1000}
	allocations := figure{what: "gateway, allocations of its own", most: 2}
	for _, found := range admitLine.FindAllSubmatch(output, -1) {
		for i, into := range []*figure{&times, &allocations} {
			value, err := strconv.ParseFloat(string(found[i+1]), 64)
			if err != nil {
				return nil, err
			}
			into.rounds = append(into.rounds, value)
		}
	}
	if len(times.rounds) == 0 {
		return nil, errors.New("the benchmark of the gateway printed no result:\n" + string(output))
	}
	return []figure{times, allocations}, nil
}
