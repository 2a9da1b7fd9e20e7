package site_test

import (
	"math"
	"testing"

	"github.com/portico-api/portico/internal/site"
)

func TestContrastOfKnownPairs(t *testing.T) {
	for _, pair := range []struct {
		one, other site.Color
		want       float64
	}{
		{"#000000", "#ffffff", 21}, {"#ffffff", "#ffffff", 1}, {"#767676", "#ffffff", 4.54}, {"#777777", "#ffffff", 4.48},
		{"#ff0000", "#ffffff", 4.00}, {"#0000ff", "#ffffff", 8.59}, {"#008000", "#ffffff", 5.14}, {"#ffff00", "#ffffff", 1.07},
	} {
		for _, got := range []float64{site.Contrast(pair.one, pair.other), site.Contrast(pair.other, pair.one)} {
			if math.Abs(got-pair.want) > 0.005 {
				t.Errorf("%s on %s has a contrast of %.3f, want %.2f", pair.one, pair.other, got, pair.want)
			}
		}
	}
}
