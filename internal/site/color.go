package site

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Color is a colour as #rrggbb in small letters, or empty for Portico's own.
type Color string

// leastContrast is what WCAG 2.2 asks for between text and its background (AA, 1.4.3).
const leastContrast = 4.5

var spelling = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// ParseColor reads #rrggbb in any case, with spaces around it; the empty text is the empty colour.
func ParseColor(text string) Color { return Color(strings.ToLower(strings.TrimSpace(text))) }

// Valid reports whether the colour can be written into a stylesheet.
func (c Color) Valid() bool { return spelling.MatchString(string(c)) }

// refused returns the reason for rejecting the colour, or "" to accept it. Poor contrast is no reason: see Accent.
func (c Color) refused() string {
	if c == "" || c.Valid() {
		return ""
	}
	return "must be written as #rrggbb, such as #0b57a4"
}

// Contrast returns the contrast ratio of two valid colours as WCAG 2.2 defines it: from 1 for the same to 21 for
// black and white.
func Contrast(one, other Color) float64 {
	lighter, darker := one.luminance(), other.luminance()
	if lighter < darker {
		lighter, darker = darker, lighter
	}
	return (lighter + 0.05) / (darker + 0.05)
}

// luminance returns the relative luminance of WCAG 2.2.
func (c Color) luminance() float64 {
	red, green, blue := c.linear()
	return 0.2126*red + 0.7152*green + 0.0722*blue
}

// linear returns the channels of a valid colour without the curve of sRGB, from 0 to 1.
func (c Color) linear() (red, green, blue float64) {
	all, _ := strconv.ParseUint(strings.TrimPrefix(string(c), "#"), 16, 32) // of a valid colour
	return linearChannel(all >> 16), linearChannel(all >> 8), linearChannel(all)
}

func linearChannel(bits uint64) float64 {
	share := float64(bits&0xff) / 255
	if share <= 0.04045 {
		return share / 12.92
	}
	return math.Pow((share+0.055)/1.055, 2.4)
}
