// Package chart draws charts as SVG.
//
// It owns scales, paths and the components of charts. A drawing may stretch, so the words of its axes are beside it.
// The package knows neither usage nor time: the areas give it values, names and words.
package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A drawing is 1,000 wide and 100 high.
const (
	width  = 1000.0
	height = 100.0
)

// Scale is a vertical axis from zero.
type Scale struct {
	// Ticks are evenly spaced, from zero to the top.
	Ticks []float64
}

// NewScale returns a scale on which the values fit, with about as many intervals as wanted. Steps are 1, 2 or 5 times a
// power of ten; a scale of one interval may also have a step between these. Counts need whole steps.
func NewScale(most float64, intervals int, whole bool) Scale {
	if !(most > 0) || math.IsInf(most, 0) {
		most = 1
	}
	step := niceStep(most/float64(intervals), intervals == 1)
	if whole {
		step = math.Max(1, math.Ceil(step))
	}
	ticks := []float64{0}
	for i := 1; ticks[len(ticks)-1] < most; i++ {
		ticks = append(ticks, step*float64(i))
	}
	return Scale{Ticks: ticks}
}

// niceStep returns the next round number, which is at least as large.
func niceStep(wanted float64, fine bool) float64 {
	power := math.Pow(10, math.Floor(math.Log10(wanted)))
	factors := []float64{1, 2, 5, 10}
	if fine {
		factors = []float64{1, 1.5, 2, 3, 4, 5, 6, 8, 10}
	}
	for _, factor := range factors {
		if factor*power >= wanted {
			return factor * power
		}
	}
	return 10 * power
}

// Top returns the highest value of the scale.
func (s Scale) Top() float64 { return s.Ticks[len(s.Ticks)-1] }

// y returns the place of a value, from the top of the drawing.
func (s Scale) y(value float64) float64 {
	return height * (1 - math.Min(1, math.Max(0, value/s.Top())))
}

// x returns the place of one of many values.
func x(at, many int) float64 {
	if many < 2 {
		return width / 2
	}
	return width * float64(at) / float64(many-1)
}

// Percent returns the place of one of many values as a share of the width.
func Percent(at, many int) string { return number(x(at, many)/width*100) + "%" }

// number formats a coordinate.
func number(value float64) string {
	return strconv.FormatFloat(math.Round(value*100)/100, 'f', -1, 64)
}

// Gap is the value of a place without one.
var Gap = math.NaN()

// Line returns the path through the values. It is interrupted at gaps; a value between two gaps is a short stroke.
func Line(values []float64, scale Scale) string {
	var path strings.Builder
	for from := 0; from < len(values); from++ {
		if math.IsNaN(values[from]) {
			continue
		}
		to := from
		for to+1 < len(values) && !math.IsNaN(values[to+1]) {
			to++
		}
		if from == to {
			left, right := stroke(from, len(values))
			fmt.Fprintf(&path, "M%s %sH%s", number(left), number(scale.y(values[from])), number(right))
		}
		for at := from; at <= to && from < to; at++ {
			letter := "L"
			if at == from {
				letter = "M"
			}
			path.WriteString(letter + number(x(at, len(values))) + " " + number(scale.y(values[at])))
		}
		from = to
	}
	return path.String()
}

// stroke returns the ends of the stroke for a single value.
func stroke(at, many int) (left, right float64) {
	if many == 1 {
		return 0, width
	}
	half := width / float64(many-1) / 4
	return math.Max(0, x(at, many)-half), math.Min(width, x(at, many)+half)
}

// Area returns the outline of the area under values without gaps.
func Area(values []float64, scale Scale) string {
	line := Line(values, scale)
	if line == "" {
		return ""
	}
	return fmt.Sprintf("M0 %sL%sL%s %sZ", number(height), line[1:], number(width), number(height))
}

// Bar is one bar of a drawing.
type Bar struct{ X, Y, Width, Height string }

// Bars returns the bars of the values above zero. The first and the last one are cut at the edge of the drawing. Small
// values stay visible.
func Bars(values []float64, scale Scale) []Bar {
	const widest, thinnest = 18.0, 1.5
	space := width / math.Max(1, float64(len(values)-1))
	half := math.Min(widest, space*0.7) / 2
	var bars []Bar
	for at, value := range values {
		if !(value > 0) {
			continue
		}
		left, right := math.Max(0, x(at, len(values))-half), math.Min(width, x(at, len(values))+half)
		tall := math.Max(thinnest, height-scale.y(value))
		bars = append(bars, Bar{X: number(left), Y: number(height - tall), Width: number(right - left), Height: number(tall)})
	}
	return bars
}

// Peak returns the index of a value that stands out: the largest one, if it is at least three times the average of the
// others and not tiny. It returns -1 if there is none.
func Peak(values []float64) int {
	const least, times = 10, 3
	peak, sum := -1, 0.0
	for at, value := range values {
		if math.IsNaN(value) {
			continue
		}
		sum += value
		if peak < 0 || value > values[peak] {
			peak = at
		}
	}
	if peak < 0 || len(values) < 4 || values[peak] < least || values[peak] < times*(sum-values[peak])/float64(len(values)-1) {
		return -1
	}
	return peak
}

// Short formats a count for an axis: 800, 1.5k, 60k, 2M.
func Short(value float64) string {
	for _, unit := range []struct {
		size float64
		sign string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if value >= unit.size {
			return strconv.FormatFloat(math.Round(value/unit.size*100)/100, 'f', -1, 64) + unit.sign
		}
	}
	return strconv.FormatFloat(math.Round(value*100)/100, 'f', -1, 64)
}

// Every returns at most most evenly spaced indexes of many items, beginning with zero. It uses the smallest of the
// ascending steps that allows this, or else the last one.
func Every(most, many int, steps ...int) []int {
	step := steps[len(steps)-1]
	for _, one := range steps {
		if (many-1)/one < most {
			step = one
			break
		}
	}
	var places []int
	for at := 0; at < many; at += step {
		places = append(places, at)
	}
	return places
}

// Place returns the coordinate of one of many values.
func Place(at, many int) string { return number(x(at, many)) }

// Below returns a word below one of many values. The first and the last one stay within the drawing.
func Below(at, many int, text string) Word {
	word := Word{At: Percent(at, many), Anchor: "middle", Text: text}
	switch {
	case many < 2:
	case at == 0:
		word.Anchor = "start"
	case at == many-1:
		word.Anchor = "end"
	}
	return word
}

// Beside returns the words beside the mark of one of many values.
func Beside(at, many int, strong, text string) Word {
	const gap = 12
	if place := x(at, many); place > width*0.6 {
		return Word{At: number((place-gap)/width*100) + "%", Anchor: "end", Strong: strong, Text: text}
	}
	return Word{At: number((x(at, many)+gap)/width*100) + "%", Anchor: "start", Strong: strong, Text: text}
}

// sparkScale returns the scale of a line without axes.
func sparkScale(values []float64) Scale {
	most := 0.0
	for _, value := range values {
		if value > most {
			most = value
		}
	}
	if most == 0 {
		most = 1
	}
	return Scale{Ticks: []float64{0, most}}
}
