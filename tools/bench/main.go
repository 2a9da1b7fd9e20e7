// Command bench measures the figures that Portico promises and prints them as one table: what, the median and spread of
// the rounds, the target, and whether it is kept. It fails where a figure misses its target.
//
// Each measurement returns figures (figure.go); measurements below is the one list of them. What is compared is
// measured in interleaved rounds, so that whatever else the machine does hits both sides alike. make bench calls it
// from the root of the repository.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

// measurements are run in this order.
var measurements = []struct {
	name    string
	measure measurement
}{
	{"gateway", measureInProcess}, {"forwarding", measureForwarding}, {"start", measureStart}, {"apply", measureApply},
	{"reference", measureReference}, {"search", measureSearch},
	{"people", measurePeople}, {"access", measureStaffAccess}, {"catalogue", measureCatalogue},
	{"records", measureRecords}, {"registrations", measureRegistrations}, {"konnect", measureKonnect},
}

// settings are how long to measure.
type settings struct {
	rounds int
	round  time.Duration
}

func main() {
	role := flag.String("role", "", "what a process that is measured is (set by the program itself)")
	keys := flag.Int("keys", 1, "how many keys a measured gateway knows (set by the program itself)")
	upstream := flag.String("upstream", "", "where a measured proxy forwards to (set by the program itself)")
	rounds := flag.Int("rounds", 7, "how many interleaved rounds are measured, at least 5")
	only := flag.String("only", "", "the one measurement to make, by its name in main.go")
	round := flag.Duration("round", 2*time.Second, "how long each side is measured in a round")
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
		os.Exit(1) //nolint:gocritic // what was deferred has been done
	}
}

func run(ctx context.Context, settings settings, only string) error {
	var figures []figure
	for _, one := range measurements {
		if only != "" && only != one.name {
			continue
		}
		measured, err := one.measure(ctx, settings)
		if err != nil {
			return err
		}
		figures = append(figures, measured...)
	}
	if len(figures) == 0 {
		return fmt.Errorf("there is no measurement %q", only)
	}
	return report(os.Stdout, figures)
}
