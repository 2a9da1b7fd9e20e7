package settings

import (
	"fmt"
	"math"

	"github.com/portico-api/portico/internal/site"
)

// accentTone returns warn if links need another colour, good if not, and "" for an empty or invalid colour.
func accentTone(color site.Color, theme site.Theme) string {
	switch {
	case !color.Valid():
		return ""
	case site.AccentOf(color, theme).Text == color:
		return "good"
	}
	return "warn"
}

// accentText describes the contrast of a colour with the page, and the colour of links if it differs. It returns "" for
// an empty or invalid colour.
func accentText(color site.Color, theme site.Theme) string {
	if !color.Valid() {
		return ""
	}
	page := "white"
	if theme == site.ThemeDark {
		page = "the dark page"
	}
	ratio := math.Floor(site.Contrast(color, site.Surfaces(theme)[0])*10) / 10 // rounded down, so that 4.46 does not look sufficient
	text := fmt.Sprintf("%.1f:1 on %s.", ratio, page)
	if used := site.AccentOf(color, theme).Text; used != color {
		text += " Links will use " + string(used) + "."
	}
	return text
}
