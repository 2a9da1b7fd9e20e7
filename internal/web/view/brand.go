package view

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
)

// BrandRules are the rules that give each theme its colour. An empty or unreadable one is the stylesheet's own again.
func BrandRules(light, dark site.Color, within string) string {
	var sheet strings.Builder
	for _, theme := range []struct {
		name  string
		color site.Color
	}{{"light", light}, {"dark", dark}} {
		rules := "{--color-primary:revert-layer;--color-primary-content:revert-layer}\n"
		if theme.color.Valid() {
			rules = "{--color-primary:" + string(theme.color) + ";--color-primary-content:" + string(theme.color.On()) + "}\n"
		}
		sheet.WriteString(within + "[data-theme=" + theme.name + "]" + rules)
		if within == "" {
			sheet.WriteString("@media (prefers-color-scheme:" + theme.name + "){:root:not([data-theme])" + strings.TrimSuffix(rules, "\n") + "}\n")
		}
	}
	return sheet.String()
}

// Digest returns a short hash of a text, for addresses that change with what they lead to.
func Digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// BrandSheet is the stylesheet of the portal's colours, empty where they are Portico's own.
func BrandSheet(settings site.Settings) string {
	if settings.LightColor == "" && settings.DarkColor == "" {
		return ""
	}
	return address.BrandColors + "?v=" + Digest(BrandRules(settings.LightColor, settings.DarkColor, ""))
}

// Image is where a picture lies, empty where there is none.
func Image(place site.ImageSlot, shown site.Image) string {
	if !shown.Present() {
		return ""
	}
	return address.Brand + string(place) + "?v=" + shown.Hash
}
