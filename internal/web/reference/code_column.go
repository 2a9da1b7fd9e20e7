package reference

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/markdown"
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
	// Body is the key of a variant of the request body, Response a status, and Answer the key of one of its variants.
	Body     string
	Response string
	Answer   string
}

// Names of the choices in the query.
const (
	chosenLanguage    = "lang"
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

// getKey is where readers without a key get one.
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
	request := samples.Request{
		Method: c.Operation.Method, URL: c.Gateway + endpoint.BasePath + filledPath(c.Operation) + requiredQuery(c.Operation),
		Headers: [][2]string{{c.key(endpoint.Environment).header(), samples.KeyPlaceholder}},
	}
	for _, parameter := range c.Operation.Detail.Parameters {
		if parameter.In == "header" && parameter.Required {
			request.Headers = append(request.Headers, [2]string{parameter.Name, placeholder(parameter)})
		}
	}
	if list := c.requestVariants(); len(list) > 0 {
		request.Body = sampleBody(list[find(list, c.Choice.Body)])
	}
	return request, true
}

func sampleBody(body variant) *samples.Body {
	name := body.Media.Name
	switch {
	case strings.HasPrefix(name, "application/x-www-form-urlencoded"):
		made := &samples.Body{Kind: samples.Form}
		for _, row := range formRows(body.Media.Schema) {
			made.Fields = append(made.Fields, [2]string{row.Name, rowPlaceholder(row)})
		}
		return made
	case strings.HasPrefix(name, "multipart/"):
		made := &samples.Body{Kind: samples.Multipart}
		for _, row := range formRows(body.Media.Schema) {
			part := samples.Part{Name: row.Name, Value: rowPlaceholder(row)}
			if row.Value.Format == "binary" {
				part = samples.Part{Name: row.Name, File: row.Name}
			}
			made.Parts = append(made.Parts, part)
		}
		return made
	case body.Text == "" && (body.Media.Schema.Value.Format == "binary" || name == "application/octet-stream"):
		return &samples.Body{Kind: samples.WholeFile, MediaType: name, File: "file"}
	}
	return &samples.Body{Kind: samples.Text, MediaType: name, Text: body.Text}
}

// formRows returns the required fields of a form, or all fields if none is required.
func formRows(schema openapi.Schema) []openapi.SchemaRow {
	var all, required []openapi.SchemaRow
	for _, row := range schema.Rows {
		if row.Depth == 0 && !row.Variant && !row.Rest && !row.ReadOnly {
			all = append(all, row)
			if row.Required {
				required = append(required, row)
			}
		}
	}
	if len(required) > 0 {
		return required
	}
	return all
}

func rowPlaceholder(row openapi.SchemaRow) string {
	if row.Value.Default != "" {
		return row.Value.Default
	}
	return cmp.Or(at(row.Value.Enum, 0), strings.ToUpper(row.Name))
}

// filledPath returns the path with its parameters replaced by their examples, or by placeholders.
func filledPath(operation openapi.Operation) string {
	path := operation.Path
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "path" {
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(placeholder(parameter)))
		}
	}
	return path
}

func requiredQuery(operation openapi.Operation) string {
	var pairs []string
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "query" && parameter.Required {
			pairs = append(pairs, url.QueryEscape(parameter.Name)+"="+url.QueryEscape(placeholder(parameter)))
		}
	}
	if len(pairs) == 0 {
		return ""
	}
	return "?" + strings.Join(pairs, "&")
}

func placeholder(parameter openapi.Parameter) string {
	switch {
	case parameter.Example != "":
		return parameter.Example
	case parameter.Value.Default != "":
		return parameter.Value.Default
	case len(parameter.Value.Enum) > 0:
		return parameter.Value.Enum[0]
	}
	return strings.ToUpper(parameter.Name)
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

// codeBlock returns highlighted code as HTML, and the classes of the element around it.
func codeBlock(language, code string) (html, class string) {
	html, lines := markdown.Code(language, code)
	if lines {
		return html, "chroma counted"
	}
	return html, "chroma"
}

// languageOf returns the highlighter's name for the language of a media type.
func languageOf(mediaType string) string {
	for _, language := range [...]string{"json", "xml", "yaml", "html"} {
		if strings.Contains(mediaType, language) {
			return language
		}
	}
	return ""
}

// guessedLanguage returns json for a text that looks like JSON, or else an empty name.
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

const languageCookie = "portico_language"

// language returns the language of samples that the query names, or else the one in the cookie. It stores a named one
// in the cookie.
func language(v *visit.Visit) samples.Language {
	asked := v.Request.URL.Query().Get(chosenLanguage)
	if asked == "" {
		if kept, err := v.Request.Cookie(languageCookie); err == nil {
			asked = kept.Value
		}
		return samples.Find(asked)
	}
	found := samples.Find(asked)
	http.SetCookie(v.Writer, &http.Cookie{ //nolint:gosec // Secure is set if browsers use https
		Name: languageCookie, Value: found.ID, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: v.Config.Secure, SameSite: http.SameSiteLaxMode,
	})
	return found
}

// longestRequest is the maximum size in bytes of a request from the Try it form that is shown as a sample.
const longestRequest = 256 << 10

// writeSample sends the request in the form as code in the reader's language.
func (p *Pages) writeSample(v *visit.Visit) error {
	var request samples.Request
	if err := json.NewDecoder(v.Request.Body).Decode(&request); err != nil {
		return fault.New(fault.Invalid, "bad_request", "The request for the sample is malformed or too long.")
	}
	return v.RenderPart(http.StatusOK, codePart(language(v), request))
}
