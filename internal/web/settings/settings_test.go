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
		if input := strings.TrimSuffix(name, "_off"); strings.Contains(page.String(), ` name="`+input+`"`) || !strings.Contains(page.String(), "badge") {
			t.Errorf("the form has an input for %s, which files own", name)
		}
	}
}
