// Command bench measures the figures that Portico promises and prints them as a table: the figure, the median and
// spread of the rounds, the target and the verdict. It fails if a figure misses its target.
//
// The variable measurements lists all measurements; each returns figures. Compared figures are measured in interleaved
// rounds, so that other load on the machine affects both alike. make bench calls it from the root of the repository.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"time"
)

// measurements run in this order.
var measurements = []struct {
	name    string
	measure measurement
}{
	{"gateway", measureInProcess}, {"forwarding", measureForwarding}, {"start", measureStart}, {"apply", measureApply},
	{"reference", measureReference}, {"search", measureSearch},
	{"people", measurePeople}, {"access", measureStaffAccess}, {"catalogue", measureCatalogue},
	{"records", measureRecords}, {"registrations", measureRegistrations}, {"konnect", measureKonnect},
	{"usage", measureUsage}, {"usage-process", measureCountingInProcess}, {"usage-counting", measureCounting},
	{"usage-memory", measureMeterMemory}, {"usage-kills", measureKills},
}

// settings say how long to measure.
type settings struct {
	rounds int
	round  time.Duration
}

func main() {
	role := flag.String("role", "", "role of a measured process (set by the program itself)")
	keys := flag.Int("keys", 1, "number of keys of a measured gateway (set by the program itself)")
	upstream := flag.String("upstream", "", "address that a measured proxy forwards to (set by the program itself)")
	rounds := flag.Int("rounds", 7, "number of interleaved rounds, at least 5")
	only := flag.String("only", "", "name of the only measurement to run, as in main.go")
	round := flag.Duration("round", 2*time.Second, "duration of each side in a round")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	if *role != "" {
		err = serve(ctx, *role, *upstream, *keys)
	} else {
		err = run(ctx, settings{rounds: max(*rounds, 5), round: *round}, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // the deferred functions of run have returned
	}
}

func run(ctx context.Context, settings settings, only string) error {
	var figures []figure
	for _, one := range measurements {
		if only != "" && only != one.name && !strings.HasPrefix(one.name, only+"-") {
			continue
		}
		measured, err := one.measure(ctx, settings)
		if err != nil {
			return err
		}
		figures = append(figures, measured...)
	}
	if len(figures) == 0 {
		return fmt.Errorf("unknown measurement %q", only)
	}
	return report(os.Stdout, figures)
}
