package home

import (
	"net/http"
	"strconv"

	"github.com/portico-api/portico/internal/catalog/samples"
	"github.com/portico-api/portico/internal/overview"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// shownLanguages is how many languages fit the panel.
const shownLanguages = 4

// firstCallContent is the panel with a request and the response that its description promises.
type firstCallContent struct {
	overview.FirstCall
	Language samples.Language
	Request  samples.Request
	// KeyFrom is where the visitor gets a temporary key for the request, empty if there is none.
	KeyFrom string
}

func newFirstCall(call overview.FirstCall, gateway string, language samples.Language) *firstCallContent {
	header := call.Scheme.Header
	if call.Scheme.Kind == plan.Basic {
		header = "Authorization"
	}
	shown := firstCallContent{FirstCall: call, Language: language}
	if call.Trial {
		shown.KeyFrom = address.VisitorKey(call.Product.Slug, call.Version.Name, call.Endpoint.Environment)
	}
	shown.Request = view.NewSample(call.Operation, gateway+call.Endpoint.BasePath, header)
	if call.Sample.Body != "" {
		shown.Request.Body = view.SampleBody(call.Sample.Media, call.Sample.Body)
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

func (c firstCallContent) operationPath() string {
	return address.Operation(c.Product.Slug, c.Version.Name, c.Operation.Slug)
}

// operationName is the operation's summary, or else its method and path.
func (c firstCallContent) operationName() string {
	if c.Operation.Summary != "" {
		return c.Operation.Summary
	}
	return c.Operation.Method + " " + c.Operation.Path
}

func languagePath(language samples.Language) string {
	return "/?" + visit.LanguageQuery + "=" + language.ID + "#first-call"
}

// statusText adds the name of a status: "201 Created".
func statusText(status string) string {
	code, err := strconv.Atoi(status)
	if name := http.StatusText(code); err == nil && name != "" {
		return status + " " + name
	}
	return status
}
