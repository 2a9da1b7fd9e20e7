package view

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
)

// BrandRules returns the CSS rules for each theme's colour, within the elements of a selector or for the whole page.
func BrandRules(light, dark site.Color, within string) string {
	var sheet strings.Builder
	for _, one := range []struct {
		theme site.Theme
		color site.Color
	}{{site.ThemeLight, light}, {site.ThemeDark, dark}} {
		rules := accentRules(one.color, one.theme)
		sheet.WriteString(within + "[data-theme=" + string(one.theme) + "]" + rules + "\n")
		if within == "" {
			sheet.WriteString("@media (prefers-color-scheme:" + string(one.theme) + "){:root:not([data-theme])" + rules + "}\n")
		}
	}
	return sheet.String()
}

func accentRules(color site.Color, theme site.Theme) string {
	accent := site.AccentOf(color, theme)
	return fmt.Sprintf("{--accent:%s;--accent-content:%s;--accent-text:%s}", accent.Fill, accent.Content, accent.Text)
}

// Digest returns a short hash of a text, for URLs that change with their content.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// BrandSheet returns the URL of the stylesheet with the portal's colours, or "" if the portal uses Portico's own.
func BrandSheet(settings site.Settings) string {
	if settings.LightColor == "" && settings.DarkColor == "" {
		return ""
	}
	return address.BrandColors + "?v=" + Digest(BrandRules(settings.LightColor, settings.DarkColor, ""))
}

// Image returns the URL of a picture, or "" if there is none.
func Image(place site.ImageSlot, shown site.Image) string {
	if !shown.Present() {
		return ""
	}
	return address.Brand + string(place) + "?v=" + shown.Hash
}
