package usage

import (
	"fmt"
	"time"

	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/view/chart"
)

// axisWords is how many words are below a chart.
const axisWords = 5

// values returns one value of each part.
func (c content) values(of func(overview.UsageFigures) float64) []float64 {
	values := make([]float64, len(c.Parts))
	for i, part := range c.Parts {
		values[i] = of(part)
	}
	return values
}

func calls(of overview.UsageFigures) float64  { return float64(of.Calls) }
func errors(of overview.UsageFigures) float64 { return float64(of.Errors) }

// latency returns a function that reads one percentile, which is a gap without calls.
func latency(of func(overview.Percentiles) float64) func(overview.UsageFigures) float64 {
	return func(figures overview.UsageFigures) float64 {
		if !figures.Latency.Known {
			return chart.Gap
		}
		return of(figures.Latency)
	}
}

func most(series ...[]float64) float64 {
	highest := 0.0
	for _, values := range series {
		for _, value := range values {
			if value > highest {
				highest = value
			}
		}
	}
	return highest
}

func (c content) callsPlot() chart.Plot {
	values := c.values(calls)
	scale := chart.NewScale(most(values), 3, true)
	plot := chart.Plot{
		Label: c.callsFinding(), Scale: scale, Format: chart.Short,
		Lines: []chart.PlotLine{{Class: "area", Path: chart.Area(values, scale)}, {Path: chart.Line(values, scale)}},
	}
	if peak := chart.Peak(c.values(errors)); peak >= 0 {
		plot.Mark = chart.Place(peak, len(values))
	}
	return plot
}

func (c content) errorsPlot() chart.Plot {
	values := c.values(errors)
	scale := chart.NewScale(most(values), 1, true)
	plot := chart.Plot{
		Label: c.errorsFinding(), Scale: scale, Format: chart.Short, Bars: chart.Bars(values, scale), Words: c.words(), Size: "short",
	}
	if peak := chart.Peak(values); peak >= 0 {
		plot.Mark = chart.Place(peak, len(values))
		plot.Event = chart.Beside(peak, len(values), view.Number(c.Parts[peak].Errors), c.partPhrase(peak))
	}
	return plot
}

// series are the lines of the latency chart.
var series = []struct {
	name, class string
	of          func(overview.Percentiles) float64
}{
	{"p50", "median", func(p overview.Percentiles) float64 { return p.P50 }},
	{"p95", "slow", func(p overview.Percentiles) float64 { return p.P95 }},
	{"p99", "slowest", func(p overview.Percentiles) float64 { return p.P99 }},
}

func (c content) latencyPlot() chart.Plot {
	plot := chart.Plot{Label: c.latencyFinding(), Words: c.words(), Size: "middle", Format: milliText}
	var all [][]float64
	for _, one := range series {
		all = append(all, c.values(latency(one.of)))
	}
	plot.Scale = chart.NewScale(most(all...), 2, false)
	for i, one := range series {
		plot.Lines = append(plot.Lines, chart.PlotLine{Class: one.class, Path: chart.Line(all[i], plot.Scale)})
	}
	return plot
}

// milliText formats a tick of the latency chart.
func milliText(value float64) string {
	if value == 0 {
		return "0 ms"
	}
	return chart.Short(value)
}

// callsFinding says what the chart of calls shows.
func (c content) callsFinding() string {
	if c.Whole.Calls == 0 {
		return "No calls."
	}
	top := 0
	for i, part := range c.Parts {
		if part.Calls > c.Parts[top].Calls {
			top = i
		}
	}
	return fmt.Sprintf("Calls by %s: %s in all, at most %s %s.", c.Period.Part, view.Number(c.Whole.Calls), view.Number(c.Parts[top].Calls), c.partPhrase(top))
}

func (c content) errorsFinding() string {
	if c.Whole.Errors == 0 {
		return "No errors."
	}
	text := fmt.Sprintf("Errors by %s: %s in all", c.Period.Part, view.Number(c.Whole.Errors))
	if peak := chart.Peak(c.values(errors)); peak >= 0 {
		text += ", " + view.Number(c.Parts[peak].Errors) + " of them " + c.partPhrase(peak)
	}
	return text + "."
}

func (c content) latencyFinding() string {
	if !c.Whole.Latency.Known {
		return "No calls."
	}
	return fmt.Sprintf("Response times by %s. In all, half took at most %s ms, 95%% at most %s ms and 99%% at most %s ms.", c.Period.Part,
		view.Milliseconds(c.Whole.Latency.P50), view.Milliseconds(c.Whole.Latency.P95), view.Milliseconds(c.Whole.Latency.P99))
}

// local returns the beginning of a part on the reader's clock.
func (c content) local(part int) time.Time { return c.Period.Starts[part].In(c.Period.Zone) }

// words are below a chart. A week of hours has the days.
func (c content) words() []chart.Word {
	layout, steps := "2 Jan", []int{1, 2, 7, 14, 28, 56}
	switch c.Period.Part {
	case overview.MinuteParts:
		layout, steps = "15:04", []int{15}
	case overview.HourParts:
		layout, steps = "15:04", []int{1, 2, 3, 6, 12, 24}
	case overview.MonthParts:
		layout, steps = "Jan 2006", []int{1, 2, 3, 6, 12}
	case overview.DayParts:
	}
	places := chart.Every(axisWords, len(c.Parts), steps...)
	if c.Period.Part == overview.HourParts && len(c.Parts) > 48 {
		layout, places = "2 Jan", c.midnights()
	}
	words := make([]chart.Word, len(places))
	for i, part := range places {
		words[i] = chart.Below(part, len(c.Parts), c.local(part).Format(layout))
	}
	return words
}

func (c content) midnights() []int {
	var parts []int
	for part := range c.Parts {
		if c.local(part).Hour() == 0 {
			parts = append(parts, part)
		}
	}
	return parts
}

// partText names a part in a table. Of two equal hours when clocks go back, the zone tells them apart.
func (c content) partText(part int) string {
	layout := map[overview.Part]string{
		overview.MinuteParts: "2 January, 15:04", overview.HourParts: "2 January, 15:04", overview.DayParts: "2 January 2006",
		overview.MonthParts: "January 2006",
	}[c.Period.Part]
	text := c.local(part).Format(layout)
	for _, beside := range []int{part - 1, part + 1} {
		if beside >= 0 && beside < len(c.Parts) && c.local(beside).Format(layout) == text {
			return c.local(part).Format(layout + " MST")
		}
	}
	return text
}

// partPhrase names a part in a sentence.
func (c content) partPhrase(part int) string {
	switch c.Period.Part {
	case overview.MinuteParts:
		return "at " + c.local(part).Format("15:04")
	case overview.HourParts:
		return "on " + c.local(part).Format("2 January at 15:04")
	case overview.MonthParts:
		return "in " + c.local(part).Format("January")
	case overview.DayParts:
	}
	return "on " + c.local(part).Format("2 January")
}
