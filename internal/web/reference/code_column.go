package reference

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/catalog/samples"
	"github.com/portico-api/portico/internal/plan"
	"github.com/portico-api/portico/internal/platform/fault"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// codeChoice is the reader's choice of code on an operation's page, from the query. Unknown values choose the first
// option.
type codeChoice struct {
	Language    samples.Language
	Environment string
	// The reader's choices: Body is a variant of the request body, Response a status, and Answer a variant of that
	// response. Variants are named by their keys.
	Body     string
	Response string
	Answer   string
}

// Names of the choices in the query.
const (
	chosenLanguage    = visit.LanguageQuery
	chosenEnvironment = "environment"
	chosenBody        = "example"
	chosenResponse    = "response"
	chosenAnswer      = "answer"
)

func newCodeChoice(query url.Values, language samples.Language) codeChoice {
	return codeChoice{
		Language: language, Environment: query.Get(chosenEnvironment),
		Body: query.Get(chosenBody), Response: query.Get(chosenResponse), Answer: query.Get(chosenAnswer),
	}
}

// choosing returns the URL of the page with one more choice, without the language, which is in a cookie.
func (c operationContent) choosing(name, value string) string {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set(chosenEnvironment, c.Choice.Environment)
	set(chosenBody, c.Choice.Body)
	set(chosenResponse, c.Choice.Response)
	if name != chosenResponse {
		set(chosenAnswer, c.Choice.Answer)
	}
	query.Set(name, value)
	return c.at().Page + "?" + query.Encode()
}

// at returns the item with this index, or the first one. It returns the zero value for an empty list.
func at[T any](list []T, index int) T {
	var none T
	switch {
	case index >= 0 && index < len(list):
		return list[index]
	case len(list) > 0:
		return list[0]
	}
	return none
}

// endpoint returns the endpoint that the samples call: the one that the reader chose, or else production.
func (c operationContent) endpoint() (catalog.Endpoint, bool) {
	if c.Operation.Webhook {
		return catalog.Endpoint{}, false
	}
	for _, endpoint := range c.Version.Endpoints {
		if endpoint.Environment == c.Choice.Environment {
			return endpoint, true
		}
	}
	return c.Version.GatewayEndpoint()
}

// keyHeader is the header with the key, unless a strategy names another.
const keyHeader = "X-Api-Key"

// readerKey is the key that a sample needs, and how it is sent.
type readerKey struct {
	Header string
	Kind   plan.Kind
	// Name, Prefix and Path describe the reader's own key; they are empty if the reader has none.
	Name, Prefix, Path string
}

// key returns the reader's key for an environment, and how keys are sent there.
func (c operationContent) key(environment string) readerKey {
	place := c.Keys[environment]
	for _, own := range c.Subscriptions {
		if own.Plan.Environment != environment || len(own.Working) == 0 {
			continue
		}
		key, path := own.Working[0], "/profile"
		if !own.Application.Default {
			path = address.Application(own.Application.ID)
		}
		return readerKey{own.Scheme.Header, own.Scheme.Kind, view.KeyTitle(key), key.Prefix, path}
	}
	return readerKey{Header: cmp.Or(place.Header, keyHeader), Kind: place.Kind}
}

// getKey returns the page on which a reader without a key gets one.
func (c operationContent) getKey() string {
	if c.MayGetKey {
		return address.GetKey(c.Product.Slug, c.Version.Name)
	}
	return address.Product(c.Product.Slug)
}

// header returns the name of the header for the key.
func (k readerKey) header() string {
	if k.Kind == plan.Basic {
		return "Authorization"
	}
	return k.Header
}

// export returns a command that sets the variable with the key for samples.
func (k readerKey) export() string {
	value := "YOUR_KEY"
	if k.Prefix != "" {
		value = k.Prefix + "…"
	}
	if k.Kind == plan.Basic {
		return "export " + samples.KeyVariable + `="Basic $(printf %s 'USER:PASSWORD' | base64)"`
	}
	return "export " + samples.KeyVariable + "=" + value
}

// sampleRequest returns the request of the samples, with the example body that the reader chose.
func (c operationContent) sampleRequest() (samples.Request, bool) {
	endpoint, called := c.endpoint()
	if !called {
		return samples.Request{}, false
	}
	request := view.NewSample(c.Operation, c.Gateway+endpoint.BasePath, c.key(endpoint.Environment).header())
	if list := c.requestVariants(); len(list) > 0 {
		chosen := list[find(list, c.Choice.Body)]
		request.Body = view.SampleBody(chosen.Media, chosen.Text)
	}
	return request, true
}

// answer is a response with the bodies that it can have.
type answer struct {
	Status   string
	Variants []variant
}

// answers lists the responses with examples, and the index of the one to show: the chosen one, or else the first
// success.
func (c operationContent) answers() (list []answer, shown int) {
	for _, response := range c.Operation.Detail.Responses {
		bodies := slices.DeleteFunc(variants(response.Content), func(v variant) bool { return v.Text == "" && v.Described.URL == "" })
		if len(bodies) > 0 {
			list = append(list, answer{response.Status, bodies})
		}
	}
	asked := func(a answer) bool { return a.Status == c.Choice.Response }
	good := func(a answer) bool { return strings.HasPrefix(a.Status, "2") }
	if shown = slices.IndexFunc(list, asked); shown < 0 {
		shown = max(0, slices.IndexFunc(list, good))
	}
	return list, shown
}

func exampleTitle(example openapi.Example) string {
	if example.Summary != "" {
		return nameText(example.Summary)
	}
	return nameText(example.Name)
}

// guessedLanguage returns the highlighter's language of a sample: JSON if it looks like it, else none.
func guessedLanguage(text string) string {
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		return "json"
	}
	return ""
}

// toneOf returns the colour of a response by the class of its status.
func toneOf(status string) string {
	switch at([]byte(status), 0) {
	case '2':
		return ""
	case '5':
		return "bad"
	case '4':
		return "warn"
	}
	return "off"
}

// longestRequest is the maximum size, in bytes, of a form's request that is shown as a sample.
const longestRequest = 256 << 10

// writeSample sends the request in the form as code in the reader's language.
func (p *Pages) writeSample(v *visit.Visit) error {
	var request samples.Request
	if err := json.NewDecoder(v.Request.Body).Decode(&request); err != nil {
		return fault.New(fault.Invalid, "bad_request", "The request for the sample is malformed or too long.")
	}
	return v.RenderPart(http.StatusOK, codePart(v.Language(), request))
}
