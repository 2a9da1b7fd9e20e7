package site_test

import (
	"fmt"
	"math"
	"regexp"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/platform/fault"
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

func TestEveryColorIsAcceptedOrAnotherIsProposedThatIs(t *testing.T) {
	proposed := regexp.MustCompile(`#[0-9a-f]{6}$`)
	rapid.Check(t, func(t *rapid.T) {
		color := site.Color(fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "color")))
		if least := site.Contrast(color, color.On()); least < 4.5 {
			t.Fatalf("text on a button of %s has a contrast of %.2f", color, least)
		}
		settings := site.Defaults()
		settings.LightColor, settings.DarkColor = color, color
		err := settings.Validate()
		if err == nil {
			t.Fatalf("%s can be read on light and on dark", color)
		}
		for _, field := range fault.From(err).Fields {
			found := site.Color(proposed.FindString(field.Reason))
			if field.Name == "light_color" {
				settings.LightColor = found
			} else {
				settings.DarkColor = found
			}
		}
		if err := settings.Validate(); err != nil {
			t.Fatalf("what is proposed for %s is refused: %v", color, err)
		}
	})
}
