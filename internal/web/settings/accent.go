package settings

import (
	"fmt"
	"math"

	"github.com/portico-api/portico/internal/site"
)

// accentText says how readable a colour is on the page, and what pages use where it is not. It is empty without a
// colour.
func accentText(color site.Color, theme site.Theme) string {
	if !color.Valid() {
		return ""
	}
	page := "white"
	if theme == site.ThemeDark {
		page = "the dark page"
	}
	ratio := math.Floor(site.Contrast(color, site.Surfaces(theme)[0])*10) / 10 // so that 4.46 does not read like enough
	text := fmt.Sprintf("%.1f:1 on %s.", ratio, page)
	if used := site.AccentOf(color, theme).Text; used != color {
		text += " Links will use " + string(used) + "."
	}
	return text
}
