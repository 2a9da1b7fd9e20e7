package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// measurement measures several figures in the same rounds.
type measurement func(ctx context.Context, settings settings) ([]figure, error)

// figure is one row of the table.
type figure struct {
	what string
	unit string
	// rounds are the measured values, one per round.
	rounds []float64
	// most is the target, or 0 for a figure without one.
	most float64
	// none means that the target is 0.
	none bool
}

func (f figure) median() float64 {
	sorted := slices.Sorted(slices.Values(f.rounds))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func (f figure) missed() bool { return (f.most > 0 || f.none) && f.median() > f.most }

func (f figure) target() string {
	switch {
	case f.none:
		return "0"
	case f.most > 0:
		return "at most " + number(f.most) + f.unit
	}
	return ""
}

func (f figure) verdict() string {
	switch {
	case f.target() == "":
		return ""
	case f.missed():
		return "MISS"
	}
	return "ok"
}

var errMissed = errors.New("a figure misses its target")

// report prints the table.
func report(out io.Writer, figures []figure) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "figure\tmedian\tspread\trounds\ttarget\t")
	missed := false
	for _, f := range figures {
		_, _ = fmt.Fprintf(table, "%s\t%s%s\t%s to %s\t%d\t%s\t%s\n", f.what, number(f.median()), f.unit,
			number(slices.Min(f.rounds)), number(slices.Max(f.rounds)), len(f.rounds), f.target(), f.verdict())
		missed = missed || f.missed()
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if missed {
		return errMissed
	}
	return nil
}

// number formats a value with three significant digits.
func number(value float64) string {
	switch {
	case value >= 100:
		return fmt.Sprintf("%.0f", value)
	case value >= 10:
		return fmt.Sprintf("%.1f", value)
	}
	return fmt.Sprintf("%.2f", value)
}
