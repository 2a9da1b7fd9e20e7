package reference

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-api/portico/internal/catalog"
	"github.com/portico-api/portico/internal/catalog/openapi"
	"github.com/portico-api/portico/internal/site"
	"github.com/portico-api/portico/internal/web/address"
	"github.com/portico-api/portico/internal/web/view"
	"github.com/portico-api/portico/internal/web/visit"
)

// operationContent is the reference page of one operation.
type operationContent struct {
	catalog.OperationPage
	Gateway string
}

func (p *Pages) operationPage(v *visit.Visit) error {
	found, err := p.Catalog.OperationPage(v.Request.Context(),
		v.PathPart("product"), v.PathPart("version"), v.PathPart("operation"))
	if err != nil {
		return err
	}
	title := operationTitle(found.Operation) + " · " + found.Product.Name
	v.Island = "reference.js"
	return v.Render(title, site.AreaAPIs, operationView(operationContent{found, v.Config.GatewayURL}))
}

// parameterGroup is the parameters that go in one place.
type parameterGroup struct {
	Title      string
	Parameters []openapi.Parameter
}

// parameterGroups sorts the parameters by where they go.
func parameterGroups(parameters []openapi.Parameter) []parameterGroup {
	var groups []parameterGroup
	for _, place := range []struct{ in, title string }{
		{"path", "Path parameters"}, {"query", "Query parameters"}, {"header", "Headers"}, {"cookie", "Cookies"},
	} {
		group := parameterGroup{Title: place.title}
		for _, parameter := range parameters {
			if parameter.In == place.in {
				group.Parameters = append(group.Parameters, parameter)
			}
		}
		if len(group.Parameters) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// proofNeeded is one proof that an operation asks for, in words.
type proofNeeded struct {
	Text        string
	Description string
	Scopes      []scopeNeeded
}

// scopeNeeded is a scope with what it allows, where the author says so.
type scopeNeeded struct{ Name, Meaning string }

// proofsOf words the alternatives of an operation's security.
func proofsOf(operation openapi.Operation, schemes []openapi.SecurityScheme) [][]proofNeeded {
	var proofs [][]proofNeeded
	for _, alternative := range operation.Detail.Security {
		needs := []proofNeeded{}
		for _, need := range alternative {
			scheme := schemeOf(need.Scheme, schemes)
			shown := proofNeeded{Text: schemeText(scheme), Description: scheme.Description}
			for _, scope := range need.Scopes {
				shown.Scopes = append(shown.Scopes, scopeNeeded{scope, meaningOf(scope, scheme)})
			}
			needs = append(needs, shown)
		}
		proofs = append(proofs, needs)
	}
	return proofs
}

func meaningOf(scope string, scheme openapi.SecurityScheme) string {
	for _, flow := range scheme.Flows {
		if meaning := flow.Meanings[scope]; meaning != "" {
			return meaning
		}
	}
	return ""
}

// schemeOf finds a security scheme; one that is not declared has a name only.
func schemeOf(name string, schemes []openapi.SecurityScheme) openapi.SecurityScheme {
	at := slices.IndexFunc(schemes, func(s openapi.SecurityScheme) bool { return s.Name == name })
	if at < 0 {
		return openapi.SecurityScheme{Name: name}
	}
	return schemes[at]
}

// schemeText says what a security scheme asks for, with the name that its author gave it.
func schemeText(scheme openapi.SecurityScheme) string {
	name := nameText(scheme.Name)
	switch scheme.Type {
	case "apiKey":
		return fmt.Sprintf("%s: API key in the %s %s", name, scheme.In, nameText(scheme.Parameter))
	case "http":
		return fmt.Sprintf("%s: HTTP %s", name, scheme.Scheme)
	case "mutualTLS":
		return name + ": client certificate"
	case "oauth2":
		return name + ": OAuth 2"
	case "openIdConnect":
		return name + ": OpenID Connect"
	}
	return name
}

// keyHeader is where the gateway looks for a key unless a strategy says otherwise.
const keyHeader = "X-Api-Key"

// curlLine is the operation as one pastes it into a terminal, for the environment that its version is called in first.
func curlLine(shown operationContent) string {
	endpoint, called := shown.Version.GatewayEndpoint()
	if !called || shown.Operation.Webhook {
		return ""
	}
	operation := shown.Operation
	address := shown.Gateway + endpoint.BasePath + filledPath(operation) + requiredQuery(operation)
	words := []string{"curl " + shellQuoted(address)}
	if operation.Method != http.MethodGet {
		words[0] = "curl -X " + shellQuoted(operation.Method) + " " + shellQuoted(address)
	}
	words = append(words, "-H "+shellQuoted(keyHeader+": YOUR_KEY"))
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "header" && parameter.Required {
			words = append(words, "-H "+shellQuoted(parameter.Name+": "+placeholder(parameter)))
		}
	}
	if body := operation.Detail.RequestBody; body != nil && len(body.Content) > 0 {
		words = append(words, "-H "+shellQuoted("Content-Type: "+body.Content[0].Name))
		if body.Content[0].Example != "" {
			words = append(words, "-d "+shellQuoted(body.Content[0].Example))
		}
	}
	return strings.Join(words, " \\\n  ")
}

// filledPath is the path with its parameters replaced by their examples where they have one.
func filledPath(operation openapi.Operation) string {
	path := operation.Path
	for _, parameter := range operation.Detail.Parameters {
		if parameter.In == "path" && parameter.Example != "" {
			path = strings.ReplaceAll(path, "{"+parameter.Name+"}", url.PathEscape(parameter.Example))
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

// shellQuoted makes one word of a text for a POSIX shell. Control characters other than the line break go: a terminal
// would act on them.
func shellQuoted(text string) string {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && (r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, text)
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// linkText is what a link reads like: its own text, or its address.
func linkText(shown openapi.Link) string { return cmp.Or(shown.Text, shown.URL) }

// at is where the pages lie that the operation's page leads to.
func (c operationContent) at() reference {
	return reference{
		Schemas: address.Schemas(c.Product.Slug, c.Version.Name), Operations: address.Version(c.Product.Slug, c.Version.Name) + "/operations",
		Page: address.Operation(c.Product.Slug, c.Version.Name, c.Operation.Slug),
	}
}

// nameOrNothing is a text as a page shows it on one line.
func nameOrNothing(text string) string {
	if text == "" {
		return ""
	}
	return nameText(text)
}

// shortPath is as much of a path as a page shows.
func shortPath(path string) string {
	const longest = 2_000
	if len(path) > longest {
		return strings.ToValidUTF8(path[:longest], "") + "…"
	}
	return path
}

// partText words how a part of a form is sent.
func partText(part openapi.PartEncoding) string {
	var texts []string
	if part.ContentType != "" {
		texts = append(texts, "as "+part.ContentType)
	}
	if len(part.Headers) > 0 {
		texts = append(texts, "with the "+view.Plural(len(part.Headers), "header ", "headers ")+strings.Join(part.Headers, ", "))
	}
	return strings.Join(texts, " ")
}

// otherThanJSON names a media type that readers would not expect.
func otherThanJSON(mediaType string) string {
	if mediaType == "application/json" {
		return ""
	}
	return " " + nameText(mediaType)
}

// answer is an example body that one or several responses share.
type answer struct {
	Statuses []string
	Media    openapi.MediaType
}

func (a answer) title() string {
	return "Response " + strings.Join(a.Statuses, ", ") + otherThanJSON(a.Media.Name)
}

// answers lists the example bodies of responses, that of the first success in front, each once.
func answers(responses []openapi.Response) []answer {
	var list []answer
	first := firstSuccess(responses)
	for i, response := range responses {
		for _, media := range response.Content {
			if media.Example == "" && len(media.Examples) == 0 {
				continue
			}
			at := slices.IndexFunc(list, func(a answer) bool {
				return a.Media.Name == media.Name && a.Media.Example == media.Example && len(a.Media.Examples)+len(media.Examples) == 0
			})
			switch {
			case at >= 0:
				list[at].Statuses = append(list[at].Statuses, nameText(response.Status))
			case i == first:
				list = slices.Insert(list, 0, answer{[]string{nameText(response.Status)}, media})
				first = -1
			default:
				list = append(list, answer{[]string{nameText(response.Status)}, media})
			}
		}
	}
	return list
}

// firstSuccess is the response that readers look for: the first one of a success, or else the first of all.
func firstSuccess(responses []openapi.Response) int {
	return max(0, slices.IndexFunc(responses, func(r openapi.Response) bool { return strings.HasPrefix(r.Status, "2") }))
}

// responseTitle is what a folded response says: its description where that is short and plain.
func responseTitle(response openapi.Response) string {
	if len(response.Description) <= longestShownName && view.PlainSentence(response.Description) {
		return response.Description
	}
	return shortText(view.FirstParagraph(response.Description))
}

func exampleTitle(example openapi.Example) string {
	if example.Summary != "" {
		return nameText(example.Summary)
	}
	return nameText(example.Name)
}

// siblingsTitle is the heading of the index that the operation stands under.
func siblingsTitle(operation openapi.Operation) string {
	switch {
	case operation.Webhook:
		return "Webhooks"
	case len(operation.Tags) > 0:
		return nameText(operation.Tags[0])
	}
	return "Untagged"
}

// statusClass colours a response by its class.
func statusClass(status string) string {
	if status == "" {
		return "status-other"
	}
	switch status[0] {
	case '2':
		return "status-good"
	case '4', '5':
		return "status-bad"
	}
	return "status-other"
}
