package chart

import (
	"math"
	"regexp"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestScalesFitAnyValues draws values of any size.
func TestScalesFitAnyValues(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		most := rapid.OneOf(rapid.Float64Range(0, 1e15), rapid.Float64Range(0, 5), rapid.SampledFrom([]float64{0, -1, math.NaN(), math.Inf(1), 1e300, 1e-300})).Draw(r, "most")
		intervals, whole := rapid.IntRange(1, 4).Draw(r, "intervals"), rapid.Bool().Draw(r, "whole")
		scale := NewScale(most, intervals, whole)
		if scale.Ticks[0] != 0 || len(scale.Ticks) < 2 || len(scale.Ticks) > intervals+1 && !(whole && most < 10) {
			r.Fatalf("%g in %d intervals: %v", most, intervals, scale.Ticks)
		}
		if !math.IsInf(most, 0) && most > scale.Top()*(1+1e-9) {
			r.Fatalf("%g does not fit on %v", most, scale.Ticks)
		}
		for _, tick := range scale.Ticks {
			if whole && tick != math.Floor(tick) {
				r.Fatalf("%g in %d intervals: %v are no counts", most, intervals, scale.Ticks)
			}
		}
		if y := scale.y(most); y < -1e-6 || y > 100 {
			r.Fatalf("%g is drawn at %g", most, y)
		}
	})
}

func TestScales(t *testing.T) {
	for _, row := range []struct {
		most      float64
		intervals int
		whole     bool
		ticks     []float64
	}{
		{54_000, 3, true, []float64{0, 20_000, 40_000, 60_000}}, {2_941, 1, true, []float64{0, 3_000}}, {1, 3, true, []float64{0, 1}},
		{0, 3, true, []float64{0, 1}}, {590, 2, false, []float64{0, 500, 1000}}, {0.3, 2, false, []float64{0, 0.2, 0.4}},
	} {
		got := NewScale(row.most, row.intervals, row.whole).Ticks
		if len(got) != len(row.ticks) || math.Abs(got[len(got)-1]-row.ticks[len(got)-1]) > 1e-9 {
			t.Errorf("%g: %v, want %v", row.most, got, row.ticks)
		}
	}
}

func TestPaths(t *testing.T) {
	ten := Scale{Ticks: []float64{0, 10}}
	for name, row := range map[string]struct{ got, want string }{
		"a line":             {Line([]float64{0, 10, 5}, ten), "M0 100L500 0L1000 50"},
		"no values":          {Line(nil, ten), ""},
		"only gaps":          {Line([]float64{Gap, Gap}, ten), ""},
		"one value":          {Line([]float64{5}, ten), "M0 50H1000"},
		"a gap":              {Line([]float64{0, 0, Gap, 10, 10}, ten), "M0 100L250 100M750 0L1000 0"},
		"alone between gaps": {Line([]float64{Gap, 5, Gap}, ten), "M375 50H625"},
		"too high":           {Line([]float64{20, 20}, ten), "M0 0L1000 0"},
		"an area":            {Area([]float64{0, 10, 5}, ten), "M0 100L0 100L500 0L1000 50L1000 100Z"},
		"the area of one":    {Area([]float64{5}, ten), "M0 100L0 50H1000L1000 100Z"},
		"no area":            {Area(nil, ten), ""},
	} {
		if row.got != row.want {
			t.Errorf("%s: %q, want %q", name, row.got, row.want)
		}
	}
}

var coordinates = regexp.MustCompile(`[-0-9.e+]+`)

// TestDrawingsStayInside draws any values, with gaps.
func TestDrawingsStayInside(t *testing.T) {
	value := rapid.OneOf(rapid.Float64Range(0, 1e12), rapid.SampledFrom([]float64{0, Gap, 1, 1e300}))
	rapid.Check(t, func(r *rapid.T) {
		values := rapid.SliceOfN(value, 0, 200).Draw(r, "values")
		highest := 0.0
		for _, one := range values {
			highest = math.Max(highest, one)
			if math.IsNaN(highest) {
				highest = 0
			}
		}
		scale := NewScale(highest, 3, true)
		for _, text := range coordinates.FindAllString(Line(values, scale)+" "+Area(values, scale), -1) {
			if place, err := strconv.ParseFloat(text, 64); err != nil || place < 0 || place > width {
				r.Fatalf("%v is drawn at %s", values, text)
			}
		}
		for _, bar := range Bars(values, scale) {
			left, _ := strconv.ParseFloat(bar.X, 64)
			wide, _ := strconv.ParseFloat(bar.Width, 64)
			top, _ := strconv.ParseFloat(bar.Y, 64)
			tall, _ := strconv.ParseFloat(bar.Height, 64)
			if left < 0 || wide <= 0 || left+wide > width+0.02 || top < 0 || tall <= 0 || math.Abs(top+tall-height) > 0.02 {
				r.Fatalf("%v has the bar %+v", values, bar)
			}
		}
	})
}

func TestAPeakStandsOut(t *testing.T) {
	for name, row := range map[string]struct {
		values []float64
		want   int
	}{
		"nothing": {nil, -1}, "one": {[]float64{100}, -1}, "even": {[]float64{20, 21, 20, 22}, -1}, "small": {[]float64{0, 3, 0, 0}, -1},
		"one day": {[]float64{200, 180, 2941, 190}, 2}, "gaps": {[]float64{Gap, 2, Gap, 80}, 3},
	} {
		if got := Peak(row.values); got != row.want {
			t.Errorf("%s: %d, want %d", name, got, row.want)
		}
	}
}

func TestShortNumbers(t *testing.T) {
	for value, want := range map[float64]string{0: "0", 1: "1", 999: "999", 1000: "1k", 1500: "1.5k", 60_000: "60k", 2e6: "2M", 0.2: "0.2", 3e12: "3T"} {
		if got := Short(value); got != want {
			t.Errorf("%g: %q, want %q", value, got, want)
		}
	}
}
