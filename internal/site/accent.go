package site

import (
	"fmt"
	"math"
)

// Accent is the portal's colour in one theme, with colours derived from it so that all text is readable.
type Accent struct {
	// Fill is the colour itself, for buttons.
	Fill Color
	// Content is the colour of text on Fill.
	Content Color
	// Text is the colour of links, readable on every surface of the theme.
	Text Color
}

const (
	white     Color = "#ffffff"
	nearBlack Color = "#0b0e12"
	black     Color = "#000000"
)

// Portico's own accents.
const (
	usualLight Color = "#1f5fd0"
	usualDark  Color = "#86b2ff"
)

// AccentOf derives the colours of a theme from the portal's colour. Portico's own replaces an empty or invalid one.
func AccentOf(color Color, theme Theme) Accent {
	if !color.Valid() {
		color = usualLight
		if theme == ThemeDark {
			color = usualDark
		}
	}
	return Accent{Fill: color, Content: contentOn(color), Text: textIn(color, theme)}
}

// Surfaces returns the backgrounds of text in a theme: the page, sidebars, and the current row. The stylesheet has the
// same values.
func Surfaces(theme Theme) []Color {
	if theme == ThemeDark {
		return []Color{"#14181e", "#0f1217", "#232933"}
	}
	return []Color{"#ffffff", "#f6f7f9", "#e9ecf0"}
}

// contentOn returns white if it is readable, or else near-black. On a few greys only black is readable.
func contentOn(fill Color) Color {
	for _, one := range []Color{white, nearBlack} {
		if Contrast(one, fill) >= leastContrast {
			return one
		}
	}
	return black
}

// textIn changes the lightness of a colour until it is readable on all of the theme's surfaces.
func textIn(color Color, theme Theme) Color {
	step, end := -0.005, black
	if theme == ThemeDark {
		step, end = 0.005, white
	}
	lightness, a, b := color.oklab()
	for text := color; lightness >= 0 && lightness <= 1; {
		if leastOn(text, theme) >= leastContrast {
			return text
		}
		lightness += step
		strength := min(1, 1-max(0, lightness-0.9)*4) // light colours cannot be as saturated
		text = fromOKLab(lightness, a*strength, b*strength)
	}
	return end
}

// leastOn returns the lowest contrast of a text colour with the surfaces of a theme.
func leastOn(text Color, theme Theme) float64 {
	least := math.Inf(1)
	for _, surface := range Surfaces(theme) {
		least = min(least, Contrast(text, surface))
	}
	return least
}

// oklab returns the colour in OKLab, whose lightness matches human perception.
func (c Color) oklab() (lightness, a, b float64) {
	red, green, blue := c.linear()
	long := math.Cbrt(0.4122214708*red + 0.5363325363*green + 0.0514459929*blue)
	middle := math.Cbrt(0.2119034982*red + 0.6806995451*green + 0.1073969566*blue)
	short := math.Cbrt(0.0883024619*red + 0.2817188376*green + 0.6299787005*blue)
	return 0.2104542553*long + 0.793617785*middle - 0.0040720468*short,
		1.9779984951*long - 2.428592205*middle + 0.4505937099*short,
		0.0259040371*long + 0.7827717662*middle - 0.808675766*short
}

// fromOKLab returns the nearest colour that a screen can show.
func fromOKLab(lightness, a, b float64) Color {
	long := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	middle := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	short := cube(lightness - 0.0894841775*a - 1.291485548*b)
	return Color(fmt.Sprintf("#%02x%02x%02x",
		channelBits(4.0767416621*long-3.3077115913*middle+0.2309699292*short),
		channelBits(-1.2684380046*long+2.6097574011*middle-0.3413193965*short),
		channelBits(-0.0041960863*long-0.7034186147*middle+1.707614701*short)))
}

func cube(x float64) float64 { return x * x * x }

// channelBits puts the curve of sRGB on a linear channel.
func channelBits(linear float64) uint8 {
	linear = min(1, max(0, linear))
	share := 12.92 * linear
	if linear > 0.0031308 {
		share = 1.055*math.Pow(linear, 1/2.4) - 0.055
	}
	return uint8(math.Round(share * 255))
}
