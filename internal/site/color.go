package site

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Color is a colour as #rrggbb in small letters, or empty for Portico's own.
type Color string

// The backgrounds that coloured text stands on. Of each theme it is the one with the least contrast to the text: rows
// under the pointer are a shade off the page. The theme's stylesheet has the same values.
const (
	LightPage Color = "#f6f7f9"
	DarkPage  Color = "#0f1217"
)

const (
	black Color = "#000000"
	white Color = "#ffffff"
)

// leastContrast is what WCAG 2.2 asks for between text and its background (AA, 1.4.3).
const leastContrast = 4.5

var spelling = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// ParseColor reads #rrggbb in any case, with spaces around it; the empty text is the empty colour.
func ParseColor(text string) Color { return Color(strings.ToLower(strings.TrimSpace(text))) }

// Valid reports whether the colour can be written into a stylesheet.
func (c Color) Valid() bool { return spelling.MatchString(string(c)) }

// refusedOn returns why text in the colour is unreadable on the background, empty if it is readable.
func (c Color) refusedOn(page Color) string {
	switch {
	case c == "":
		return ""
	case !c.Valid():
		return "must be written as #rrggbb, such as #0b57a4"
	case Contrast(c, page) < leastContrast:
		shown := math.Floor(Contrast(c, page)*100) / 100 // so that 4.499 does not read like enough
		return fmt.Sprintf("has a contrast of %.2f:1 with the page, and text needs %.1f:1 to be read; the nearest colour that has it is %s",
			shown, leastContrast, c.readableOn(page))
	}
	return ""
}

// On is the colour of text on a button of this colour, black or white, whichever is easier to read. One of them always
// has the contrast that WCAG asks for.
func (c Color) On() Color {
	if Contrast(c, white) >= Contrast(c, black) {
		return white
	}
	return black
}

// readableOn is the colour itself where it can be read on the background; else it is mixed with as little black, or
// white on dark backgrounds, as will do.
func (c Color) readableOn(page Color) Color {
	const steps = 255
	from, to := c.channels(), page.On().channels()
	for step := range steps {
		share := float64(step) / steps
		var mixed [3]float64
		for i := range mixed {
			mixed[i] = from[i]*(1-share) + to[i]*share
		}
		found := Color(fmt.Sprintf("#%02x%02x%02x", uint8(math.Round(mixed[0])), uint8(math.Round(mixed[1])), uint8(math.Round(mixed[2]))))
		if Contrast(found, page) >= leastContrast {
			return found
		}
	}
	return page.On()
}

// Contrast is the contrast ratio of two valid colours as WCAG 2.2 defines it: from 1 for the same to 21 for black and
// white.
func Contrast(one, other Color) float64 {
	lighter, darker := one.luminance(), other.luminance()
	if lighter < darker {
		lighter, darker = darker, lighter
	}
	return (lighter + 0.05) / (darker + 0.05)
}

// luminance is the relative luminance of WCAG 2.2.
func (c Color) luminance() float64 {
	var linear [3]float64
	for i, channel := range c.channels() {
		if share := channel / 255; share <= 0.04045 {
			linear[i] = share / 12.92
		} else {
			linear[i] = math.Pow((share+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

func (c Color) channels() [3]float64 {
	all, _ := strconv.ParseUint(strings.TrimPrefix(string(c), "#"), 16, 32) // of a valid colour
	return [3]float64{float64(all >> 16 & 0xff), float64(all >> 8 & 0xff), float64(all & 0xff)}
}
