package settings

import (
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/site"
)

func TestSettingsOfFilesAreNotInTheForm(t *testing.T) {
	for _, name := range settingInputs {
		shown := settingsContent{Settings: site.Defaults(), Dialects: site.Dialects()}
		shown.Settings.FromFiles = []string{name}
		var page strings.Builder
		if err := settingsForm(shown).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		if input := strings.TrimSuffix(name, "_off"); strings.Contains(page.String(), ` name="`+input+`"`) || !strings.Contains(page.String(), "Set in portico.yaml") {
			t.Errorf("the form has an input for %s, which files own", name)
		}
	}
}

func TestAccentTextSaysWhatLinksUse(t *testing.T) {
	for _, test := range []struct {
		color site.Color
		theme site.Theme
		want  string
	}{
		{"", site.ThemeLight, ""}, {"red", site.ThemeLight, ""},
		{"#0b57a4", site.ThemeLight, "7.2:1 on white."},
		{"#f5e663", site.ThemeLight, "1.2:1 on white. Links will use #7a6900."},
		{"#777777", site.ThemeLight, "4.4:1 on white. Links will use #6a6a6a."},
		{"#757575", site.ThemeLight, "4.6:1 on white. Links will use #696969."}, // too weak on chosen rows
		{"#f5e663", site.ThemeDark, "13.8:1 on the dark page."},
		{"#000000", site.ThemeDark, "1.1:1 on the dark page. Links will use #8f8f8f."},
	} {
		if got := accentText(test.color, test.theme); got != test.want {
			t.Errorf("%q in the %s theme: %q, want %q", test.color, test.theme, got, test.want)
		}
	}
}
