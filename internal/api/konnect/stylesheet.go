package konnect

import (
	"strings"

	"github.com/portico-api/portico/internal/api/rest"
	"github.com/portico-api/portico/internal/site"
)

// shade is a colour under the name that front ends of the protocol know it by.
type shade struct {
	group, name string
	color       site.Color
}

// palette returns every colour of such a front end, with the portal's own accent.
func palette(settings site.Settings) []shade {
	page, panel, text, quiet, line := site.Color("#ffffff"), site.Color("#f5f7f9"), site.Color("#17202a"), site.Color("#4d5a68"), site.Color("#d5dbe2")
	theme, color := site.ThemeLight, settings.LightColor
	if settings.Theme == site.ThemeDark {
		page, panel, text, quiet, line = "#11171e", "#171e26", "#e8edf2", "#a6b2bf", "#2f3a46"
		theme, color = site.ThemeDark, settings.DarkColor
	}
	accent := site.AccentOf(color, theme)
	return []shade{
		{"section_colors", "header", page}, {"section_colors", "body", page}, {"section_colors", "hero", panel},
		{"section_colors", "accent", panel}, {"section_colors", "tertiary", panel}, {"section_colors", "stroke", line},
		{"section_colors", "footer", panel},
		{"text_colors", "header", text}, {"text_colors", "hero", text}, {"text_colors", "headings", text},
		{"text_colors", "primary", text}, {"text_colors", "secondary", quiet}, {"text_colors", "accent", accent.Text},
		{"text_colors", "link", accent.Text}, {"text_colors", "footer", quiet},
		{"button_colors", "primary-fill", accent.Fill}, {"button_colors", "primary-text", accent.Content},
	}
}

const sheetMedia = "text/css; charset=utf-8"

// getStylesheet sends each colour as a variable, a class for text and a class for backgrounds.
func getStylesheet(c *call) error {
	var variables, classes strings.Builder
	for _, shade := range palette(c.Settings) {
		name := shade.group + "-" + shade.name
		variables.WriteString("--" + name + ":" + string(shade.color) + ";")
		classes.WriteString(".color-" + name + "{color:var(--" + name + ")}.bg-" + name + "{background-color:var(--" + name + ")}\n")
	}
	return rest.Content(c.writer, sheetMedia, []byte(":root{"+variables.String()+"}\n"+classes.String()))
}

// fonts are the reader's system fonts, so that nothing is fetched.
const fonts = `:root{--font-base:system-ui,sans-serif;--font-headings:system-ui,sans-serif;--font-code:ui-monospace,monospace}
`

func getFontStylesheet(c *call) error { return rest.Content(c.writer, sheetMedia, []byte(fonts)) }

// themeData returns the colours as the appearance lists them.
func themeData(settings site.Settings) map[string]map[string]themeColor {
	data := map[string]map[string]themeColor{}
	for _, shade := range palette(settings) {
		if data[shade.group] == nil {
			data[shade.group] = map[string]themeColor{}
		}
		data[shade.group][shade.name] = themeColor{Value: string(shade.color)}
	}
	return data
}

type themeColor struct {
	Value       string `json:"value"`
	Description string `json:"description"`
}
