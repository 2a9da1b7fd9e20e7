package home

import (
	"github.com/portico-api/portico/internal/catalog/samples"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// shownLanguages is how many languages fit the panel.
const shownLanguages = 4

// firstCallContent is the panel of a first call, with tabs for its languages.
type firstCallContent struct {
	view.FirstCall
	// KeyFrom is where the visitor gets a temporary key for the request, empty if there is none.
	KeyFrom string
}

func newFirstCall(call overview.FirstCall, gateway string, language samples.Language) *firstCallContent {
	shown := firstCallContent{FirstCall: view.NewFirstCall(call, gateway, language)}
	if call.Trial {
		shown.KeyFrom = address.VisitorKey(call.Product.Slug, call.Version.Name, call.Endpoint.Environment)
	}
	return &shown
}

// languages are the tabs: the first few, and the reader's own.
func (c firstCallContent) languages() []samples.Language {
	shown := samples.Languages[:shownLanguages:shownLanguages]
	for _, one := range samples.Languages[shownLanguages:] {
		if one.ID == c.Language.ID {
			shown = append(shown, one)
		}
	}
	return shown
}

// runnable reports whether the page can send the request: there is a key for it, and its body is a text if it has one.
func (c firstCallContent) runnable() bool {
	return c.KeyFrom != "" && (c.Request.Body == nil || c.Request.Body.Kind == samples.Text)
}

func languagePath(language samples.Language) string {
	return "/?" + visit.LanguageQuery + "=" + language.ID + "#first-call"
}
