package web

import (
	"os"
	"regexp"
	"testing"

	"github.com/portico-api/portico/internal/site"
)

// The least contrast of text, and of marks, lines and bars (WCAG 1.4.3 and 1.4.11).
const (
	textContrast = 4.5
	markContrast = 3
)

// contrasts are the pairs of tokens that pages use. Every foreground is checked on every background of its row.
var contrasts = []struct {
	least                   float64
	foregrounds, background []string
}{
	{
		textContrast,
		[]string{
			"color-base-content", "quiet", "faint", "accent-text", "danger", "warning", "success", "info",
			"get", "post", "put", "patch", "delete",
		},
		[]string{"color-base-100", "color-base-200", "hover", "chosen"},
	},
	{textContrast, []string{"accent-content"}, []string{"accent"}},
	{textContrast, []string{"success", "color-base-content", "quiet"}, []string{"success-soft"}},
	{textContrast, []string{"warning", "color-base-content", "quiet"}, []string{"warning-soft"}},
	{textContrast, []string{"danger", "color-base-content", "quiet"}, []string{"danger-soft"}},
	{textContrast, []string{"info", "color-base-content", "quiet"}, []string{"info-soft"}},
	{
		textContrast,
		[]string{
			"ink-text", "ink-quiet", "syn-key", "syn-string", "syn-number", "syn-word", "syn-call", "syn-note", "syn-mark",
			"ink-get", "ink-post", "ink-put", "ink-patch", "ink-delete",
		},
		[]string{"ink", "ink-2"},
	},
	{markContrast, []string{"line-strong"}, []string{"color-base-100", "color-base-200"}},
	{markContrast, []string{"data-1", "data-2", "data-3", "data-4", "data-err"}, []string{"color-base-100"}},
	{markContrast, []string{"success-mark", "warning-mark", "danger-mark", "info-mark"}, []string{"color-base-100"}},
	{markContrast, []string{"ink-edge"}, []string{"ink", "ink-2"}},
}

var (
	tokenLine = regexp.MustCompile(`(?m)^\s*--([\w-]+): (.+);`)
	bothTheme = regexp.MustCompile(`^light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)$`)
	oneColor  = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// colorTokens returns the colours of styles/tokens.css by name, light first. It leaves out colours with transparency.
func colorTokens(t *testing.T) map[string][2]site.Color {
	t.Helper()
	text, err := os.ReadFile("styles/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string][2]site.Color{}
	for _, line := range tokenLine.FindAllStringSubmatch(string(text), -1) {
		if both := bothTheme.FindStringSubmatch(line[2]); both != nil {
			tokens[line[1]] = [2]site.Color{site.Color(both[1]), site.Color(both[2])}
		} else if oneColor.MatchString(line[2]) {
			tokens[line[1]] = [2]site.Color{site.Color(line[2]), site.Color(line[2])}
		}
	}
	return tokens
}

func TestEveryPairOfColorsHasEnoughContrast(t *testing.T) {
	tokens := colorTokens(t)
	for _, row := range contrasts {
		for _, foreground := range row.foregrounds {
			for _, background := range row.background {
				over, under := tokens[foreground], tokens[background]
				for at, theme := range []site.Theme{site.ThemeLight, site.ThemeDark} {
					if over[at] == "" || under[at] == "" {
						t.Errorf("tokens.css has no colour --%s or --%s", foreground, background)
					} else if got := site.Contrast(over[at], under[at]); got < row.least {
						t.Errorf("in the %s theme, --%s on --%s has %.2f:1, want %.1f:1", theme, foreground, background, got, row.least)
					}
				}
			}
		}
	}
}

// decoration are the colours that are neither text nor marks: hairlines, bars beside others, and line numbers, which
// repeat what a reader sees.
var decoration = []string{"color-base-300", "ink-line", "ink-number", "data-rest"}

func TestEveryColorIsCheckedForContrast(t *testing.T) {
	checked := map[string]bool{}
	for _, name := range decoration {
		checked[name] = true
	}
	for _, row := range contrasts {
		for _, name := range append(row.foregrounds, row.background...) {
			checked[name] = true
		}
	}
	for name := range colorTokens(t) {
		if !checked[name] {
			t.Errorf("--%s is in no pair of colours and is not decoration", name)
		}
	}
}
