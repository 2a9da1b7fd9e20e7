package view_test

import (
	"strings"
	"testing"

	"github.com/portico-api/portico/internal/web/view"
)

func TestIconsComeFromTheFileOfTheContext(t *testing.T) {
	ctx := view.WithSprite(t.Context(), "/assets/icons-1.svg")
	for name, want := range map[string]string{
		"search": `<svg class="icon" aria-hidden="true"><use href="/assets/icons-1.svg#search"></use></svg>`,
		"":       "",
	} {
		var text strings.Builder
		if err := view.Icon(name).Render(ctx, &text); err != nil || text.String() != want {
			t.Errorf("the icon %q is %s, %v; want %s", name, text.String(), err, want)
		}
	}
}
