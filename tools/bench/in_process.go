package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

var benchmarkLine = regexp.MustCompile(`(?m)^Benchmark\S+\s.*?([\d.]+) cpu-ns/op.*?([\d.]+) allocs/op`)

// measureInProcess measures the gateway's own work per call without a network: route, grant, limits and counting. It
// measures CPU time, which other processes on the machine do not increase.
func measureInProcess(ctx context.Context, settings settings) ([]figure, error) {
	times, allocations, err := benchmark(ctx, settings, "BenchmarkAdmit", "./internal/gateway")
	if err != nil {
		return nil, err
	}
	return []figure{
		{what: "gateway, its own work in process", unit: " ns", most: 1000, rounds: times},
		{what: "gateway, allocations of its own", most: 2, rounds: allocations},
	}, nil
}

// measureCountingInProcess measures what one call costs until its record is in the ledger, without the write(2), and
// until it is summed up.
func measureCountingInProcess(ctx context.Context, settings settings) ([]figure, error) {
	sums, sumsAllocated, err := benchmark(ctx, settings, "BenchmarkRollup", "./internal/usage")
	if err != nil {
		return nil, err
	}
	frames, framesAllocated, err := benchmark(ctx, settings, "BenchmarkAppendUntilWrite", "./internal/usage/ledger")
	if err != nil {
		return nil, err
	}
	for i := range sums {
		sums[i] += frames[i]
		sumsAllocated[i] += framesAllocated[i]
	}
	return []figure{
		{what: "ledger without write(2), and summing up", unit: " ns", most: 1500, rounds: sums},
		{what: "ledger and summing up, allocations", most: 2, rounds: sumsAllocated},
	}, nil
}

// benchmark runs a Go benchmark and returns the nanoseconds of CPU and the allocations of each round.
func benchmark(ctx context.Context, settings settings, name, in string) (times, allocations []float64, err error) {
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^"+name+"$", "-count", strconv.Itoa(settings.rounds), in)
	output, err := command.CombinedOutput()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w\n%s", name, err, output)
	}
	for _, found := range benchmarkLine.FindAllSubmatch(output, -1) {
		for i, into := range []*[]float64{&times, &allocations} {
			value, err := strconv.ParseFloat(string(found[i+1]), 64)
			if err != nil {
				return nil, nil, err
			}
			*into = append(*into, value)
		}
	}
	if len(times) != settings.rounds {
		return nil, nil, errors.New(name + " printed no result:\n" + string(output))
	}
	return times, allocations, nil
}
