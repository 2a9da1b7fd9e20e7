package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"text/tabwriter"
)

// reading is one figure of one run.
type reading struct {
	name   string
	median float64
	unit   string
}

// row is a line of the table of tools/bench: name, median with its unit, and spread, two spaces or more apart.
var row = regexp.MustCompile(`(?m)^(\S.*?) {2,}([0-9.]+)( ?[^0-9 ]\S*)? +[0-9.]+ to [0-9.]+ `)

// parse reads the figures out of a table of tools/bench.
func parse(table string) []reading {
	var readings []reading
	for _, line := range row.FindAllStringSubmatch(table, -1) {
		median, err := strconv.ParseFloat(line[2], 64)
		if err == nil {
			readings = append(readings, reading{name: line[1], median: median, unit: line[3]})
		}
	}
	return readings
}

// noise is how far two medians may lie apart, as a share of the base, before the difference counts.
const noise = 0.05

// spread holds the smallest, the median and the largest measured value.
type spread struct{ least, median, most float64 }

func spreadOf(readings []reading) spread {
	values := make([]float64, len(readings))
	for i, one := range readings {
		values[i] = one.median
	}
	slices.Sort(values)
	middle := len(values) / 2
	median := values[middle]
	if len(values)%2 == 0 {
		median = (values[middle-1] + values[middle]) / 2
	}
	return spread{values[0], median, values[len(values)-1]}
}

// verdict says whether the head differs from the base by more than noise: their ranges are apart, and so are the
// medians.
func verdict(base, head spread) string {
	change := head.median - base.median
	switch limit := noise * base.median; {
	case change > limit && head.least > base.most:
		return "WORSE"
	case -change > limit && head.most < base.least:
		return "better"
	}
	return "within noise"
}

func report(out io.Writer, base, head *side) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(table, "figure\t%s\tspread\t%s\tspread\tchange\t\n", base.commit, head.commit)
	for _, name := range head.names {
		if len(base.figures[name]) == 0 {
			_, _ = fmt.Fprintf(table, "%s\tnot measured by %s\t\n", name, base.commit)
			continue
		}
		was, is := spreadOf(base.figures[name]), spreadOf(head.figures[name])
		unit, change := head.figures[name][0].unit, "0 %"
		if was.median != 0 {
			change = fmt.Sprintf("%+.1f %%", (is.median-was.median)/was.median*100)
		}
		_, _ = fmt.Fprintf(table, "%s\t%g%s\t%g to %g\t%g%s\t%g to %g\t%s\t%s\n",
			name, was.median, unit, was.least, was.most, is.median, unit, is.least, is.most, change, verdict(was, is))
	}
	for _, name := range base.names {
		if len(head.figures[name]) == 0 {
			_, _ = fmt.Fprintf(table, "%s\tnot measured by %s\t\n", name, head.commit)
		}
	}
	return table.Flush()
}
