package site_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-api/portico/internal/site"
)

var themes = []site.Theme{site.ThemeLight, site.ThemeDark}

func TestHardAccents(t *testing.T) {
	for color, want := range map[site.Color]struct{ content, light, dark site.Color }{
		"#f5e663": {"#0b0e12", "#7a6900", "#f5e663"},
		"#a3e635": {"#0b0e12", "#3d7700", "#a3e635"},
		"#000000": {"#ffffff", "#000000", "#8f8f8f"},
		"#ffffff": {"#0b0e12", "#6a6a6a", "#ffffff"},
		"#ff0000": {"#0b0e12", "#d70000", "#ff513f"},
		"#777777": {"#000000", "#6a6a6a", "#8f8f8f"},
	} {
		for _, theme := range themes {
			accent := site.AccentOf(color, theme)
			text := want.light
			if theme == site.ThemeDark {
				text = want.dark
			}
			if accent != (site.Accent{Fill: color, Content: want.content, Text: text}) {
				t.Errorf("%s in the %s theme gives %+v, want %+v", color, theme, accent, want)
			}
			expectReadable(t, accent, theme)
		}
	}
}

func TestPorticosOwnAccentReplacesInvalidColors(t *testing.T) {
	for _, color := range []site.Color{"", "red"} {
		for theme, want := range map[site.Theme]site.Color{site.ThemeLight: "#1f5fd0", site.ThemeDark: "#86b2ff"} {
			accent := site.AccentOf(color, theme)
			if accent.Fill != want || accent.Text != want {
				t.Errorf("%q in the %s theme gives %+v, want %s", color, theme, accent, want)
			}
			expectReadable(t, accent, theme)
		}
	}
}

func TestTextOfEveryAccentCanBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		color := site.Color(fmt.Sprintf("#%06x", rapid.Uint32Range(0, 0xffffff).Draw(t, "color")))
		for _, theme := range themes {
			accent := site.AccentOf(color, theme)
			expectReadable(t, accent, theme)
			if again := site.AccentOf(accent.Text, theme).Text; again != accent.Text {
				t.Fatalf("the text colour %s, which can be read, is changed to %s", accent.Text, again)
			}
		}
		settings := site.Defaults()
		settings.LightColor, settings.DarkColor = color, color
		if err := settings.Validate(); err != nil {
			t.Fatalf("%s is refused: %v", color, err)
		}
	})
}

// Every grey, because these are the colours that have the least contrast to both black and white.
func TestTextOfEveryGreyCanBeRead(t *testing.T) {
	for share := range 256 {
		for _, theme := range themes {
			expectReadable(t, site.AccentOf(site.Color(fmt.Sprintf("#%02x%02x%02x", share, share, share)), theme), theme)
		}
	}
}

func expectReadable(t interface {
	Helper()
	Errorf(format string, arguments ...any)
}, accent site.Accent, theme site.Theme,
) {
	t.Helper()
	if got := site.Contrast(accent.Content, accent.Fill); got < 4.5 {
		t.Errorf("in the %s theme, text on a button of %s is %s, %.2f:1", theme, accent.Fill, accent.Content, got)
	}
	for _, surface := range site.Surfaces(theme) {
		if got := site.Contrast(accent.Text, surface); got < 4.5 {
			t.Errorf("in the %s theme, links for %s are %s, %.2f:1 on %s", theme, accent.Fill, accent.Text, got, surface)
		}
	}
}

func TestInvalidColorsAreRefused(t *testing.T) {
	for _, color := range []site.Color{"red", "#fff", "#0b57a4}body{color:red", "#0B57A4"} {
		settings := site.Defaults()
		settings.DarkColor = color
		if settings.Validate() == nil {
			t.Errorf("%s is accepted", color)
		}
	}
}
